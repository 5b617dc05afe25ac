// Long because a buffer is one row of words, and what each of them means.
import { RowMemory } from "../core/row_memory.ts";
import type { MutableTankInput, TankInput } from "./simulation/tank_input.ts";

/** Inputs that wait at once, at most. A client that is farther ahead than this loses its oldest. */
export const INPUTS_WAITING_MAX = 32;
/**
 * Inputs that may wait when one is taken; more are skipped, so that a burst after a gap in the network
 * does not leave the player a quarter of a second behind for the rest of the match.
 */
export const INPUTS_DEPTH_MAX = 8;

const NEUTRAL_AFTER_MS = 500;

// Words of a buffer's row. Numbers of inputs have 32 bits without a sign.
const APPLIED_SEQ = 0;
/** How many wait. */
const COUNT = 1;
const STARVED_TICKS = 2;
const SKIPPED = 3;
const LATE = 4;
const FLAGS = 5;
/** The input in force, {@linkcode INPUT_WORDS} words as those that wait. */
const IN_FORCE = 6;
const WAITING = 9;
const INPUT_WORDS = 3;
/** Words of an input: its number, its controls in one, its trigger. */
const SEQ = 0;
const CONTROLS = 1;
const FIRE = 2;
/** One more than may wait, for the moment in which one comes. */
const ROW_WORDS = WAITING + INPUT_WORDS * (INPUTS_WAITING_MAX + 1);

/** An input was taken: there is one in force. */
const HAS_INPUT = 1;
/** A trigger was pulled in what was skipped. */
const SKIPPED_FIRE = 2;
/** What was taken last is to fire once besides. */
const FIRES_ONCE = 4;

const rows = new RowMemory(ROW_WORDS);
/** What `take` gives, whichever buffer is asked. */
const taken: MutableTankInput = { throttle: 0, turn: 0, turret: 0, fire: false };

/**
 * The inputs of one client on their way into the simulation: one is applied a tick, in the order of
 * their numbers, however the network brings them. The client numbers them from 1, one for each of its
 * ticks, and repeats each until it is acknowledged, so that what is missing here is only late. In play
 * nothing is allocated, and what is used lies together: every player's is looked at in every tick.
 */
export class InputBuffer {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #neutralAfterTicks: number;

  /**
   * Empty; @param tickRate how many inputs are taken a second
   * @param appliedSeq the newest input that was applied on another server; 0: none
   */
  constructor(tickRate: number, appliedSeq = 0) {
    const { words, at } = rows.take();
    this.#words = words;
    this.#at = at;
    this.#neutralAfterTicks = Math.ceil((NEUTRAL_AFTER_MS * tickRate) / 1_000);
    this.#set(APPLIED_SEQ, appliedSeq);
  }

  /** The number of the newest input that was applied or skipped; 0 before the first. */
  get appliedSeq(): number {
    return this.#get(APPLIED_SEQ) >>> 0;
  }

  /** Inputs that were never applied because newer ones were there. */
  get skippedCount(): number {
    return this.#get(SKIPPED);
  }

  /** Ticks for which no input was there in time. */
  get lateCount(): number {
    return this.#get(LATE);
  }

  /**
   * How early inputs come, -128..127, for the client to pace itself by: that many wait once the tick
   * has taken its own; below 0, for so many ticks none has come.
   */
  get hint(): number {
    const starvedTicks = this.#get(STARVED_TICKS);
    return starvedTicks > 0 ? Math.max(-128, -starvedTicks) : this.#get(COUNT);
  }

