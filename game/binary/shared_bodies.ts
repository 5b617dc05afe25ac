import { SNAPSHOT_BODY_BYTES_MAX } from "../wire/snapshot_limits.ts";

/** The body of a snapshot, the same for every client on that baseline and in that cell. */
export interface SharedBody {
  /** The first `length` of them are the body. Good until the history of any match is asked for another. */
  readonly bytes: Uint8Array;
  /** How many bytes it has. */
  readonly length: number;
  /** Ticks back to its baseline; 0: it is full. */
  readonly baselineTicks: number;
}

/** What a body depends on, for one frame of one match. */
export interface BodyKey {
  /** Ticks back to its baseline; 0: it is full. */
  readonly baselineTicks: number;
  /** The cell from which the client sees the frame. */
  readonly cell: number;
  /** The cell from which the client saw the baseline. */
  readonly baselineCell: number;
}

/** A body in place, in bytes that hold the longest. */
class ReusedBody implements SharedBody, BodyKey {
  readonly bytes = new Uint8Array(SNAPSHOT_BODY_BYTES_MAX);
  length = 0;
  baselineTicks = 0;
  cell = 0;
  baselineCell = 0;
}

/**
 * The bodies of one frame at a time. One match after another sends its snapshots, so that all of them
 * share these: the bytes are used again while they are warm. There are as many as one frame's clients need.
 */
export class SharedBodies {
  readonly #bodies: ReusedBody[] = [];
  #count = 0;
  #owner: unknown;

  /** Forgets all bodies unless they are the owner's. */
  begin(owner: unknown): void {
    if (owner !== this.#owner) this.clear(owner);
  }

  /** Forgets all bodies; those to come are the owner's. */
  clear(owner: unknown): void {
    this.#owner = owner;
    this.#count = 0;
  }

  /** The body that has been added for a key. */
  find({ baselineTicks, cell, baselineCell }: BodyKey): SharedBody | undefined {
    // Mostly there are up to three of them, one for each age of baselines.
    for (let index = 0; index < this.#count; index++) {
      const body = this.#bodies[index];
      const isIt = body?.baselineTicks === baselineTicks && body.cell === cell &&
        body.baselineCell === baselineCell;
      if (isIt) return body;
    }
    return undefined;
  }

  /** Where the body that is added next is to be written, from the start. */
  get nextBytes(): Uint8Array {
    return this.#nextBody().bytes;
  }

  /** Adds the body that has been written, which has so many bytes. */
  add({ baselineTicks, cell, baselineCell }: BodyKey, length: number): SharedBody {
    const body = this.#nextBody();
    body.length = length;
    body.baselineTicks = baselineTicks;
    body.cell = cell;
    body.baselineCell = baselineCell;
    this.#count += 1;
    return body;
  }

  #nextBody(): ReusedBody {
    return this.#bodies[this.#count] ??= new ReusedBody();
  }
}
