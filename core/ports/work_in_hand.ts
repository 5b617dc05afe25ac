/** Counts the work in hand, so that closing can wait for it. */
export class WorkInHand {
  #count = 0;
  #waiting: (() => void)[] = [];

  /** How much has begun and not ended. */
  get count(): number {
    return this.#count;
  }

  /** A piece of work begins. */
  begin(): void {
    this.#count++;
  }

  /** A piece of work ends; each `begin` needs exactly one. */
  end(): void {
    this.#count--;
    if (this.#count > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Resolves as soon as nothing is in hand. */
  none(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }
}
