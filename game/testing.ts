import { silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import type { JsonObject } from "../core/json.ts";
import { type Counter, Metrics } from "../core/metrics.ts";
import type { NewEvent } from "../core/ports/event_log.ts";
import { EventWriter } from "../core/protocol/event_envelope.ts";
import { Rng } from "../core/rng.ts";
import { LEAVE_REASONS, type LeaveReason } from "./leave_reason.ts";
import { MatchHistory } from "./match_history.ts";
import type { Player } from "./player.ts";
import type { PlayerLink } from "./player_link.ts";
import { SessionManager } from "./session_manager.ts";
import type { SessionManagerOptions } from "./session_manager_options.ts";
import { TankPool } from "./tank_pool.ts";
import { TickLoop } from "./tick_loop.ts";

/** Sessions on a clock that a test moves, and everything that they write and send. */
export interface TestSessions {
  /** Stands still until the test moves it; the loop's too. */
  readonly clock: ManualClock;
  /** Starts without sessions. */
  readonly sessions: SessionManager;
  /** Runs already, 30 ticks a second; a step that throws fails the test. */
  readonly loop: TickLoop;
  /** Of 20 tanks. */
  readonly pool: TankPool;
  /** What was appended to the event log. */
  readonly events: readonly NewEvent[];
  /** The events of one type, oldest first. */
  eventsOf(type: string): readonly JsonObject[];
  /** Joins a guest, and fails the test where that is refused. */
  seat(playerId: string, link?: PlayerLink): Player;
}

/** A link that keeps what it is given. */
export interface TestLink extends PlayerLink {
  /** Every message, oldest first. */
  readonly sent: string[];
}

/** Opens sessions on a manual clock; the loop runs. For unit tests only. */
export function openTestSessions(options: Partial<SessionManagerOptions> = {}): TestSessions {
  const clock = new ManualClock();
  const events: NewEvent[] = [];
  let ids = 0;
  const newId = (): string => `id-${++ids}`;
  const ignored = { value: 0, inc: () => {}, observe: () => {} };
  const loop: TickLoop = new TickLoop({
    clock,
    tickRate: 30,
    metrics: { duration: ignored, lateness: ignored, lost: ignored },
    onFault: (_ticking, error) => {
      throw error;
    },
  });
  const pool = new TankPool({ tanksMax: 20, nextId: newId });
  const eventLog = {
    append: (event: NewEvent) => void events.push(event),
    flush: () => Promise.resolve(),
    read: () => ReadableStream.from<never>([]),
    subscribe: () => Promise.resolve({ close: () => Promise.resolve() }),
    close: () => Promise.resolve(),
  };
  const writer = new EventWriter({ eventLog, clock, serverId: "test", newId });
  const sessions = new SessionManager({
    clock,
    log: silentLog,
    rng: new Rng(1),
    newId,
    loop,
    pool,
    history: new MatchHistory(writer),
    presence: { came: () => {}, left: () => {} },
    joined: ignored,
    left: tallyLeft(),
    tickRate: 30,
    snapshotRate: 15,
    ticksPerFrame: () => 1,
    sampleRate: 5,
    botCount: 0,
    botSkill: "normal",
    admits: () => true,
    sessionsMax: 10,
    silenceMs: 15_000,
    resumeMs: 30_000,
    emptyMs: 60_000,
    matchMsMax: 3_600_000,
    ...options,
  });
  loop.start();
  return {
    clock,
    sessions,
    loop,
    pool,
    events,
    eventsOf: (type) => events.map(({ value }) => value).filter((e) => e.event_type === type),
    seat(playerId, link = openTestLink(playerId)): Player {
      const result = sessions.join({
        playerId,
        accountId: undefined,
        matchId: undefined,
        mode: undefined,
        link,
      });
      if (result.kind !== "joined") throw new Error(`Cannot seat ${playerId}: ${result.kind}`);
      return result.player;
    },
  };
}

function tallyLeft(): Record<LeaveReason, Counter> {
  const metrics = new Metrics({ process: false });
  const values = LEAVE_REASONS;
  return { ...metrics.counters({ name: "left_total", help: "-", label: "reason", values }) };
}

/** A link to nowhere, whose far end is `host` at port 1. */
export function openTestLink(
  host: string,
  options: Partial<Pick<PlayerLink, "transport" | "wantsState">> = {},
): TestLink {
  const sent: string[] = [];
  return {
    transport: "udp",
    wantsState: true,
    ...options,
    address: `udp:${host}:1`,
    attach: () => {},
    detach: () => {},
    send: (message) => void sent.push(message),
    sent,
  };
}
