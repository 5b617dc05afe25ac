import { ARENA_PART_BYTES_MAX, type ArenaPart } from "../wire/arena_message.ts";

/** An encoded arena on its way: what WELCOME had room for, and the parts that have to be asked for. */
export class ArenaAssembly {
  readonly #bytes: Uint8Array;
  readonly #missing = new Set<number>();

  /** Of so many bytes, at most 20 480, of which `start` are the first. */
  constructor(arenaBytes: number, start: Uint8Array) {
    this.#bytes = new Uint8Array(arenaBytes);
    this.#bytes.set(start.subarray(0, arenaBytes));
    for (let at = start.length; at < arenaBytes; at += ARENA_PART_BYTES_MAX) this.#missing.add(at);
  }

  /** Where the parts begin that are not there yet. */
  get missing(): readonly number[] {
    return [...this.#missing];
  }

  /** The whole; undefined while some is missing. */
  get bytes(): Uint8Array | undefined {
    return this.#missing.size === 0 ? this.#bytes : undefined;
  }

  /** Takes a part; one that was not asked for, or not as long as it must be, is ignored. */
  add({ offset, bytes }: ArenaPart): void {
    const length = Math.min(ARENA_PART_BYTES_MAX, this.#bytes.length - offset);
    if (!this.#missing.has(offset) || bytes.length !== length) return;
    this.#bytes.set(bytes, offset);
    this.#missing.delete(offset);
  }
}
