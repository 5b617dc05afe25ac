import type { Log, LogFields } from "../core/log.ts";

/**
 * Logs when a condition begins, as a warning, and when it ends; not each time that it is found to
 * last, which visitors could make often.
 */
export class ConditionLog {
  readonly #log: Log;
  readonly #events: { readonly began: string; readonly ended: string };
  #lasts = false;

  /** It does not last yet; `events` names the log events of its beginning and its end. */
  constructor(log: Log, events: { readonly began: string; readonly ended: string }) {
    this.#log = log;
    this.#events = events;
  }

  /** Whether it lasts. */
  get lasts(): boolean {
    return this.#lasts;
  }

  /** It has begun, or lasts still. */
  begin(fields: LogFields): void {
    if (this.#lasts) return;
    this.#lasts = true;
    this.#log.warn(this.#events.began, fields);
  }

  /** It is over, or never was. */
  end(): void {
    if (!this.#lasts) return;
    this.#lasts = false;
    this.#log.info(this.#events.ended);
  }
}
