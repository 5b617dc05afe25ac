import type { CancelTimer, Clock } from "../core/clock.ts";
import { describeError, type Log } from "../core/log.ts";
import type { SessionStore } from "./session_store.ts";

const PERIOD_MS = 600_000;

/** What a {@linkcode SessionSweeper} needs. */
export interface SessionSweeperOptions {
  /** Where they are removed. */
  readonly sessions: SessionStore;
  /** Says when. */
  readonly clock: Clock;
  /** Told when it fails, which the next time mends. */
  readonly log: Log;
}

/** Removes sessions and refresh tokens that have ended by themselves, every ten minutes. */
export class SessionSweeper {
  readonly #options: SessionSweeperOptions;
  readonly #cancel: CancelTimer;
  #sweeping: Promise<void> | undefined;

  /** Begins. */
  constructor(options: SessionSweeperOptions) {
    this.#options = options;
    this.#cancel = options.clock.every(PERIOD_MS, () => {
      this.#sweeping ??= this.#sweep().finally(() => this.#sweeping = undefined);
    });
  }

  /** Ends, after what is in hand. */
  async close(): Promise<void> {
    this.#cancel();
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { sessions, clock, log } = this.#options;
    try {
      await sessions.deleteExpired(clock.nowMs());
    } catch (error) {
      log.warn("sessions_not_swept", { error: describeError(error) });
    }
  }
}
