import { LoadTally } from "./load_tally.ts";
import type { Phase } from "./measure.ts";

/** Intervals that wait for the slowest process at most; what comes later counts as of the next. */
const OPEN_MAX = 3;

/** Puts the intervals of several processes together, each with those of the same number. */
export class IntervalMerge {
  readonly #shareCount: number;
  readonly #onMerged: (index: number, tally: LoadTally) => void;
  readonly #open = new Map<number, { readonly tally: LoadTally; count: number }>();
  /** What the players of each share did when it was heard last: one that is late has them still. */
  readonly #phases = new Map<number, Readonly<Record<Phase, number>>>();
  #nextIndex = 0;

  /** Hands on an interval when all shares have told of it, or some are too far behind. */
  constructor(shareCount: number, onMerged: (index: number, tally: LoadTally) => void) {
    this.#shareCount = shareCount;
    this.#onMerged = onMerged;
  }

  /** Takes an interval of a share. */
  add(share: number, index: number, tally: LoadTally): void {
    const at = Math.max(index, this.#nextIndex);
    const open = this.#open.get(at) ?? { tally: new LoadTally(), count: 0 };
    this.#open.set(at, open);
    open.tally.add(tally);
    open.count++;
    this.#phases.set(share, { ...tally.phases });
    this.#flush((each, count) => count >= this.#shareCount || each + OPEN_MAX <= at);
  }

  /** Nothing more comes. */
  finish(): void {
    this.#flush(() => true);
  }

  #flush(isDone: (index: number, count: number) => boolean): void {
    for (const index of [...this.#open.keys()].sort((a, b) => a - b)) {
      const open = this.#open.get(index);
      if (open === undefined || !isDone(index, open.count)) return;
      this.#open.delete(index);
      this.#nextIndex = index + 1;
      open.tally.setPhases([...this.#phases.values()]);
      this.#onMerged(index, open.tally);
    }
  }
}
