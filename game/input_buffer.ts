import type { TankInput } from "./simulation/tank_input.ts";

/** Inputs that wait at once, at most. A client that is farther ahead than this loses its oldest. */
export const INPUTS_WAITING_MAX = 32;
/**
 * Inputs that may wait when one is taken; more are skipped, so that a burst after a gap in the network
 * does not leave the player a quarter of a second behind for the rest of the match.
 */
export const INPUTS_DEPTH_MAX = 8;

const NEUTRAL_AFTER_MS = 500;

/** What a player does in one tick. */
export interface TakenInput {
  /** What is in force. */
  readonly input: TankInput;
  /** Whether it is new: its number was never applied before. */
  readonly isNew: boolean;
  /** A trigger that was pulled in an input that was skipped: it is to fire once all the same. */
  readonly firesOnce: boolean;
}

interface Waiting {
  readonly seq: number;
  readonly input: TankInput;
}

/**
 * The inputs of one client on their way into the simulation: one is applied a tick, in the order of
 * their numbers, however the network brings them. The client numbers them from 1, one for each of its
 * ticks, and repeats each until it is acknowledged, so that what is missing here is only late.
 */
export class InputBuffer {
  readonly #waiting: Waiting[] = [];
  readonly #neutralAfterTicks: number;
  #appliedSeq = 0;
  #input: TankInput | undefined;
  #starvedTicks = 0;
  #skipped = 0;
  #firesOnce = false;
  #late = 0;

  /**
   * Empty; @param tickRate how many inputs are taken a second
   * @param appliedSeq the newest input that was applied on another server; 0: none
   */
  constructor(tickRate: number, appliedSeq = 0) {
    this.#appliedSeq = appliedSeq;
    this.#neutralAfterTicks = Math.ceil((NEUTRAL_AFTER_MS * tickRate) / 1_000);
  }

  /** The number of the newest input that was applied or skipped; 0 before the first. */
  get appliedSeq(): number {
    return this.#appliedSeq;
  }

  /** Inputs that were never applied because newer ones were there. */
  get skippedCount(): number {
    return this.#skipped;
  }

  /** Ticks for which no input was there in time. */
  get lateCount(): number {
    return this.#late;
  }

  /**
   * How early inputs come, -128..127, for the client to pace itself by: that many wait once the tick
   * has taken its own; below 0, for so many ticks none has come.
   */
  get hint(): number {
    return this.#starvedTicks > 0 ? Math.max(-128, -this.#starvedTicks) : this.#waiting.length;
  }

  /** Whether an input of this number would be taken: it is new. Asked first, it spares making one. */
  wants(seq: number): boolean {
    if (seq <= this.#appliedSeq) return false;
    const waiting = this.#waiting;
    const newestSeq = waiting[waiting.length - 1]?.seq ?? this.#appliedSeq;
    if (seq > newestSeq) return true;
    // Mostly all of them are there: then it need not be looked for.
    if (newestSeq - this.#appliedSeq === waiting.length) return false;
    for (const known of waiting) if (known.seq === seq) return false;
    return true;
  }

  /** Takes an input from the network; false where it is old or known already. */
  add(seq: number, input: TankInput): boolean {
    if (!this.wants(seq)) return false;
    const waiting = this.#waiting;
    let at = waiting.length;
    while (at > 0 && (waiting[at - 1]?.seq ?? 0) > seq) at--;
    waiting.splice(at, 0, { seq, input });
    // One a tick is applied, so that whoever sends more gains nothing by it.
    while (waiting.length > INPUTS_WAITING_MAX) this.#skip();
    return true;
  }

  /**
   * The input for the next tick: the oldest that waits, else the last one held, and after half a
   * second without any nothing but the turret's direction. Undefined before the first.
   */
  take(): TakenInput | undefined {
    while (this.#waiting.length > INPUTS_DEPTH_MAX) {
      this.#skip();
    }
    const next = this.#waiting.shift();
    if (next !== undefined) return this.#apply(next);
    if (this.#input === undefined) return undefined;
    this.#starvedTicks++;
    this.#late++;
    if (this.#starvedTicks === this.#neutralAfterTicks) this.#input = released(this.#input);
    return { input: this.#input, isNew: false, firesOnce: false };
  }

  /** Another client, which counts anew, has the tank now. What is in force stays so until it sends. */
  restart(): void {
    this.#waiting.length = 0;
    this.#appliedSeq = 0;
    this.#firesOnce = false;
  }

  #apply({ seq, input }: Waiting): TakenInput {
    const firesOnce = this.#firesOnce && !input.fire;
    this.#appliedSeq = seq;
    this.#input = input;
    this.#starvedTicks = 0;
    this.#firesOnce = false;
    return { input, isNew: true, firesOnce };
  }

  #skip(): void {
    const skipped = this.#waiting.shift();
    if (skipped === undefined) return;
    this.#appliedSeq = Math.max(this.#appliedSeq, skipped.seq);
    if (skipped.input.fire) this.#firesOnce = true;
    this.#skipped++;
  }
}

function released({ turret }: TankInput): TankInput {
  return { throttle: 0, turn: 0, turret, fire: false };
}
