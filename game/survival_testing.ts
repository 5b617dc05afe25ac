import { type Log, silentLog } from "../core/log.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../core/ports/memory_pub_sub.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import type { PubSub } from "../core/ports/pub_sub.ts";
import { matchOwnerKey, tryParseMatchOwner } from "../core/protocol/match_owner.ts";
import {
  encodeServerCommandReply,
  serverCommandSubject,
  tryParseServerCommand,
} from "../core/protocol/server_command.ts";
import type { ServerStatus } from "../core/protocol/server_status.ts";
import type { GameSession } from "./game_session.ts";
import { MatchHandover } from "./match_handover.ts";
import { MatchKeeper } from "./match_keeper.ts";
import { MatchRestorer } from "./match_restore.ts";
import { PeerServers } from "./peer_servers.ts";
import type { SessionManagerOptions } from "./session_manager_options.ts";
import { openTestSessions, type TestSessions } from "./testing.ts";

/** What all servers of a test share. */
export interface SharedPorts {
  /** Holds leases and checkpoints. */
  readonly kvStore: MemoryKvStore;
  /** Brings orders. */
  readonly pubSub: MemoryPubSub;
}

/** One server's way to them, which a test can cut. */
export interface OwnPorts {
  /** Rejects while it is cut. */
  readonly kvStore: KvStore;
  /** Loses what is sent while it is cut. */
  readonly pubSub: PubSub;
  /** Whether nothing reaches the store. */
  isStoreCut: boolean;
  /** Whether nothing goes over the bus. */
  isBusCut: boolean;
  /** Cuts both, or joins both again. */
  cut(isCut: boolean): void;
}

/** A game server without sockets, on a clock that a test moves. */
export interface SurvivalServer extends TestSessions {
  /** Its way to what all share. */
  readonly ports: OwnPorts;
  /** Keeps its matches. */
  readonly keeper: MatchKeeper;
  /** Goes on with matches of others. */
  readonly restorer: MatchRestorer;
  /** Hands its matches over. */
  readonly handover: MatchHandover;
  /** Of whom it has heard. */
  readonly peers: PeerServers;
  /** Resolves when what is written outlives the server. */
  written: Promise<void>;
  /** How many matches it has found to be another's. */
  fencedCount: number;
  /** The events that it has warned of. */
  readonly warnings: readonly string[];
}

/** Opens a server, on the clock and loop of a `first` where there is one. */
export type OpenSurvivalServer = (
  serverId: string,
  first?: { readonly game: TestSessions; readonly shared: SharedPorts },
  options?: Partial<SessionManagerOptions>,
) => { server: SurvivalServer; shared: SharedPorts };

/** Opens servers, each with ports that `cutPorts` makes of the shared ones. For unit tests only. */
export function survivalServers(cutPorts: (shared: SharedPorts) => OwnPorts): OpenSurvivalServer {
  return (serverId, first, options = {}) => openServer({ serverId, first, options, cutPorts });
}

function openServer({ serverId, first, options, cutPorts }: {
  readonly serverId: string;
  readonly first: Parameters<OpenSurvivalServer>[1];
  readonly options: Partial<SessionManagerOptions>;
  readonly cutPorts: (shared: SharedPorts) => OwnPorts;
}): ReturnType<OpenSurvivalServer> {
  const game = openTestSessions({
    newId: countIds(serverId),
    ...(first && { clock: first.game.clock, loop: first.game.loop }),
    ...options,
  });
  const clock = first?.game.clock ?? game.clock;
  const loop = first?.game.loop ?? game.loop;
  const shared = first?.shared ?? {
    kvStore: new MemoryKvStore({ clock }),
    pubSub: new MemoryPubSub({ clock, log: silentLog }),
  };
  const ports = cutPorts(shared);
  const ignored = { value: 0, inc: () => {} };
  const { sessions } = game;
  const pool = options.pool ?? game.pool;
  const { kvStore, pubSub } = ports;
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (event) => void warnings.push(event) };
  const common = { kvStore, pubSub, sessions, clock, log };
  const keeper = new MatchKeeper({
    ...common,
    owner: () => ({ serverId, host: "", udpPort: 1 }),
    written: () => server.written,
    failed: ignored,
    fenced: { value: 0, inc: () => void server.fencedCount++ },
  });
  const restorer = new MatchRestorer({
    ...{ ...common, keeper, pool, serverId },
    hasRoom: (coming) => {
      return !sessions.isDraining && sessions.sessionCount + coming < (options.sessionsMax ?? 10);
    },
    restored: ignored,
  });
  const peers = new PeerServers({ clock, ownId: serverId });
  const handover = new MatchHandover({
    ...{ ...common, keeper, peers, serverId, region: "eu", handedOver: ignored },
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  });
  sessions.watch(keeper);
  loop.beforePhases(() => keeper.guard());
  keeper.start();
  restorer.start();
  answerRestoreOrders(ports, { serverId, restorer });
  const parts = { ports, keeper, restorer, handover, peers, warnings };
  const state = { written: Promise.resolve(), fencedCount: 0 };
  const server: SurvivalServer = { ...game, clock, loop, pool, ...parts, ...state };
  return { server, shared };
}

function countIds(serverId: string): () => string {
  let count = 0;
  return () => `${serverId}-${++count}`;
}

/** As `answerServerCommands` does, though to nothing else: a test may listen for the rest. */
function answerRestoreOrders(
  { pubSub }: OwnPorts,
  { serverId, restorer }: { readonly serverId: string; readonly restorer: MatchRestorer },
): void {
  pubSub.subscribe(serverCommandSubject(serverId), async ({ payload, respond }) => {
    const order = tryParseServerCommand(payload);
    if (order?.command !== "restore_match") return;
    const failed = { ok: false, reason: "failed" } as const;
    respond(encodeServerCommandReply(await restorer.take(order).catch(() => failed)));
  });
}

/** Says whose the match is in the store, and in which epoch; or `nobody`. */
export async function ownerOf(
  { kvStore }: SharedPorts,
  { id }: Pick<GameSession, "id">,
): Promise<string> {
  const owner = tryParseMatchOwner(await kvStore.get(matchOwnerKey(id)) ?? "");
  return owner === undefined ? "nobody" : `${owner.serverId} ${owner.epoch}`;
}

/** What a server with room for ten matches says of itself. */
export function statusOf(serverId: string, more: Partial<ServerStatus> = {}): ServerStatus {
  return {
    serverId,
    region: "eu",
    city: "",
    publicIp: undefined,
    currentPlayers: 0,
    runningMatches: 0,
    maxMatches: 10,
    udpPort: 1,
    tickP99Ms: 1,
    draining: false,
    ...more,
  };
}

/** A match of one player, a second and a half old. */
export async function openMatch({ clock, seat, sessions }: SurvivalServer): Promise<GameSession> {
  const { match } = seat("a");
  await clock.advance(1_500);
  const session = sessions.findSession(match.id);
  if (session === undefined) throw new Error(`Cannot open match ${match.id}: it is gone`);
  return session;
}
