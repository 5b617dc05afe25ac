import { type Clock, systemClock } from "./clock.ts";

/** What readiness says. */
export interface HealthReport {
  /** Whether to send it work: what `/readyz` answers 200 or 503 by. */
  readonly ready: boolean;
  /** Why it is not ready or what is down, by name; empty when all is well. */
  readonly down: Readonly<Record<string, string>>;
}

interface PartDown {
  readonly reason: string;
  readonly required: boolean;
  readonly sinceMs: number;
}

/** Something that is not as it should be. */
export interface Ailment {
  /** What it is about; `service`: the whole. */
  readonly part: string;
  /** What is wrong. */
  readonly reason: string;
  /** Since when, in milliseconds since the epoch. */
  readonly sinceMs: number;
}

/**
 * Whether a service takes work: it has started, is not draining, and the parts that it cannot do
 * without are there. Parts that it can do without are named too, and leave it ready.
 */
export class Health {
  #started = false;
  #draining = false;
  readonly #parts = new Map<string, PartDown>();
  readonly #shared: Health | undefined;
  readonly #clock: Clock;
  /** When its state was last another. */
  #sinceMs: number;

  /**
   * Starts as not ready, with no part down.
   *
   * @param shared the health of parts that several services use: a required one that is down
   * makes this one not ready too
   * @param clock says since when something is down
   */
  constructor(shared?: Health, clock: Clock = systemClock) {
    this.#shared = shared;
    this.#clock = clock;
    this.#sinceMs = clock.nowMs();
  }

  /** From now on it is ready. */
  markStarted(): void {
    this.#started = true;
  }

  /** From now on it is not: no new work, please. */
  markDraining(): void {
    if (!this.#draining) this.#sinceMs = this.#clock.nowMs();
    this.#draining = true;
  }

  /** A part is down; `required` says whether the service is of use without it. */
  markDown(part: string, reason: string, options: { readonly required: boolean }): void {
    // Said again it is not new.
    const sinceMs = this.#parts.get(part)?.sinceMs ?? this.#clock.nowMs();
    this.#parts.set(part, { reason, required: options.required, sinceMs });
  }

  /** A part is back. */
  markUp(part: string): void {
    this.#parts.delete(part);
  }

  /** Whether draining has begun. */
  get draining(): boolean {
    return this.#draining;
  }

  /** How it stands now. */
  report(): HealthReport {
    const down: Record<string, string> = {};
    let ready = true;
    for (const [part, { reason, required }] of [...this.#sharedParts, ...this.#parts]) {
      down[part] = reason;
      if (required) ready = false;
    }
    if (!this.#started) down["service"] = "starting";
    if (this.#draining) down["service"] = "draining";
    return { ready: ready && this.#started && !this.#draining, down };
  }

  /** What is down, as {@linkcode report} has it, and since when. */
  ailments(): Ailment[] {
    const ailments = [...this.#sharedParts, ...this.#parts].map(([part, { reason, sinceMs }]) => ({
      part,
      reason,
      sinceMs,
    }));
    const { service } = this.report().down;
    if (service === undefined) return ailments;
    return [{ part: "service", reason: service, sinceMs: this.#sinceMs }, ...ailments];
  }

  get #sharedParts(): Iterable<readonly [string, PartDown]> {
    return this.#shared === undefined ? [] : this.#shared.#parts;
  }
}
