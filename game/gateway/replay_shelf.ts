/** The bounds of a {@linkcode ReplayShelf}. */
export interface ReplayShelfOptions {
  /** Bytes of all replays together; one that is larger is not kept. */
  readonly bytesMax: number;
}

/** Replays that were asked for lately; the one that nobody asked for the longest goes first. */
export class ReplayShelf {
  readonly #bytesMax: number;
  /** By match, the one asked for last at the end. */
  readonly #replays = new Map<string, Uint8Array<ArrayBuffer>>();
  #bytes = 0;

  /** Has none yet. */
  constructor({ bytesMax }: ReplayShelfOptions) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes of all that it has. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The replay of that match, if it is there. */
  find(matchId: string): Uint8Array<ArrayBuffer> | undefined {
    const replay = this.#replays.get(matchId);
    if (replay === undefined) return undefined;
    this.#replays.delete(matchId);
    this.#replays.set(matchId, replay);
    return replay;
  }

  /** Keeps a replay of a match of which there is none. */
  add(matchId: string, replay: Uint8Array<ArrayBuffer>): void {
    if (replay.byteLength > this.#bytesMax || this.#replays.has(matchId)) return;
    this.#replays.set(matchId, replay);
    this.#bytes += replay.byteLength;
    for (const [oldest, { byteLength }] of this.#replays) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#replays.delete(oldest);
      this.#bytes -= byteLength;
    }
  }
}
