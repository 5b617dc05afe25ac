import { startOpsServer } from "../core/ops_server.ts";
import { SERVER_STATUS_PERIOD_MS, type ServerStatus } from "../core/protocol/server_status.ts";
import type { RunningService } from "../core/service.ts";
import { startCommandConsumers } from "./command_consumer.ts";
import type { GameConfig } from "./config.ts";
import { openGameGauges } from "./game_metrics.ts";
import { type GameDeps, type GameParts, openGameParts } from "./game_parts.ts";
import { answerServerCommands } from "./match_orders.ts";
import { startServerBeacon } from "./server_beacon.ts";
import { listenTcp } from "./tcp_listener.ts";
import { listenUdp } from "./udp_listener.ts";

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
  const { sessions, pool, metrics } = parts;
  const { eventLog, workQueue, pubSub, kvStore, log } = deps;

  const ops = startOpsServer({ hostname: config.opsHost, port: config.opsPort }, deps);
  opened.defer(() => ops.close());
  opened.defer(() => eventLog.flush());
  const udp = listenUdp(parts);
  opened.defer(() => udp.close());
  opened.defer(() => sessions.close());
  const tcp = listenTcp(parts);
  opened.defer(() => tcp.close({ drainMs: config.drainMs }));
  const consumers = await startCommandConsumers({
    workQueue,
    sessions,
    metrics: metrics.commandsConsumed,
    log,
  });
  opened.defer(() => consumers.close());
  const commands = answerServerCommands({
    pubSub,
    kvStore,
    serverId: config.serverId,
    prepare: (order) => sessions.createOnOrder(order),
    log,
  });
  opened.defer(() => commands.close());
  openGameGauges(deps.metrics, {
    sessions: () => sessions.sessionCount,
    players: () => sessions.playerCount,
    tanks: () => pool.inUse,
    tcpConnections: () => tcp.connectionCount,
  });
  opened.defer(runSessions(parts, udp.address.port));

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

/** Sets the ticks going, takes players and says so; what it returns stops that again. */
function runSessions(parts: GameParts, udpPort: number): () => void {
  const { loop, sessions } = parts;
  const { clock, health, pubSub } = parts.deps;
  loop.start();
  const stopExpiry = clock.every(EXPIRY_PERIOD_MS, () => sessions.expire());
  health.markStarted();
  const beacon = startServerBeacon({
    pubSub,
    clock,
    periodMs: SERVER_STATUS_PERIOD_MS,
    describe: () => describeServer(parts, udpPort),
  });
  return () => {
    health.markDraining();
    sessions.drain();
    // Now rather than in its turn: matchmakers should send nobody more.
    beacon.announce();
    beacon.close();
    stopExpiry();
    loop.stop();
  };
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
