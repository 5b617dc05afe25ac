/** The four words of a generator's state, each an unsigned 32-bit integer. */
export type RngState = readonly [number, number, number, number];

/**
 * A seeded generator, xoshiro128** by Blackman and Vigna (https://prng.di.unimi.it/): integer only,
 * so that the same seed gives the same sequence on every machine. Not for secrets.
 */
export class Rng {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /**
   * Starts a sequence.
   *
   * @param seed any integer; its low 32 bits count
   */
  constructor(seed: number) {
    // splitmix32 spreads one word over four; an all-zero state would stay zero for ever.
    let word = seed >>> 0;
    const next = (): number => {
      word = (word + 0x9e3779b9) >>> 0;
      let mixed = word;
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) >>> 0;
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next() || 1;
  }

  /** The next 32 random bits as an unsigned integer. */
  nextU32(): number {
    const scrambled = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return scrambled;
  }

  /** A random integer, 0 <= n < `bound`; 1 <= `bound` <= 2^32. */
  below(bound: number): number {
    // Multiply-shift; its bias is under bound / 2^32, of no account in a game.
    return Math.floor((this.nextU32() * bound) / 0x1_0000_0000);
  }

  /** A random element, or undefined of an empty list. */
  pick<T>(items: readonly T[]): T | undefined {
    return items[this.below(Math.max(1, items.length))];
  }

  /** The state, to be hashed or stored. */
  get state(): RngState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0];
  }

  /** Continues from a stored state. */
  set state(state: RngState) {
    [this.#a, this.#b, this.#c, this.#d] = state;
  }
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
