import type { MutableTankInput, TankInput } from "./simulation/tank_input.ts";

/** Inputs that wait at once, at most. A client that is farther ahead than this loses its oldest. */
export const INPUTS_WAITING_MAX = 32;
/**
 * Inputs that may wait when one is taken; more are skipped, so that a burst after a gap in the network
 * does not leave the player a quarter of a second behind for the rest of the match.
 */
export const INPUTS_DEPTH_MAX = 8;

const NEUTRAL_AFTER_MS = 500;

/** An input that waits; used again for another when it is no longer in force. */
interface Waiting extends MutableTankInput {
  seq: number;
}

/**
 * The inputs of one client on their way into the simulation: one is applied a tick, in the order of
 * their numbers, however the network brings them. The client numbers them from 1, one for each of its
 * ticks, and repeats each until it is acknowledged, so that what is missing here is only late. In play
 * nothing is allocated.
 */
export class InputBuffer {
  /** By number. */
  readonly #waiting: Waiting[] = [];
  readonly #spare: Waiting[] = [];
  readonly #neutralAfterTicks: number;
  #appliedSeq = 0;
  #inForce: Waiting | undefined;
  #starvedTicks = 0;
  #skipped = 0;
  #skippedFire = false;
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

  /** Whether a trigger was pulled in an input that was skipped: what was taken last is to fire once too. */
  get firesOnce(): boolean {
    return this.#firesOnce;
  }

  /** Takes a copy of an input from the network; false where it is old or known already. */
  add(seq: number, { throttle, turn, turret, fire }: TankInput): boolean {
    if (!this.wants(seq)) return false;
    const added = this.#spare.pop() ?? { seq, throttle, turn, turret, fire };
    added.seq = seq;
    added.throttle = throttle;
    added.turn = turn;
    added.turret = turret;
    added.fire = fire;
    const waiting = this.#waiting;
    let at = waiting.push(added) - 1;
    for (; at > 0; at--) {
      const before = waiting[at - 1];
      if (before === undefined || before.seq < seq) break;
      waiting[at] = before;
    }
    waiting[at] = added;
    // One a tick is applied, so that whoever sends more gains nothing by it.
    while (waiting.length > INPUTS_WAITING_MAX) this.#skip();
    return true;
  }

  /**
   * The input for the next tick, good until the next call: the oldest that waits, else the last one
   * held, and after half a second without any nothing but the turret's direction. Undefined before the
   * first.
   */
  take(): TankInput | undefined {
    this.#firesOnce = false;
    while (this.#waiting.length > INPUTS_DEPTH_MAX) this.#skip();
    const next = this.#takeOldest();
    if (next !== undefined) return this.#apply(next);
    const held = this.#inForce;
    if (held === undefined) return undefined;
    this.#starvedTicks++;
    this.#late++;
    if (this.#starvedTicks === this.#neutralAfterTicks) release(held);
    return held;
  }

  /** Another client, which counts anew, has the tank now. What is in force stays so until it sends. */
  restart(): void {
    this.#spare.push(...this.#waiting);
    this.#waiting.length = 0;
    this.#appliedSeq = 0;
    this.#skippedFire = false;
    this.#firesOnce = false;
  }

  #apply(next: Waiting): TankInput {
    if (this.#inForce !== undefined) this.#spare.push(this.#inForce);
    this.#inForce = next;
    this.#appliedSeq = next.seq;
    this.#starvedTicks = 0;
    this.#firesOnce = this.#skippedFire && !next.fire;
    this.#skippedFire = false;
    return next;
  }

  #skip(): void {
    const skipped = this.#takeOldest();
    if (skipped === undefined) return;
    this.#appliedSeq = Math.max(this.#appliedSeq, skipped.seq);
    if (skipped.fire) this.#skippedFire = true;
    this.#skipped++;
    this.#spare.push(skipped);
  }

  #takeOldest(): Waiting | undefined {
    const waiting = this.#waiting;
    const oldest = waiting[0];
    // Few wait: cheaper than what `shift` does for all lengths.
    for (let at = 1; at < waiting.length; at++) {
      const later = waiting[at];
      if (later !== undefined) waiting[at - 1] = later;
    }
    waiting.pop();
    return oldest;
  }
}

function release(input: MutableTankInput): void {
  input.throttle = 0;
  input.turn = 0;
  input.fire = false;
}
