import type { ScoredMember } from "./kv_store.ts";

/** Members by score, then by member; finding a place takes logarithmic time. */
export class SortedSet {
  readonly #scores = new Map<string, number>();
  readonly #sorted: ScoredMember[] = [];

  /** How many members it has. */
  get size(): number {
    return this.#scores.size;
  }

  /** Whether it has the member. */
  has(member: string): boolean {
    return this.#scores.has(member);
  }

  /** Adds the member or moves it to the score. */
  add(member: string, score: number): void {
    this.remove(member);
    this.#scores.set(member, score);
    this.#sorted.splice(this.#indexOf({ member, score }), 0, { member, score });
  }

  /** True when it was a member. */
  remove(member: string): boolean {
    const score = this.#scores.get(member);
    if (score === undefined) return false;
    this.#scores.delete(member);
    this.#sorted.splice(this.#indexOf({ member, score }), 1);
    return true;
  }

  /** Members with `min <= score <= max`, in order, at most `limit`. */
  range(
    range: { readonly min: number; readonly max: number; readonly limit: number },
  ): ScoredMember[] {
    const start = this.#indexOf({ member: "", score: range.min });
    const found: ScoredMember[] = [];
    for (let index = start; found.length < range.limit; index++) {
      const entry = this.#sorted[index];
      if (entry === undefined || entry.score > range.max) break;
      found.push({ ...entry });
    }
    return found;
  }

  /** The index of the first entry that is not before `entry`. */
  #indexOf(entry: ScoredMember): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#sorted[middle];
      if (other !== undefined && isBefore(other, entry)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isBefore(left: ScoredMember, right: ScoredMember): boolean {
  if (left.score !== right.score) return left.score < right.score;
  return left.member < right.member;
}
