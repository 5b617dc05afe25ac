import { AuthClient } from "../core/auth/auth_client.ts";
import { TokenVerifier } from "../core/auth/token_verifier.ts";
import type { Clock } from "../core/clock.ts";
import { RateLimiter } from "../core/net/rate_limiter.ts";
import { EventWriter } from "../core/protocol/event_envelope.ts";
import { isMatchToken, redeemTicket } from "../core/protocol/match_ticket.ts";
import { Rng } from "../core/rng.ts";
import type { Ports, ServiceContext } from "../core/service.ts";
import { type CommandRoute, routeDirect, routeThroughBroker } from "./command_route.ts";
import { type GameConfig, POSITION_SAMPLE_RATE_MAX } from "./config.ts";
import { type GameMetrics, openGameMetrics } from "./game_metrics.ts";
import { GameSession } from "./game_session.ts";
import { MatchHistory } from "./match_history.ts";
import { MessageHandler, type TokenCheck } from "./message_handler.ts";
import { SessionManager } from "./session_manager.ts";
import { TankPool } from "./tank_pool.ts";
import { TickDurations } from "./tick_durations.ts";
import { TickLoop } from "./tick_loop.ts";

/** The ports that a game server needs. */
export const GAME_PORTS = ["eventLog", "workQueue", "rpc", "pubSub", "kvStore"] as const;

/** What a game server is given. */
export type GameDeps = ServiceContext & Pick<Ports, typeof GAME_PORTS[number]>;

/** Keys that each of a server's rate limiters remembers at most. */
export const RATE_LIMITED_KEYS_MAX = 100_000;

/** A client may send at once what it may send in this many seconds. */
const MESSAGE_BURST_S = 2;

/** What a server's sockets share. */
export interface GameParts {
  /** Its settings. */
  readonly config: GameConfig;
  /** What it was given. */
  readonly deps: GameDeps;
  /** What it counts. */
  readonly metrics: GameMetrics;
  /** How long the latest ticks took. */
  readonly durations: TickDurations;
  /** Steps the sessions. */
  readonly loop: TickLoop;
  /** Where tanks come from. */
  readonly pool: TankPool;
  /** Every session. */
  readonly sessions: SessionManager;
  /** How commands reach the simulation. */
  readonly route: CommandRoute;
  /** Does what JSON messages ask. */
  readonly handler: MessageHandler;
  /** Bounds what one client may send. */
  readonly messages: RateLimiter;
  /** Asks the auth service. */
  readonly auth: AuthClient;
}

/** Makes everything but the sockets; nothing runs yet. */
export function openGameParts(config: GameConfig, deps: GameDeps): GameParts {
  const { clock, log } = deps;
  const metrics = openGameMetrics(deps.metrics);
  const durations = new TickDurations(metrics.tick.duration);
  const newId = (): string => crypto.randomUUID();
  const pool = new TankPool({ tanksMax: config.tanksMax, nextId: newId });
  const loop: TickLoop = new TickLoop({
    clock,
    tickRate: config.tickRate,
    metrics: { ...metrics.tick, duration: durations },
    onFault: (ticking, error) => {
      if (ticking instanceof GameSession) sessions.fail(ticking, error);
    },
  });
  const { serverId } = config;
  const sessions = new SessionManager({
    clock,
    log,
    rng: new Rng(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0),
    newId,
    loop,
    pool,
    history: new MatchHistory(
      new EventWriter({ eventLog: deps.eventLog, clock, serverId, newId }),
    ),
    joined: metrics.joined,
    tickRate: config.tickRate,
    snapshotRate: config.jsonSnapshotRate,
    sampleRate: POSITION_SAMPLE_RATE_MAX,
    sessionsMax: config.sessionsMax,
    silenceMs: config.silenceMs,
    emptyMs: config.emptySessionMs,
  });
  const route = openRoute(config, deps, metrics);
  const auth = new AuthClient({ rpc: deps.rpc });
  // Asked at each datagram, the machine's clock would cost a tenth of all work.
  const coarse: Clock = {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => loop.wokenMs,
    after: (delayMs, callback) => clock.after(delayMs, callback),
    every: (periodMs, callback) => clock.every(periodMs, callback),
  };
  const { tickRate, allowGuests } = config;
  const checkToken = openTokenCheck(auth, deps);
  return {
    config,
    deps,
    metrics,
    durations,
    loop,
    pool,
    sessions,
    route,
    auth,
    handler: new MessageHandler({
      sessions,
      route,
      clock: coarse,
      checkToken,
      allowGuests,
      tickRate,
    }),
    messages: new RateLimiter({
      ratePerSecond: config.playerMessagesPerSecond,
      burst: config.playerMessagesPerSecond * MESSAGE_BURST_S,
      keysMax: RATE_LIMITED_KEYS_MAX,
      clock: coarse,
    }),
  };
}

function openRoute(config: GameConfig, deps: GameDeps, metrics: GameMetrics): CommandRoute {
  if (config.commandRoute === "direct") return routeDirect;
  const { workQueue, log } = deps;
  return routeThroughBroker({ workQueue, log, dropped: metrics.commandsDropped });
}

function openTokenCheck(auth: AuthClient, deps: GameDeps): TokenCheck {
  const { clock, log, kvStore } = deps;
  const verifier = new TokenVerifier({ fetchKeys: () => auth.fetchKeys(), clock, log });
  return async (token) => {
    if (isMatchToken(token)) return await redeemTicket(kvStore, token);
    const verdict = await verifier.verify(token);
    return verdict.ok ? { accountId: verdict.accountId, matchId: undefined } : undefined;
  };
}
