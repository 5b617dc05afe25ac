import { MASKS } from "./bit_masks.ts";

const encoder = new TextEncoder();
/** Below 24 bits at a time the pending ones fit a word with them. */
const HALF_BITS = 16;

/**
 * Writes numbers, bytes and text into a buffer: bits from the lowest of each byte up, numbers
 * little-endian. What does not fit is an error of the caller, who knows the bounds.
 */
export class BitWriter {
  #bytes: Uint8Array;
  #at = 0;
  #pending = 0;
  #pendingCount = 0;

  /** Writes from `start` on. */
  constructor(bytes: Uint8Array, start = 0) {
    this.#bytes = bytes;
    this.#at = start;
  }

  /** Begins anew, in another buffer or place. */
  reset(bytes: Uint8Array, start = 0): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#pending = 0;
    this.#pendingCount = 0;
  }

  /** Bytes up to here, from the start of the buffer; call `align` first. */
  get length(): number {
    return this.#at;
  }

  /** The low 1..32 bits of an integer. @throws RangeError where the buffer is full */
  bits(value: number, width: number): void {
    if (width > HALF_BITS) {
      this.#push(value & 0xffff, HALF_BITS);
      this.#push((value >>> HALF_BITS) & (MASKS[width - HALF_BITS] ?? 0), width - HALF_BITS);
    } else {
      this.#push(value & (MASKS[width] ?? 0), width);
    }
  }

  /** A bit. @throws RangeError where the buffer is full */
  bit(value: boolean): void {
    this.#push(value ? 1 : 0, 1);
  }

  /** An unsigned 32-bit integer as LEB128. @throws RangeError where the buffer is full */
  varint(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.#push((rest & 0x7f) | 0x80, 8);
      rest >>>= 7;
    }
    this.#push(rest, 8);
  }

  /** Bytes as they are. @throws RangeError where the buffer is full */
  raw(bytes: Uint8Array): void {
    for (const byte of bytes) this.#push(byte, 8);
  }

  /**
   * A varint with the length of the text in bytes, then its UTF-8.
   *
   * @throws RangeError where that is above `bytesMax` or the buffer is full
   */
  text(text: string, bytesMax: number): void {
    const encoded = encoder.encode(text);
    if (encoded.length > bytesMax) {
      throw new RangeError(`Cannot encode text: above ${bytesMax} bytes`);
    }
    this.varint(encoded.length);
    this.raw(encoded);
  }

  /** Fills the byte that was begun with zero bits. @throws RangeError where the buffer is full */
  align(): void {
    if (this.#pendingCount > 0) this.#push(0, 8 - this.#pendingCount);
  }

  /** Zero bytes up to a length from the start of the buffer. @throws RangeError where it is past */
  padTo(length: number): void {
    if (this.#at > length || length > this.#bytes.length) {
      throw new RangeError(`Cannot encode a datagram: above ${length} bytes`);
    }
    this.#bytes.fill(0, this.#at, length);
    this.#at = length;
  }

  #push(value: number, width: number): void {
    this.#pending |= value << this.#pendingCount;
    this.#pendingCount += width;
    while (this.#pendingCount >= 8) {
      if (this.#at >= this.#bytes.length) {
        throw new RangeError(`Cannot encode a datagram: above ${this.#bytes.length} bytes`);
      }
      this.#bytes[this.#at++] = this.#pending;
      this.#pending >>>= 8;
      this.#pendingCount -= 8;
    }
  }
}
