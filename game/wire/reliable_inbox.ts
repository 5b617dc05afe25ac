/** Messages that are held back until those before them have come, at most. */
export const RELIABLE_HELD_MAX = 32;

/** What the other side says and must arrive: each once, and in the order of its numbers. */
export class ReliableInbox {
  readonly #held = new Map<number, string>();
  #delivered = 0;

  /** The number of the newest that was handed over; 0 before the first. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Takes a message as it came; gives those that are to be handled now, in order. */
  take(message: { readonly number: number; readonly text: string }): readonly string[] {
    const { number, text } = message;
    const isWanted = number > this.#delivered && number <= this.#delivered + RELIABLE_HELD_MAX;
    if (!isWanted) return [];
    this.#held.set(number, text);
    const ready: string[] = [];
    for (let next = this.#held.get(this.#delivered + 1); next !== undefined;) {
      this.#delivered++;
      this.#held.delete(this.#delivered);
      ready.push(next);
      next = this.#held.get(this.#delivered + 1);
    }
    return ready;
  }
}
