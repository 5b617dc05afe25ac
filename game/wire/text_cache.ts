const SLOTS = 1_024;
const HASH_START = 0x811c9dc5;
const HASH_PRIME = 0x01000193;

interface Entry {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/**
 * Short ASCII texts by their bytes. A text that comes again is given as the same string, whose hash the
 * engine knows already, so that looking it up costs little. Bounded: each of its slots keeps the text
 * that was asked for last, by FNV-1a of the bytes.
 */
export class TextCache {
  readonly #slots: (Entry | undefined)[] = new Array(SLOTS).fill(undefined);

  /** The text of the bytes from `start` to before `end`, which must be ASCII. */
  textOf(bytes: Uint8Array, start: number, end: number): string {
    let hash = HASH_START;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), HASH_PRIME);
    const slot = (hash ^ (hash >>> 16)) & (SLOTS - 1);
    const known = this.#slots[slot];
    if (known !== undefined && isSame(known.bytes, bytes, start, end)) return known.text;
    const own = bytes.slice(start, end);
    const text = String.fromCharCode(...own);
    this.#slots[slot] = { bytes: own, text };
    return text;
  }
}

function isSame(own: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (own.length !== end - start) return false;
  for (let index = 0; index < own.length; index++) {
    if (own[index] !== bytes[start + index]) return false;
  }
  return true;
}
