/** An input that no state has applied after this long is lost, in milliseconds. */
export const INPUT_LOST_MS = 5_000;
/** One that is younger than this when a player leaves had no time to be applied, in milliseconds. */
export const INPUT_SETTLED_MS = 1_000;

/** What a schedule tells. */
export interface InputOutcomes {
  /** An input was due. */
  onDue(count: number): void;
  /** A state has applied an input, so long after it was due. */
  onApplied(latencyMs: number): void;
  /** An input was given up; it waited for so long, and would have for longer. */
  onLost(waitedMs: number): void;
  /** Inputs were so new at the end that nothing can be said of them. */
  onUnsettled(count: number): void;
}

interface DueInput {
  readonly dueMs: number;
  /** The number under which it goes to the server; undefined: not sent yet. */
  seq: number | undefined;
}

/**
 * The inputs of one player in one match. They are due on a fixed schedule, whatever server, network or load
 * generator do, and each counts from when it was due, not from when it was sent: where something stands
 * still, the inputs that it held up have waited for it, all of them. (Coordinated omission is to leave them
 * out.) Inputs that became due while nothing could be sent go with the next that is.
 */
export class InputSchedule {
  readonly #periodMs: number;
  readonly #outcomes: InputOutcomes;
  #nextDueMs: number;
  /** Oldest first; those without a number are the last. */
  #waiting: DueInput[] = [];

  /** The first input is due at `startMs`. */
  constructor(
    startMs: number,
    options: { readonly periodMs: number; readonly outcomes: InputOutcomes },
  ) {
    this.#nextDueMs = startMs;
    this.#periodMs = options.periodMs;
    this.#outcomes = options.outcomes;
  }

  /** When the next input is due. */
  get nextDueMs(): number {
    return this.#nextDueMs;
  }

  /** Takes what has become due; true where there is an input to give. */
  takeDue(nowMs: number): boolean {
    let count = 0;
    for (; this.#nextDueMs <= nowMs; this.#nextDueMs += this.#periodMs) {
      this.#waiting.push({ dueMs: this.#nextDueMs, seq: undefined });
      count++;
    }
    if (count > 0) this.#outcomes.onDue(count);
    this.#giveUp(nowMs - INPUT_LOST_MS, nowMs);
    return count > 0;
  }

  /** What was due goes to the server under this number. */
  onNumbered(seq: number): void {
    for (let index = this.#waiting.length - 1; index >= 0; index--) {
      const input = this.#waiting[index];
      if (input === undefined || input.seq !== undefined) return;
      input.seq = seq;
    }
  }

  /** A state has applied all up to this number; an input that a newer one overtook has gone with that. */
  onApplied(seq: number, nowMs: number): void {
    let count = 0;
    for (const input of this.#waiting) {
      if (input.seq === undefined || input.seq > seq) break;
      this.#outcomes.onApplied(nowMs - input.dueMs);
      count++;
    }
    if (count > 0) this.#waiting.splice(0, count);
  }

  /** The player gives no more: what waits is settled one way or the other. */
  finish(nowMs: number): void {
    this.#giveUp(nowMs - INPUT_SETTLED_MS, nowMs);
    if (this.#waiting.length > 0) this.#outcomes.onUnsettled(this.#waiting.length);
    this.#waiting = [];
  }

  #giveUp(beforeMs: number, nowMs: number): void {
    let count = 0;
    for (const { dueMs } of this.#waiting) {
      if (dueMs > beforeMs) break;
      this.#outcomes.onLost(nowMs - dueMs);
      count++;
    }
    if (count > 0) this.#waiting.splice(0, count);
  }
}
