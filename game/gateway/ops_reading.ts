import type { Clock } from "../../core/clock.ts";

/** What reading works with. */
export interface OpsReadingOptions<Value> {
  /** Reads anew. Must not reject. */
  readonly read: () => Promise<Value>;
  /** Says how old a reading is. */
  readonly clock: Clock;
  /** A reading younger than this, in milliseconds, is given again. */
  readonly freshMs: number;
  /** A reading older than this, in milliseconds, is given to nobody: a new one is waited for. */
  readonly staleMs: number;
}

/** Something that takes a while to read, and that nobody waits for who can do with the last reading. */
export class OpsReading<Value> {
  readonly #options: OpsReadingOptions<Value>;
  #known: { readonly value: Value } | undefined;
  #readAtMs = -Infinity;
  #reading: Promise<Value> | undefined;

  /** Reads nothing before it is asked. */
  constructor(options: OpsReadingOptions<Value>) {
    this.#options = options;
  }

  /** The newest reading that can be had at once, or the next. */
  async latest(): Promise<Value> {
    const { clock, freshMs, staleMs } = this.#options;
    const ageMs = clock.monotonicMs() - this.#readAtMs;
    if (this.#known !== undefined && ageMs < freshMs) return this.#known.value;
    const reading = this.#read();
    return this.#known !== undefined && ageMs < staleMs ? this.#known.value : await reading;
  }

  /** Resolves when nothing is being read. */
  async settled(): Promise<void> {
    await this.#reading;
  }

  #read(): Promise<Value> {
    this.#reading ??= this.#options.read().then((value) => {
      this.#known = { value };
      this.#readAtMs = this.#options.clock.monotonicMs();
      return value;
    }).finally(() => this.#reading = undefined);
    return this.#reading;
  }
}
