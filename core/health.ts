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

  /**
   * Starts as not ready, with no part down.
   *
   * @param shared the health of parts that several services use: a required one that is down
   * makes this one not ready too
   */
  constructor(shared?: Health) {
    this.#shared = shared;
  }

  /** From now on it is ready. */
  markStarted(): void {
    this.#started = true;
  }

  /** From now on it is not: no new work, please. */
  markDraining(): void {
    this.#draining = true;
  }

  /** A part is down; `required` says whether the service is of use without it. */
  markDown(part: string, reason: string, options: { readonly required: boolean }): void {
    this.#parts.set(part, { reason, required: options.required });
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

  get #sharedParts(): Iterable<readonly [string, PartDown]> {
    return this.#shared === undefined ? [] : this.#shared.#parts;
  }
}
