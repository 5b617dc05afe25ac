/** A queue open at both ends; every operation takes constant time on average. */
export class Deque<T> {
  /** The older part, its oldest item last. */
  #front: T[] = [];
  /** The newer part, its newest item last. */
  #back: T[] = [];

  /** How many items it holds. */
  get length(): number {
    return this.#front.length + this.#back.length;
  }

  /** Adds the newest item. */
  push(item: T): void {
    this.#back.push(item);
  }

  /** Adds an item before the oldest. */
  pushFront(item: T): void {
    this.#front.push(item);
  }

  /** Removes the oldest item; undefined of an empty queue. */
  shift(): T | undefined {
    if (this.#front.length === 0) {
      const emptied = this.#front;
      this.#front = this.#back.reverse();
      this.#back = emptied;
    }
    return this.#front.pop();
  }

  /** Removes every item. */
  clear(): void {
    this.#front = [];
    this.#back = [];
  }
}
