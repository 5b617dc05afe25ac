import type { TankInput } from "../simulation/tank_input.ts";
import { type InputBatch, INPUTS_MAX } from "../wire/input_message.ts";

/** The inputs that the server has not acknowledged, which each INPUT repeats. */
export class InputLog {
  readonly #waiting: TankInput[] = [];
  #newestSeq: number;
  #appliedSeq: number;

  /** Numbers inputs from one above `seq`. */
  constructor(seq = 0) {
    this.#newestSeq = seq;
    this.#appliedSeq = seq;
  }

  /** The number of the newest; that before the first, where there is none. */
  get newestSeq(): number {
    return this.#newestSeq;
  }

  /** The newest that the server has applied. */
  get appliedSeq(): number {
    return this.#appliedSeq;
  }

  /** How many are repeated. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Adds an input; of more than 32 the oldest are not repeated any more. @returns its number */
  add(input: TankInput): number {
    this.#newestSeq++;
    this.#waiting.push(input);
    if (this.#waiting.length > INPUTS_MAX) this.#waiting.shift();
    return this.#newestSeq;
  }

  /** The server has applied all up to this number. */
  onApplied(seq: number): void {
    if (seq <= this.#appliedSeq || seq > this.#newestSeq) return;
    this.#appliedSeq = seq;
    this.#waiting.splice(0, Math.max(0, this.#waiting.length - (this.#newestSeq - seq)));
  }

  /** Writes what waits into a batch. */
  fill(batch: InputBatch): void {
    batch.newestSeq = this.#newestSeq;
    batch.count = this.#waiting.length;
    for (const [index, { throttle, turn, turret, fire }] of this.#waiting.entries()) {
      batch.throttle[index] = throttle;
      batch.turn[index] = turn;
      batch.turret[index] = turret;
      batch.fire[index] = fire ? 1 : 0;
    }
  }
}
