/** So many words of an array, from an index on, that belong to one object. */
export interface Row {
  /** Shared with other rows. */
  readonly words: Int32Array;
  /** Where the row begins. */
  readonly at: number;
}

/** How many rows share an array: enough that arrays cost little, few enough that one row keeps little alive. */
const ROWS_TOGETHER = 16;

/**
 * Rows of numbers for objects of which there are thousands and which are all looked at in turn. A typed
 * array for each would cost three lines of the processor's cache before its first number; of rows those that
 * are used are all that is touched. A row is never given to another object: when all that share an array
 * are gone, it is collected as garbage.
 */
export class RowMemory {
  readonly #rowWords: number;
  #words = new Int32Array(0);
  #at = 0;

  /** Rows of `rowWords` words, 1 or more. */
  constructor(rowWords: number) {
    this.#rowWords = rowWords;
  }

  /** A row of zeros. */
  take(): Row {
    if (this.#at >= this.#words.length) {
      this.#words = new Int32Array(ROWS_TOGETHER * this.#rowWords);
      this.#at = 0;
    }
    const row = { words: this.#words, at: this.#at };
    this.#at += this.#rowWords;
    return row;
  }
}
