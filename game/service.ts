import { startOpsServer } from "../core/ops_server.ts";
import type { Subscription } from "../core/ports/subscription.ts";
import { SERVER_STATUS_PERIOD_MS, type ServerStatus } from "../core/protocol/server_status.ts";
import type { RunningService } from "../core/service.ts";
import { AgonesLink } from "./agones_link.ts";
import { startCommandConsumers } from "./command_consumer.ts";
import { PlayerDirectory } from "./command_directory.ts";
import { CommandForwarder } from "./command_forwarder.ts";
import type { GameConfig } from "./config.ts";
import { openGameGauges } from "./game_metrics.ts";
import { type GameDeps, type GameParts, openGameParts } from "./game_parts.ts";
import { LOAD_LEVELS } from "./load_governor.ts";
import { LoginWatch } from "./login_watch.ts";
import { answerServerCommands } from "./match_orders.ts";
import { MatchRelay } from "./match_relay.ts";
import { type MatchSurvival, openMatchSurvival } from "./match_survival.ts";
import { startServerBeacon } from "./server_beacon.ts";
import { openOperatorOrders } from "./ops_orders.ts";
import type { OrderResult, SessionOrder } from "./session_order.ts";
import { listenTcp } from "./tcp_listener.ts";
import { listenUdp, type UdpListener } from "./udp_listener.ts";

export { GAME_PORTS, type GameDeps } from "./game_parts.ts";

/** How often silent players and empty sessions are looked for. */
const EXPIRY_PERIOD_MS = 500;

/** Starts a game server. @throws Error when a port cannot be listened on; nothing stays open then */
export async function startGame(
  config: GameConfig,
  deps: GameDeps,
): Promise<RunningService<"udp" | "tcp" | "ops">> {
  // What is opened is closed in the reverse order: at the end, or at once where a later part fails.
  await using opened = new AsyncDisposableStack();
  const parts = openGameParts(config, deps);
  opened.defer(() => parts.claims.close());
  const { sessions, pool } = parts;
  const { eventLog, pubSub, log } = deps;

  const ops = startOpsServer({ hostname: config.opsHost, port: config.opsPort }, deps);
  opened.defer(() => ops.close());
  opened.defer(() => eventLog.flush());
  const udp = await listenUdp(parts);
  opened.defer(() => udp.close());
  const survival = openMatchSurvival(parts, { udpPort: () => udp.address.port });
  opened.defer(() => survival.close());
  opened.defer(() => sessions.close());
  const relay = openMatchRelay(parts, survival);
  opened.defer(() => relay.close());
  const operators = opened.use(openOperatorOrders(parts));
  const logins = new LoginWatch({ sessions, isEnded: parts.isEnded, clock: deps.clock });
  opened.defer(() => logins.close());
  const tcp = listenTcp(parts);
  opened.defer(() => tcp.close({ drainMs: config.drainMs }));
  const consumers = await consumeCommands(parts, survival);
  opened.defer(() => consumers.close());
  const commands = answerServerCommands({
    pubSub,
    serverId: config.serverId,
    prepare: (order) => prepareMatch(order, parts, survival),
    restore: (order) => survival.restorer.take(order),
    drain: () => void survival.drain(),
    ...operators,
    log,
  });
  opened.defer(() => commands.close());
  openGameGauges(deps.metrics, {
    sessions: () => sessions.sessionCount,
    players: () => sessions.playerCount,
    tanks: () => pool.inUse,
    loadLevel: () => LOAD_LEVELS.indexOf(parts.governor.level),
    tcpConnections: () => tcp.connectionCount,
  });
  opened.use(openAgones(parts));
  opened.defer(runSessions(parts, udp, survival));

  const closing = opened.move();
  return {
    addresses: {
      udp: { transport: "udp", hostname: udp.address.hostname, port: udp.address.port },
      tcp: { transport: "tcp", hostname: tcp.address.hostname, port: tcp.address.port },
      ops: ops.addresses.http,
    },
    close: () => closing.disposeAsync(),
  };
}

