interface Waiting {
  /** How many rows must be done with. */
  readonly target: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** How far a writer has come with the rows that it took, for those who wait until theirs are done. */
export class WriteProgress {
  #takenCount = 0;
  #doneCount = 0;
  #waiting: Waiting[] = [];

  /** Whether somebody waits. */
  get isAwaited(): boolean {
    return this.#waiting.length > 0;
  }

  /** A row was taken. */
  taken(): void {
    this.#takenCount++;
  }

  /** The next rows in order are written. */
  written(count: number): void {
    this.#doneCount += count;
    const isDone = ({ target }: Waiting): boolean => target <= this.#doneCount;
    for (const { resolve } of this.#waiting.filter(isDone)) resolve();
    this.#waiting = this.#waiting.filter((waiting) => !isDone(waiting));
  }

  /** A row was dropped, for which those who wait did so in vain. */
  dropped(): void {
    this.#doneCount++;
    this.fail("Cannot flush: events were dropped");
  }

  /** Lets those down who wait. */
  fail(message: string, options?: ErrorOptions): void {
    // An error costs more than all the rest of taking a row.
    if (this.#waiting.length === 0) return;
    const error = new Error(message, options);
    for (const { reject } of this.#waiting) reject(error);
    this.#waiting = [];
  }

  /** Resolves when every row taken so far is written. @throws Error as `dropped` and `fail` have it */
  all(): Promise<void> {
    if (this.#doneCount === this.#takenCount) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ target: this.#takenCount, resolve, reject });
    });
  }
}
