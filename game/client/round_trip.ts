/** Pings whose answer is awaited, at most; an answer to an older one is not counted. */
const PINGS_AWAITED_MAX = 16;

/** An answered ping. */
export interface RoundTripSample {
  /** When it was sent. */
  readonly sentMs: number;
  /** There and back, in milliseconds. */
  readonly rttMs: number;
}

/** How long the way to the server and back takes, smoothed as RFC 6298 does for TCP. */
export class RoundTrip {
  readonly #sentMs = new Map<number, number>();
  #number = 0;
  #smoothedMs: number | undefined;
  #variationMs = 0;

  /** Smoothed, in milliseconds; undefined before the first answer. */
  get rttMs(): number | undefined {
    return this.#smoothedMs;
  }

  /** How much it varies, in milliseconds. */
  get variationMs(): number {
    return this.#variationMs;
  }

  /** The number that a ping carries, an unsigned 32-bit integer. */
  onPing(nowMs: number): number {
    this.#number = (this.#number + 1) >>> 0;
    this.#sentMs.set(this.#number, nowMs);
    for (const number of this.#sentMs.keys()) {
      if (this.#sentMs.size <= PINGS_AWAITED_MAX) break;
      this.#sentMs.delete(number);
    }
    return this.#number;
  }

  /** Takes the answer to a ping; undefined where none of that number is awaited. */
  onPong(number: number, nowMs: number): RoundTripSample | undefined {
    const sentMs = this.#sentMs.get(number);
    if (sentMs === undefined) return undefined;
    this.#sentMs.delete(number);
    const rttMs = Math.max(0, nowMs - sentMs);
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = rttMs;
      this.#variationMs = rttMs / 2;
    } else {
      this.#variationMs += (Math.abs(rttMs - this.#smoothedMs) - this.#variationMs) / 4;
      this.#smoothedMs += (rttMs - this.#smoothedMs) / 8;
    }
    return { sentMs, rttMs };
  }
}
