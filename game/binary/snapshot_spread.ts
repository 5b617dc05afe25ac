import { BASELINES_MAX, SNAPSHOT_PARTS_MAX } from "../wire/snapshot_limits.ts";
import { partCountOf } from "../wire/snapshot_parts.ts";

/** Parts sent of a snapshot after which a newer one is better, unless it has half as many or more. */
const PARTS_SENT_MAX = BASELINES_MAX - 8;

/** What a spread is made of. */
export interface SpreadSnapshot {
  /** Its tick. */
  readonly tick: number;
  /** Ticks back to the snapshot that it is a delta against; 0: it is full. */
  readonly baselineTicks: number;
  /** All of it. */
  readonly body: Uint8Array;
}

/**
 * A snapshot that one datagram cannot hold, on its way to one client: one part at each turn, round and
 * round, until the client acknowledges the whole or it is too old to be a baseline.
 */
export class SnapshotSpread {
  /** What is sent. */
  readonly snapshot: SpreadSnapshot;
  /** How many parts it has. */
  readonly partCount: number;
  #sent = 0;

  /** Has sent nothing yet. @throws RangeError where it takes more parts than there may be */
  constructor(snapshot: SpreadSnapshot) {
    this.snapshot = snapshot;
    this.partCount = partCountOf(snapshot.body.length);
    if (this.partCount > SNAPSHOT_PARTS_MAX) {
      throw new RangeError(`Cannot spread a snapshot of ${snapshot.body.length} bytes`);
    }
  }

  /** Whether it has been sent so often that a newer one is better. */
  get isStale(): boolean {
    return this.#sent >= Math.max(PARTS_SENT_MAX, 2 * this.partCount);
  }

  /** The part whose turn it is. */
  takeIndex(): number {
    return this.#sent++ % this.partCount;
  }
}
