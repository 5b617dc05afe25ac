const FNV_PRIME = 0x01000193;
const FNV_BASIS = 0x811c9dc5;
/** Another basis, so that the two halves differ. */
const OTHER_BASIS = 0x9747b28c;

/** A hash of all that a run's trace says: two FNV-1a of 32 bits, over UTF-16 units. Not for secrets. */
export class TraceHash {
  #first = FNV_BASIS;
  #second = OTHER_BASIS;

  /** Adds a line. */
  add(line: string): void {
    for (let index = 0; index < line.length; index++) {
      const unit = line.charCodeAt(index);
      this.#first = Math.imul(this.#first ^ unit, FNV_PRIME);
      this.#second = Math.imul(this.#second ^ (unit + index), FNV_PRIME);
    }
  }

  /** The hash so far, 16 hexadecimal digits. */
  get hex(): string {
    return [this.#first, this.#second]
      .map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
  }
}
