import type { Row } from "../../core/row_memory.ts";

/** How many sequences below the newest are still accepted, the newest among them. */
export const REPLAY_WINDOW_SIZE = 256;

/** Sequences on the wire have 16 bits. */
const SEQUENCES = 0x1_0000;
const WORD_BITS = 32;

// Words of a window's row.
const NEWEST = 0;
/** The window's 32 sequences below the newest: kept, because each datagram that is sent has them. */
const ACK_BITS = 1;
/** Bit `s % 256` is whether `s` has been accepted, for the 256 sequences up to the newest. */
const ACCEPTED = 2;

/** Words of a row that a window needs. */
export const REPLAY_WINDOW_WORDS: number = ACCEPTED + REPLAY_WINDOW_SIZE / WORD_BITS;

/** The highest sequence that is accepted: years of play, and a row's words hold no more. */
const SEQUENCE_MAX = 0x7fff_ffff;

/**
 * Which datagrams have been accepted: each once, and none that is 256 or more behind the newest. It counts in
 * full sequences, of which the wire carries the low 16 bits; the rest is the epoch that the tag covers. Sequence 0
 * is none: both sides begin with 1.
 *
 * Use: `expand`, then check the tag under `epochOf`, and only then `accept`, so that a forged datagram
 * moves nothing.
 */
export class ReplayWindow {
  readonly #words: Int32Array;
  readonly #at: number;

  /** Has accepted nothing; in {@linkcode REPLAY_WINDOW_WORDS} words of a row, which are 0, or its own. */
  constructor(row: Row = { words: new Int32Array(REPLAY_WINDOW_WORDS), at: 0 }) {
    this.#words = row.words;
    this.#at = row.at;
  }

  /** Forgets everything, for another connection. */
  reset(): void {
    this.#words.fill(0, this.#at, this.#at + REPLAY_WINDOW_WORDS);
  }

  /** The newest full sequence that has been accepted; 0: none. */
  get newest(): number {
    return this.#words[this.#at + NEWEST] ?? 0;
  }

  /** What `ack` of a header says. */
  get ack(): number {
    return this.newest & (SEQUENCES - 1);
  }

  /** What `ackBits` of a header says. */
  get ackBits(): number {
    return (this.#words[this.#at + ACK_BITS] ?? 0) >>> 0;
  }

  /** The full sequence that is nearest to the newest and has these low 16 bits; below 1: none. */
  expand(sequence: number): number {
    const { newest } = this;
    const ahead = (sequence - newest) & (SEQUENCES - 1);
    return newest + (ahead < SEQUENCES / 2 ? ahead : ahead - SEQUENCES);
  }

  /** Whether a full sequence may be accepted. */
  isFresh(sequence: number): boolean {
    const { newest } = this;
    if (sequence < 1 || sequence <= newest - REPLAY_WINDOW_SIZE) return false;
    return sequence > newest ? sequence <= SEQUENCE_MAX : !this.#has(sequence);
  }

  /** Accepts a full sequence; false, and nothing done, where it is not fresh. */
  accept(sequence: number): boolean {
    if (!this.isFresh(sequence)) return false;
    const { newest } = this;
    if (sequence > newest) {
      const skipped = Math.min(sequence - newest, REPLAY_WINDOW_SIZE);
      for (let back = 1; back < skipped; back++) this.#set(sequence - back, false);
      this.#noteNewest(sequence);
    } else {
      const behind = newest - sequence;
      if (behind <= WORD_BITS) this.#setAckBits(this.ackBits | (1 << (behind - 1)));
    }
    this.#set(sequence, true);
    return true;
  }

  /** Moves the bits by as many sequences as the newest moves; what was the newest becomes one of them. */
  #noteNewest(sequence: number): void {
    const { newest } = this;
    const ahead = sequence - newest;
    const kept = ahead < WORD_BITS ? this.ackBits << ahead : 0;
    const isNear = newest > 0 && ahead <= WORD_BITS;
    this.#setAckBits(isNear ? kept | (1 << (ahead - 1)) : kept);
    this.#words[this.#at + NEWEST] = sequence;
  }

  #setAckBits(bits: number): void {
    this.#words[this.#at + ACK_BITS] = bits;
  }

  #has(sequence: number): boolean {
    const bit = sequence & (REPLAY_WINDOW_SIZE - 1);
    const word = this.#words[this.#at + ACCEPTED + (bit >>> 5)] ?? 0;
    return ((word >>> (bit & 31)) & 1) === 1;
  }

  #set(sequence: number, accepted: boolean): void {
    const bit = sequence & (REPLAY_WINDOW_SIZE - 1);
    const index = this.#at + ACCEPTED + (bit >>> 5);
    const word = this.#words[index] ?? 0;
    const mask = 1 << (bit & 31);
    this.#words[index] = accepted ? word | mask : word & ~mask;
  }
}

/** The part of a full sequence that the datagram does not carry and the tag covers. */
export function epochOf(sequence: number): number {
  return Math.floor(sequence / SEQUENCES);
}

/**
 * Which of one's own full sequences a header acknowledges. `newestSent` makes the 16 bits full again.
 *
 * @returns the full sequence of `ack`, 0 where it acknowledges none or one that was never sent
 */
export function expandAck(ack: number, newestSent: number): number {
  const behind = (newestSent - ack) & (SEQUENCES - 1);
  const sequence = newestSent - behind;
  return behind < SEQUENCES / 2 && sequence > 0 ? sequence : 0;
}

/** Whether `ack` (full, as {@linkcode expandAck} gives it) and its bits acknowledge a full sequence. */
export function isAcked(ack: number, ackBits: number, sequence: number): boolean {
  if (ack === 0 || sequence > ack) return false;
  const behind = ack - sequence;
  return behind === 0 || (behind <= 32 && ((ackBits >>> (behind - 1)) & 1) === 1);
}
