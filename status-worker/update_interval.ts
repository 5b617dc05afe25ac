import type { Clock } from "../core/clock.ts";
import { describeError, type Log } from "../core/log.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import { ConditionLog } from "./condition_log.ts";
import { UPDATE_INTERVAL_S } from "./config.ts";
import { STORE_DEADLINE_MS } from "./status_cache.ts";
import { within } from "./within.ts";

/** Where an operator changes the interval while workers run: whole seconds, as text. */
export const INTERVAL_KEY = "config:status_interval";

/** What an {@linkcode UpdateInterval} needs. */
export interface UpdateIntervalOptions {
  /** Where an operator changes it. */
  readonly kvStore: KvStore;
  /** Says when the store has not answered in time. */
  readonly clock: Clock;
  /** Told when it changes, and when what is asked for is no interval. */
  readonly log: Log;
  /** What it is while nothing else is asked for, in milliseconds. */
  readonly defaultMs: number;
}

/** The time between two updates, which can be changed while workers run. */
export class UpdateInterval {
  readonly #options: UpdateIntervalOptions;
  readonly #wrong: ConditionLog;
  readonly #storeDown: ConditionLog;
  #ms: number;

  /** It is the default. */
  constructor(options: UpdateIntervalOptions) {
    this.#options = options;
    const { log } = options;
    this.#wrong = new ConditionLog(log, {
      began: "status_interval_is_wrong",
      ended: "status_interval_is_right",
    });
    this.#storeDown = new ConditionLog(log, {
      began: "status_interval_not_read",
      ended: "status_interval_read_again",
    });
    this.#ms = options.defaultMs;
  }

  /** Milliseconds, as read last. */
  get ms(): number {
    return this.#ms;
  }

  /** Reads what is asked for; where the store fails, what was in force stays. Never rejects. */
  async read(): Promise<void> {
    const { kvStore, clock, log, defaultMs } = this.#options;
    let text: string | undefined;
    try {
      text = await within(kvStore.get(INTERVAL_KEY), {
        clock,
        deadlineMs: STORE_DEADLINE_MS,
        action: `read ${INTERVAL_KEY}`,
      });
      this.#storeDown.end();
    } catch (error) {
      this.#storeDown.begin({ error: describeError(error) });
      return;
    }
    const askedMs = text === undefined ? defaultMs : tryParseSecondsAsMs(text);
    if (askedMs === undefined) this.#wrong.begin({ key: INTERVAL_KEY });
    else this.#wrong.end();
    const nextMs = askedMs ?? defaultMs;
    if (nextMs === this.#ms) return;
    log.info("status_interval_changed", { from_ms: this.#ms, to_ms: nextMs });
    this.#ms = nextMs;
  }
}

function tryParseSecondsAsMs(text: string): number | undefined {
  const seconds = /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : NaN;
  const { min, max } = UPDATE_INTERVAL_S;
  return seconds >= min && seconds <= max ? seconds * 1_000 : undefined;
}
