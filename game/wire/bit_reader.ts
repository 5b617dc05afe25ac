import { tryDecodeUtf8 } from "../../core/net/utf8.ts";
import type { WireRefusal } from "./wire_refusal.ts";

const NO_BYTES = new Uint8Array(0);
const VARINT_BYTES_MAX = 5;

/**
 * Reads what `BitWriter` writes. It never throws: after the first thing that is wrong everything reads
 * as 0 or empty and `refusal` says what it was, so that a decoder can ask once, at its end, but has to
 * hold every loop within bounds of its own.
 */
export class BitReader {
  #bytes: Uint8Array;
  #at: number;
  #end: number;
  #pending = 0;
  #pendingCount = 0;
  #refusal: WireRefusal | undefined;

  /** Reads from `start` up to `end`. */
  constructor(bytes: Uint8Array = NO_BYTES, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = Math.min(end, bytes.length);
  }

  /** Begins anew, in another buffer or place. */
  reset(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = Math.min(end, bytes.length);
    this.#pending = 0;
    this.#pendingCount = 0;
    this.#refusal = undefined;
  }

  /** What was wrong first. */
  get refusal(): WireRefusal | undefined {
    return this.#refusal;
  }

  /** Where the next byte is read, from the start of the buffer, once aligned. */
  get position(): number {
    return this.#at;
  }

  /** Bytes not read yet, the one that was begun not among them. */
  get bytesLeft(): number {
    return Math.max(0, this.#end - this.#at);
  }

  /** Says that what was read is wrong; the first such word stands. Always 0. */
  refuse(reason: WireRefusal): 0 {
    this.#refusal ??= reason;
    this.#at = this.#end;
    this.#pending = 0;
    this.#pendingCount = 0;
    return 0;
  }

  /** An unsigned integer of 1..32 bits. */
  bits(width: number): number {
    if (width <= 16) return this.#pull(width);
    const low = this.#pull(16);
    return (low | (this.#pull(width - 16) << 16)) >>> 0;
  }

  /** A two's complement integer of 2..32 bits. */
  signed(width: number): number {
    const unused = 32 - width;
    return (this.bits(width) << unused) >> unused;
  }

  /** A bit. */
  bit(): boolean {
    return this.#pull(1) === 1;
  }

  /** An unsigned integer of so many bits, refused above `max`. */
  bounded(width: number, max: number): number {
    const value = this.bits(width);
    return value > max ? this.refuse("out_of_range") : value;
  }

  /** A varint of at most 32 bits, refused above `max` and where it is longer than need be. */
  varint(max = 0xffffffff): number {
    let value = 0;
    for (let index = 0; index < VARINT_BYTES_MAX; index++) {
      const byte = this.#pull(8);
      if (this.#refusal !== undefined) return 0;
      if (index === VARINT_BYTES_MAX - 1 && byte > 0x0f) return this.refuse("bad_varint");
      value = (value | ((byte & 0x7f) << (7 * index))) >>> 0;
      if (byte >= 0x80) continue;
      if (byte === 0 && index > 0) return this.refuse("bad_varint");
      return value > max ? this.refuse("out_of_range") : value;
    }
    return this.refuse("bad_varint");
  }

  /** A copy of so many bytes; empty where there are fewer. */
  raw(count: number): Uint8Array {
    if (count > this.bytesLeft + (this.#pendingCount > 0 ? 1 : 0)) this.refuse("truncated");
    const bytes = new Uint8Array(this.#refusal === undefined ? count : 0);
    for (let index = 0; index < bytes.length; index++) bytes[index] = this.#pull(8);
    return this.#refusal === undefined ? bytes : NO_BYTES;
  }

  /** Text after a varint with its length in bytes, refused above `bytesMax`. */
  text(bytesMax: number): string {
    const text = tryDecodeUtf8(this.raw(this.varint(bytesMax)));
    if (text === undefined) this.refuse("bad_text");
    return text ?? "";
  }

  /** Goes to the next whole byte; bits that it skips must be 0. */
  align(): void {
    if (this.#pendingCount > 0 && this.#pull(this.#pendingCount) !== 0) this.refuse("bad_padding");
  }

  /** Goes to the end of bytes that must be zero. */
  padding(): void {
    this.align();
    while (this.#at < this.#end) {
      if (this.#bytes[this.#at++] !== 0) this.refuse("bad_padding");
    }
  }

  /** What was wrong, or `trailing_bytes` where something is left, or undefined. */
  finish(): WireRefusal | undefined {
    this.align();
    if (this.#at < this.#end) this.refuse("trailing_bytes");
    return this.#refusal;
  }

  #pull(width: number): number {
    while (this.#pendingCount < width) {
      if (this.#at >= this.#end) return this.refuse("truncated");
      this.#pending |= (this.#bytes[this.#at++] ?? 0) << this.#pendingCount;
      this.#pendingCount += 8;
    }
    const value = this.#pending & ((1 << width) - 1);
    this.#pending >>>= width;
    this.#pendingCount -= width;
    return value;
  }
}