/** Makes the match, and waits until it is tried to write down that it is this server's. */
async function prepareMatch(
  order: SessionOrder,
  { sessions }: GameParts,
  { keeper }: MatchSurvival,
): Promise<OrderResult> {
  const { matchId } = order;
  const isBegun = sessions.findSession(matchId) === undefined && await keeper.isBegun(matchId);
  // Whoever ordered it thinks that it is here, where it was until this server was killed or stood still.
  if (isBegun && sessions.findSession(matchId) === undefined) {
    return { ok: false, reason: "match_over" };
  }
  const prepared = sessions.createOnOrder(order);
  const session = prepared.ok ? sessions.findSession(matchId) : undefined;
  if (session !== undefined) await keeper.claimed(session);
  return prepared;
}

function openMatchRelay(parts: GameParts, { keeper }: MatchSurvival): MatchRelay {
  const { config, deps, sessions } = parts;
  const { tickRate, resumeMs } = config;
  const { pubSub, clock, log } = deps;
  const relay = new MatchRelay({
    ...{ ...parts, pubSub, clock, log, tickRate, resumeMs },
    owns: (session) => keeper.isOwned(session),
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  });
  sessions.watch(relay);
  return relay;
}

function consumeCommands(parts: GameParts, survival: MatchSurvival): Promise<Subscription> {
  const { config, deps, sessions, metrics } = parts;
  const { workQueue, kvStore, clock, log } = deps;
  const { serverId } = config;
  const directory = new PlayerDirectory({ kvStore, clock });
  return startCommandConsumers({
    workQueue,
    sessions,
    prepare: (order) => prepareMatch(order, parts, survival),
    forwarder: new CommandForwarder({ workQueue, directory, serverId }),
    serverId,
    metrics: metrics.commandsConsumed,
    log,
  });
}

/** Sets the ticks going, takes players and says so; what it returns stops that again. */
function runSessions(
  parts: GameParts,
  udp: UdpListener,
  survival: MatchSurvival,
): () => Promise<void> {
  const { loop, sessions } = parts;
  const { clock, health, pubSub } = parts.deps;
  loop.start();
  survival.start();
  const stopExpiry = clock.every(EXPIRY_PERIOD_MS, () => sessions.expire());
  health.markStarted();
  const beacon = startServerBeacon({
    pubSub,
    clock,
    periodMs: SERVER_STATUS_PERIOD_MS,
    describe: () => describeServer(parts, udp.address.port),
  });
  // A server that has just started knows where to hand matches over before the next turn.
  survival.whenPeerIsNew(() => beacon.announce());
  // Now rather than in its turn: nobody should send it anybody more.
  survival.whenDraining(() => beacon.announce());
  return async () => {
    await survival.leave();
    beacon.close();
    stopExpiry();
    loop.stop();
    udp.endTicks();
  };
}

/** Tells Agones how the server is; where it does not run under Agones, nobody. */
function openAgones({ config, deps, sessions }: GameParts): AsyncDisposable | undefined {
  if (config.agonesPort === 0) return undefined;
  const link = new AgonesLink({
    ...deps,
    port: config.agonesPort,
    isInUse: () => sessions.sessionCount > 0,
  });
  sessions.watch({ opened: () => link.update(), closed: () => link.update() });
  return { [Symbol.asyncDispose]: () => link.close() };
}

function describeServer(parts: GameParts, udpPort: number): ServerStatus {
  const { config, sessions, durations, deps } = parts;
  return {
    serverId: config.serverId,
    region: config.region,
    city: config.city,
    publicIp: config.publicHost,
    currentPlayers: sessions.playerCount,
    runningMatches: sessions.sessionCount,
    maxMatches: config.sessionsMax,
    udpPort,
    tickP99Ms: durations.p99Ms(),
    draining: deps.health.draining,
  };
}
