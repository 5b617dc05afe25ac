import type { Metrics } from "../core/metrics.ts";
import type { MatchOwner } from "../core/protocol/match_owner.ts";
import type { GameParts } from "./game_parts.ts";
import { MatchHandover } from "./match_handover.ts";
import { MatchKeeper } from "./match_keeper.ts";
import { MatchRestorer } from "./match_restore.ts";
import { PeerServers } from "./peer_servers.ts";

/** How long a server that closes hands matches over at most, as a part of its drain time. */
const HANDOVER_SHARE = 0.8;

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
  /** Takes no more matches, and hands over those that there are; those that nobody takes stay. Never rejects. */
  handOver(): Promise<void>;
  /** Ends it; matches that are still there are nobody's business but this server's. */
  close(): Promise<void>;
}

/** Makes it from the parts of a game server; `udpPort` says where it takes datagrams. */
export function openMatchSurvival(
  parts: GameParts,
  options: { readonly udpPort: () => number },
): MatchSurvival {
  const { config, deps, sessions, loop, governor } = parts;
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
    hasRoom: () =>
      !health.draining && !sessions.isDraining && governor.admits &&
      sessions.sessionCount < config.sessionsMax,
  });
  const handover = new MatchHandover({
    ...{ ...shared, keeper, peers, serverId, region, ...counters },
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  });
  sessions.watch(keeper);
  loop.beforePhases(() => keeper.guard());
  const listening = peers.listen(pubSub);
  return {
    keeper,
    restorer,
    whenPeerIsNew: (callback) => peers.whenNew(callback),
    start: () => {
      keeper.start();
      restorer.start();
    },
    handOver: async () => {
      sessions.drain();
      await restorer.close();
      await handover.handOverAll({ deadlineMs: drainMs * HANDOVER_SHARE });
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