  /** Whether an input of this number would be taken: it is new. Asked first, it spares making one. */
  wants(seq: number): boolean {
    const { appliedSeq } = this;
    if (seq <= appliedSeq) return false;
    const count = this.#get(COUNT);
    const newestSeq = count === 0 ? appliedSeq : this.#seqAt(count - 1);
    if (seq > newestSeq) return true;
    // Mostly all of them are there: then it need not be looked for.
    if (newestSeq - appliedSeq === count) return false;
    for (let index = 0; index < count; index++) if (this.#seqAt(index) === seq) return false;
    return true;
  }

  /** Whether a trigger was pulled in an input that was skipped: what was taken last is to fire once too. */
  get firesOnce(): boolean {
    return (this.#get(FLAGS) & FIRES_ONCE) !== 0;
  }

  /** Takes a copy of an input from the network; false where it is old or known already. */
  add(seq: number, { throttle, turn, turret, fire }: TankInput): boolean {
    if (!this.wants(seq)) return false;
    const count = this.#get(COUNT);
    let index = count;
    for (; index > 0 && this.#seqAt(index - 1) > seq; index--) this.#move(index - 1, index);
    const at = WAITING + INPUT_WORDS * index;
    this.#set(at + SEQ, seq);
    this.#set(at + CONTROLS, (turret << 16) | ((turn & 0xff) << 8) | (throttle & 0xff));
    this.#set(at + FIRE, fire ? 1 : 0);
    this.#set(COUNT, count + 1);
    // One a tick is applied, so that whoever sends more gains nothing by it.
    if (count + 1 > INPUTS_WAITING_MAX) this.#skip();
    return true;
  }

  /**
   * The input for the next tick, good until any buffer is asked again: the oldest that waits, else the last
   * one held, and after half a second without any nothing but the turret's direction. Undefined before the
   * first.
   */
  take(): TankInput | undefined {
    this.#setFlag(FIRES_ONCE, false);
    while (this.#get(COUNT) > INPUTS_DEPTH_MAX) this.#skip();
    if (this.#get(COUNT) > 0) this.#apply();
    else if ((this.#get(FLAGS) & HAS_INPUT) === 0) return undefined;
    else this.#starve();
    const controls = this.#get(IN_FORCE + CONTROLS);
    taken.throttle = (controls << 24) >> 24;
    taken.turn = (controls << 16) >> 24;
    taken.turret = controls >>> 16;
    taken.fire = this.#get(IN_FORCE + FIRE) === 1;
    return taken;
  }

  /** Another client, which counts anew, has the tank now. What is in force stays so until it sends. */
  restart(): void {
    this.#set(COUNT, 0);
    this.#set(APPLIED_SEQ, 0);
    this.#set(FLAGS, this.#get(FLAGS) & HAS_INPUT);
  }

  #apply(): void {
    for (let word = 0; word < INPUT_WORDS; word++) {
      this.#set(IN_FORCE + word, this.#get(WAITING + word));
    }
    this.#removeOldest();
    this.#set(APPLIED_SEQ, this.#get(IN_FORCE + SEQ));
    this.#set(STARVED_TICKS, 0);
    const hasSkippedFire = (this.#get(FLAGS) & SKIPPED_FIRE) !== 0;
    const firesOnce = hasSkippedFire && this.#get(IN_FORCE + FIRE) === 0;
    this.#set(FLAGS, firesOnce ? HAS_INPUT | FIRES_ONCE : HAS_INPUT);
  }

  #starve(): void {
    const starvedTicks = this.#get(STARVED_TICKS) + 1;
    this.#set(STARVED_TICKS, starvedTicks);
    this.#set(LATE, this.#get(LATE) + 1);
    if (starvedTicks !== this.#neutralAfterTicks) return;
    // Nothing but the turret's direction is left.
    this.#set(IN_FORCE + CONTROLS, this.#get(IN_FORCE + CONTROLS) & 0xffff_0000);
    this.#set(IN_FORCE + FIRE, 0);
  }

  #skip(): void {
    // Of one that is put in as the oldest there may be newer ones that were skipped before.
    this.#set(APPLIED_SEQ, Math.max(this.appliedSeq, this.#seqAt(0)));
    if (this.#get(WAITING + FIRE) === 1) this.#setFlag(SKIPPED_FIRE, true);
    this.#set(SKIPPED, this.#get(SKIPPED) + 1);
    this.#removeOldest();
  }

  #removeOldest(): void {
    const count = this.#get(COUNT);
    for (let index = 1; index < count; index++) this.#move(index, index - 1);
    this.#set(COUNT, count - 1);
  }

  #move(from: number, to: number): void {
    for (let word = 0; word < INPUT_WORDS; word++) {
      this.#set(
        WAITING + INPUT_WORDS * to + word,
        this.#get(WAITING + INPUT_WORDS * from + word),
      );
    }
  }

  #seqAt(index: number): number {
    return this.#get(WAITING + INPUT_WORDS * index + SEQ) >>> 0;
  }

  #setFlag(flag: number, isSet: boolean): void {
    const flags = this.#get(FLAGS);
    this.#set(FLAGS, isSet ? flags | flag : flags & ~flag);
  }

  #get(word: number): number {
    return this.#words[this.#at + word] ?? 0;
  }

  #set(word: number, value: number): void {
    this.#words[this.#at + word] = value;
  }
}
