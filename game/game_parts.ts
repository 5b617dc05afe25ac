// Long because it is the one place where everything but the sockets is put together.
import { AuthClient } from "../core/auth/auth_client.ts";
import { revocationCheck } from "../core/auth/revocation.ts";
import { TokenVerifier } from "../core/auth/token_verifier.ts";
import type { Clock } from "../core/clock.ts";
import { RateLimiter } from "../core/net/rate_limiter.ts";
import { EventWriter } from "../core/protocol/event_envelope.ts";
import { newMatchId } from "../core/protocol/match_id.ts";
import { isMatchToken, redeemTicket } from "../core/protocol/match_ticket.ts";
import type { Log } from "../core/log.ts";
import { Rng } from "../core/rng.ts";
import type { Ports, ServiceContext } from "../core/service.ts";
import { MatchChat } from "./binary/match_chat.ts";
import { PlayerClaims } from "./command_claims.ts";
import { type CommandRoute, routeDirect, routeThroughBroker } from "./command_route.ts";
import type { GameConfig } from "./config.ts";
import { type EndedLoginCheck, endedLoginCheck } from "./ended_logins.ts";
import { type GameMetrics, openGameMetrics } from "./game_metrics.ts";
import { GameSession } from "./game_session.ts";
import { MatchHistory } from "./match_history.ts";
import { MessageHandler, type TokenCheck } from "./message_handler.ts";
import { LoadGovernor } from "./load_governor.ts";
import { isResumeToken } from "./resume_token.ts";
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
export const MESSAGE_BURST_S = 2;

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
  /** Says what the server does without when it has too much to do. */
  readonly governor: LoadGovernor;
  /** Where tanks come from. */
  readonly pool: TankPool;
  /** Every session. */
  readonly sessions: SessionManager;
  /** Tells other servers which players are here; to be closed after the sessions. */
  readonly claims: PlayerClaims;
  /** How commands reach the simulation. */
  readonly route: CommandRoute;
  /** Does what JSON messages ask. */
  readonly handler: MessageHandler;
  /** Says what a token entitles to. */
  readonly checkToken: TokenCheck;
  /** Says whether a login has been ended. */
  readonly isEnded: EndedLoginCheck;
  /** The time of the tick loop's last wake-up, for those who ask it at each datagram. */
  readonly coarseClock: Clock;
  /** Bounds what one client may send. */
  readonly messages: RateLimiter;
  /** Tells players what others in their match say. */
  readonly chat: MatchChat;
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
  const governor = openGovernor(config, log);
  const loop: TickLoop = new TickLoop({
    clock,
    tickRate: config.tickRate,
    metrics: {
      ...metrics.tick,
      duration: {
        observe: (durationS) => {
          durations.observe(durationS);
          governor.observe(durationS);
        },
      },
    },
    onFault: (ticking, error) => {
      if (ticking instanceof GameSession) sessions.fail(ticking, error);
    },
  });
  const { serverId } = config;
  const { kvStore } = deps;
  const claims = new PlayerClaims({ kvStore, clock, log, serverId, failed: metrics.claimsFailed });
  const ticksPerSnapshot = Math.max(1, Math.round(config.tickRate / config.snapshotRate));
  const sessions = new SessionManager({
    clock,
    log,
    rng: new Rng(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0),
    newId: () => newMatchId({ nowMs: clock.nowMs(), randomBytes }),
    loop,
    pool,
    history: new MatchHistory(
      // A tick does not wait for what is written of it.
      new EventWriter({
        eventLog: deps.eventLog,
        clock,
        serverId,
        newId,
        later: queueMicrotask,
      }),
    ),
    presence: claims,
    joined: metrics.joined,
    left: metrics.left,
    tickRate: config.tickRate,
    snapshotRate: config.jsonSnapshotRate,
    ticksPerFrame: () => ticksPerSnapshot * governor.snapshotDivisor,
    sampleRate: config.positionSampleRate,
    admits: () => governor.admits,
    botCount: config.botCount,
    botSkill: config.botSkill,
    sessionsMax: config.sessionsMax,
    silenceMs: config.silenceMs,
    resumeMs: config.resumeMs,
    emptyMs: config.emptySessionMs,
    matchMsMax: config.matchMsMax,
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
  const isEnded = endedLoginCheck({ kvStore, log });
  const checkToken = openTokenCheck({ auth, deps, sessions, isEnded });
  return {
    config,
    deps,
    metrics,
    durations,
    governor,
    checkToken,
    isEnded,
    chat: new MatchChat({ sessions, clock: coarse }),
    coarseClock: coarse,
    loop,
    pool,
    sessions,
    claims,
    route,
    auth,
    handler: new MessageHandler({
      sessions,
      route,
      clock: coarse,
      checkToken,
      isEnded,
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

function randomBytes(size: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(size));
}

function openGovernor(config: GameConfig, log: Log): LoadGovernor {
  const { tickRate } = config;
  return new LoadGovernor({
    budgetS: 1 / tickRate,
    tickRate,
    onChange: (level, share) => {
      const fields = { level, budget_share: Math.round(share * 100) / 100 };
      if (level === "normal") log.info("load_level_changed", fields);
      else log.warn("load_level_changed", fields);
    },
  });
}

function openRoute(config: GameConfig, deps: GameDeps, metrics: GameMetrics): CommandRoute {
  if (config.commandRoute === "direct") return routeDirect;
  const { workQueue, log } = deps;
  return routeThroughBroker({ workQueue, log, dropped: metrics.commandsDropped });
}

function openTokenCheck({ auth, deps, sessions, isEnded }: {
  readonly auth: AuthClient;
  readonly deps: GameDeps;
  readonly sessions: SessionManager;
  readonly isEnded: EndedLoginCheck;
}): TokenCheck {
  const { clock, log, kvStore } = deps;
  const isRevoked = revocationCheck(kvStore);
  const verifier = new TokenVerifier({ fetchKeys: () => auth.fetchKeys(), isRevoked, clock, log });
  return async (token) => {
    if (isResumeToken(token)) {
      const player = sessions.findByResumeToken(token);
      if (player === undefined || await isEnded(player.authSessionId)) return undefined;
      const { accountId, playerId, authSessionId, match } = player;
      return { accountId, playerId, authSessionId, matchId: match.id, resumes: true };
    }
    if (isMatchToken(token)) {
      const ticket = await redeemTicket(kvStore, token);
      return await isEnded(ticket?.authSessionId) ? undefined : ticket;
    }
    const verdict = await verifier.verify(token);
    if (!verdict.ok) return undefined;
    const { accountId, username: playerId, sessionId: authSessionId } = verdict;
    return { accountId, playerId, authSessionId, matchId: undefined };
  };
}
