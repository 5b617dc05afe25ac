import type { Clock } from "../core/clock.ts";

/** The bounds of a {@linkcode HashQueue}. */
export interface HashQueueOptions {
  /** Hashes computed at once: as many as there are cores. */
  readonly inFlightMax: number;
  /** Hashes that wait; one more is refused. */
  readonly waitingMax: number;
  /** Milliseconds that one waits before it is refused after all. */
  readonly waitMaxMs: number;
  /** Says how long they have waited. */
  readonly clock: Clock;
}

/** What was computed, or a refusal. */
export type HashOutcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: "busy" };

interface Waiting {
  readonly sinceMs: number;
  readonly start: (mayRun: boolean) => void;
}

/**
 * Lets a bounded number of password hashes run at once and a bounded number wait for their turn, in
 * order. More would not make one of them faster; a client has an answer now rather than too late.
 */
export class HashQueue {
  readonly #options: HashQueueOptions;
  readonly #waiting: Waiting[] = [];
  #inFlightCount = 0;
  #closed = false;

  /** Nothing runs yet. */
  constructor(options: HashQueueOptions) {
    this.#options = options;
  }

  /** Runs `work` when it is its turn. Rejects only as `work` does. */
  async run<Value>(work: () => Promise<Value>): Promise<HashOutcome<Value>> {
    if (!await this.#mayRun()) return { ok: false, reason: "busy" };
    try {
      return { ok: true, value: await work() };
    } finally {
      this.#release();
    }
  }

  /** How many wait. */
  get depth(): number {
    return this.#waiting.length;
  }

  /** Turns away whoever waits and whoever comes; what runs goes on. */
  close(): void {
    this.#closed = true;
    for (const { start } of this.#waiting.splice(0)) start(false);
  }

  #mayRun(): Promise<boolean> {
    const { inFlightMax, waitingMax, clock } = this.#options;
    if (this.#closed) return Promise.resolve(false);
    if (this.#inFlightCount < inFlightMax) {
      this.#inFlightCount++;
      return Promise.resolve(true);
    }
    if (this.#waiting.length >= waitingMax) return Promise.resolve(false);
    return new Promise((start) => this.#waiting.push({ sinceMs: clock.monotonicMs(), start }));
  }

  /** Hands the place of one that has ended to the next, and turns away whoever waited too long. */
  #release(): void {
    const { waitMaxMs, clock } = this.#options;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const mayRun = clock.monotonicMs() - next.sinceMs <= waitMaxMs;
      next.start(mayRun);
      if (mayRun) return;
    }
    this.#inFlightCount--;
  }
}
