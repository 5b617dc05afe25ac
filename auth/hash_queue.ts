import type { Clock } from "../core/clock.ts";

/** The bounds of a {@linkcode HashQueue}. */
export interface HashQueueOptions {
  /** Hashes computed at once: as many as there are cores. */
  readonly inFlightMax: number;
  /** Hashes that wait; of one more than that, one is refused. */
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

/** Those who do not say for whom they work share one turn. */
const NOBODY = "";

/**
 * Lets a bounded number of password hashes run at once and a bounded number wait for their turn. More
 * would not make one of them faster; a client has an answer now rather than too late. Turns go round
 * by owner, in order for each: whoever asks for many waits for himself. When too many wait, the
 * newest of the owner with the most is refused.
 */
export class HashQueue {
  readonly #options: HashQueueOptions;
  /** Who waits, by owner; the first owner is next. None is empty. */
  readonly #waiting = new Map<string, Waiting[]>();
  #waitingCount = 0;
  #inFlightCount = 0;
  #closed = false;

  /** Nothing runs yet. */
  constructor(options: HashQueueOptions) {
    this.#options = options;
  }

  /** Runs `work` when it is the turn of `owner`, such as an address. Rejects only as `work` does. */
  async run<Value>(work: () => Promise<Value>, owner = NOBODY): Promise<HashOutcome<Value>> {
    if (!await this.#mayRun(owner)) return { ok: false, reason: "busy" };
    try {
      return { ok: true, value: await work() };
    } finally {
      this.#release();
    }
  }

  /** How many wait. */
  get depth(): number {
    return this.#waitingCount;
  }

  /** Turns away whoever waits and whoever comes; what runs goes on. */
  close(): void {
    this.#closed = true;
    for (let next = this.#take(); next !== undefined; next = this.#take()) next.start(false);
  }

  #mayRun(owner: string): Promise<boolean> {
    const { inFlightMax, waitingMax, clock } = this.#options;
    if (this.#closed) return Promise.resolve(false);
    if (this.#inFlightCount < inFlightMax) {
      this.#inFlightCount++;
      return Promise.resolve(true);
    }
    if (this.#waitingCount >= waitingMax && !this.#makeRoomFor(owner)) {
      return Promise.resolve(false);
    }
    this.#waitingCount++;
    return new Promise((start) => {
      const waiting = { sinceMs: clock.monotonicMs(), start };
      const own = this.#waiting.get(owner);
      if (own === undefined) this.#waiting.set(owner, [waiting]);
      else own.push(waiting);
    });
  }

  /** Refuses the newest of whoever has most, if that is more than `owner` would have then. */
  #makeRoomFor(owner: string): boolean {
    let [most, mostCount] = [owner, (this.#waiting.get(owner)?.length ?? 0) + 1];
    for (const [other, { length }] of this.#waiting) {
      if (length > mostCount) [most, mostCount] = [other, length];
    }
    if (most === owner) return false;
    this.#waiting.get(most)?.pop()?.start(false);
    this.#waitingCount--;
    return true;
  }

  /** Hands the place of one that has ended to the next, and turns away whoever waited too long. */
  #release(): void {
    const { waitMaxMs, clock } = this.#options;
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      const mayRun = clock.monotonicMs() - next.sinceMs <= waitMaxMs;
      next.start(mayRun);
      if (mayRun) return;
    }
    this.#inFlightCount--;
  }

  /** The next of the first owner, who is the last then. */
  #take(): Waiting | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    const [owner, waiting] = first;
    const next = waiting.shift();
    this.#waiting.delete(owner);
    if (waiting.length > 0) this.#waiting.set(owner, waiting);
    this.#waitingCount--;
    return next;
  }
}
