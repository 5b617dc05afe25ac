/** How often each of a set of things was seen. */
export class Tally {
  readonly #counts = new Map<string, number>();

  /** Counts one more, or several. */
  add(key: string, count = 1): void {
    this.#counts.set(key, this.of(key) + count);
  }

  /** How often it was seen. */
  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** What was seen at all, by name. */
  get entries(): Record<string, number> {
    const entries = [...this.#counts].filter(([, count]) => count !== 0);
    return Object.fromEntries(entries.toSorted(([left], [right]) => left < right ? -1 : 1));
  }

  /** Everything together. */
  get sum(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }
}

/** By how much the counters of one name grew, by the value of their label. */
export function growthOf(
  name: string,
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Tally {
  const tally = new Tally();
  for (const [key, value] of after) {
    const label = key.startsWith(`${name}{`) ? /="([^"]*)"/.exec(key)?.[1] : undefined;
    if (label !== undefined) tally.add(label, value - (before.get(key) ?? 0));
  }
  return tally;
}
