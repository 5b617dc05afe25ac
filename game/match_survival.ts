import type { Metrics } from "../core/metrics.ts";
import type { MatchOwner } from "../core/protocol/match_owner.ts";
import type { GameParts } from "./game_parts.ts";
import { MatchHandover } from "./match_handover.ts";
import { MatchKeeper } from "./match_keeper.ts";
import { MatchRestorer } from "./match_restore.ts";
import { PeerServers } from "./peer_servers.ts";

/** How long a server that drains hands matches over at most, as a part of its drain time. */
const HANDOVER_SHARE = 0.8;
/** How long a server that closes may then write the last of what is left, likewise. */
const LEAVE_SHARE = 0.1;

/** What has a server's matches outlive it. */
export interface MatchSurvival {
  /** Keeps leases and checkpoints. */
  readonly keeper: MatchKeeper;
  /** Goes on with other servers' matches. */
  readonly restorer: MatchRestorer;
  /** Calls back for each other server that was not known before. */
  whenPeerIsNew(callback: () => void): void;
  /** Begins to keep, to look for matches, and to listen to other servers. */
  start(): void;
  /** Calls back when the server begins to drain. */
  whenDraining(callback: () => void): void;
  /**
   * Takes no more matches and players, says so, and hands over the matches that there are; those that nobody takes
   * stay. Of what is in hand already it waits for the end. Never rejects.
   */
  drain(): Promise<void>;
  /**
   * Drains, and leaves what is left to whoever has room later, if the store outlives this process: nobody plays
   * here afterwards. Never rejects.
   */
  leave(): Promise<void>;
  /** Ends it; matches that are still there are nobody's business but this server's. */
  close(): Promise<void>;
}

/** Makes it from the parts of a game server; `udpPort` says where it takes datagrams. */
export function openMatchSurvival(
  parts: GameParts,
  options: { readonly udpPort: () => number },
): MatchSurvival {
  const { config, deps, sessions, loop, governor, pool } = parts;
  const { kvStore, pubSub, clock, log, health, eventLog } = deps;
  const { serverId, region, drainMs } = config;
  const counters = openCounters(deps.metrics);
  const peers = new PeerServers({ clock, ownId: serverId });
  const owner = (): Omit<MatchOwner, "epoch"> => {
    return { serverId, host: hostOf(config), udpPort: options.udpPort() };
  };
  const shared = { kvStore, pubSub, sessions, clock, log };
  const keeper = new MatchKeeper({
    ...shared,
    owner,
    ...counters,
    written: () => eventLog.flush(),
  });
  const restorer = new MatchRestorer({
    ...{ ...shared, keeper, ...counters },
    pool,
    serverId,
    hasRoom: (coming) =>
      !health.draining && !sessions.isDraining && governor.admits &&
      sessions.sessionCount + coming < config.sessionsMax,
  });
  const handover = new MatchHandover({
    ...{ ...shared, keeper, peers, serverId, region, ...counters },
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  });
  sessions.watch(keeper);
  loop.beforePhases(() => keeper.guard());
  const listening = peers.listen(pubSub);
  let onDraining = (): void => {};
  let draining: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    const endMs = clock.monotonicMs() + drainMs * HANDOVER_SHARE;
    health.markDraining();
    sessions.drain();
    onDraining();
    // What is being taken just now is handed over with the rest.
    await restorer.close();
    await handover.handOverAll({ deadlineMs: endMs - clock.monotonicMs() });
  };
  const drainOnce = (): Promise<void> => draining ??= drain().finally(() => draining = undefined);
  return {
    keeper,
    restorer,
    whenPeerIsNew: (callback) => peers.whenNew(callback),
    start: () => {
      keeper.start();
      restorer.start();
    },
    whenDraining: (callback) => void (onDraining = callback),
    drain: drainOnce,
    leave: async () => {
      await drainOnce();
      if (kvStore.endsWithProcess) return;
      await handover.leaveAll({ deadlineMs: drainMs * LEAVE_SHARE });
    },
    close: async () => {
      await restorer.close();
      await listening.close();
      await keeper.close();
    },
  };
}

/** Where players reach the server; empty where only they know. */
function hostOf({ publicHost, listenHost }: GameParts["config"]): string {
  const isEverywhere = listenHost === "0.0.0.0" || listenHost === "::";
  return publicHost ?? (isEverywhere ? "" : listenHost);
}

type Counters = Readonly<
  Record<"failed" | "fenced" | "restored" | "handedOver", ReturnType<Metrics["counter"]>>
>;

function openCounters(metrics: Metrics): Counters {
  return {
    failed: metrics.counter({
      name: "match_leases_failed_total",
      help: "Leases and checkpoints of matches that could not be written",
    }),
    fenced: metrics.counter({
      name: "matches_fenced_total",
      help: "Matches that were stopped because they are another server's now",
    }),
    restored: metrics.counter({
      name: "matches_restored_total",
      help: "Matches of other servers that went on here",
    }),
    handedOver: metrics.counter({
      name: "matches_handed_over_total",
      help: "Matches that went on at another server when this one was drained",
    }),
  };
}
