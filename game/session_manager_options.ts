import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Counter } from "../core/metrics.ts";
import type { PlayerPresence } from "./command_claims.ts";
import type { MatchHistory } from "./match_history.ts";
import type { SessionFactoryOptions } from "./session_factory.ts";
import type { LeaveReason } from "./leave_reason.ts";
import type { TickLoop } from "./tick_loop.ts";

/** What a manager works with. */
export interface SessionManagerOptions extends Omit<SessionFactoryOptions, "observer" | "record"> {
  /** Says when somebody was silent too long. */
  readonly clock: Clock;
  /** Told of sessions that fail. */
  readonly log: Log;
  /** Gives an id for a match that nothing else has. */
  readonly newId: () => string;
  /** Steps the sessions. */
  readonly loop: TickLoop;
  /** Told of everything that is to be remembered. */
  readonly history: MatchHistory;
  /** Told who comes and leaves. */
  readonly presence: PlayerPresence;
  /** Counts players who were given a tank. */
  readonly joined: Counter;
  /** Counts players who left, by why. */
  readonly left: Readonly<Record<LeaveReason, Counter>>;
  /** Whether there is time for another player; those who are in a session are never asked to go. */
  readonly admits: () => boolean;
  /** Sessions at once, at most. */
  readonly sessionsMax: number;
  /** A player not heard for this long, in milliseconds, leaves. */
  readonly silenceMs: number;
  /** How long a tank waits for a client that was lost with its server or connection, in milliseconds. */
  readonly resumeMs: number;
  /** A session that was made on order and is empty for this long, in milliseconds, ends. */
  readonly emptyMs: number;
}
