import type { Row } from "../../core/row_memory.ts";
import { BASELINES_MAX } from "../wire/snapshot_limits.ts";
import type { ClientBaseline } from "./frame_history.ts";
import { WHOLE_ARENA } from "./sight_grid.ts";

// Words of a memory's row.
const TICK = 0;
const CELL = 1;
const NEXT = 2;
/** The tick and the cell of each snapshot that was sent. */
const SENT = 3;
const SENT_WORDS = 2;

/** Words of a row that a memory needs. */
export const BASELINE_MEMORY_WORDS: number = SENT + SENT_WORDS * BASELINES_MAX;

/** Which snapshots one client was sent, from which cell each, and which it has acknowledged. */
export class BaselineMemory implements ClientBaseline {
  readonly #words: Int32Array;
  readonly #at: number;

  /** Nothing was sent; in {@linkcode BASELINE_MEMORY_WORDS} words of a row, which are 0, or its own. */
  constructor(row: Row = { words: new Int32Array(BASELINE_MEMORY_WORDS), at: 0 }) {
    this.#words = row.words;
    this.#at = row.at;
    this.#words[this.#at + CELL] = WHOLE_ARENA;
  }

  /** The newest snapshot that the client has acknowledged; 0: none. */
  get tick(): number {
    return this.#words[this.#at + TICK] ?? 0;
  }

  /** From where the client saw it. */
  get cell(): number {
    return this.#words[this.#at + CELL] ?? WHOLE_ARENA;
  }

  /** Notes what was sent. */
  onSent(tick: number, cell: number): void {
    const next = this.#words[this.#at + NEXT] ?? 0;
    const index = this.#at + SENT + SENT_WORDS * next;
    this.#words[index] = tick;
    this.#words[index + 1] = cell;
    this.#words[this.#at + NEXT] = (next + 1) % BASELINES_MAX;
  }

  /** Takes an acknowledgement; false, and nothing done, for what was not sent or is not newer. */
  onAck(tick: number): boolean {
    if (tick <= this.tick) return false;
    const next = this.#words[this.#at + NEXT] ?? 0;
    // From the newest back: mostly it is one of the last few.
    for (let back = 1; back <= BASELINES_MAX; back++) {
      const sent = (next - back + BASELINES_MAX) % BASELINES_MAX;
      const index = this.#at + SENT + SENT_WORDS * sent;
      if (this.#words[index] !== tick) continue;
      this.#words[this.#at + TICK] = tick;
      this.#words[this.#at + CELL] = this.#words[index + 1] ?? WHOLE_ARENA;
      return true;
    }
    return false;
  }
}
