import { BASELINES_MAX } from "../wire/snapshot_limits.ts";
import type { ClientBaseline } from "./frame_history.ts";
import { WHOLE_ARENA } from "./sight_grid.ts";

/** Which snapshots one client was sent, from which cell each, and which it has acknowledged. */
export class BaselineMemory implements ClientBaseline {
  readonly #ticks = new Float64Array(BASELINES_MAX);
  readonly #cells = new Int32Array(BASELINES_MAX);
  #next = 0;
  #tick = 0;
  #cell = WHOLE_ARENA;

  /** The newest snapshot that the client has acknowledged; 0: none. */
  get tick(): number {
    return this.#tick;
  }

  /** From where the client saw it. */
  get cell(): number {
    return this.#cell;
  }

  /** Notes what was sent. */
  onSent(tick: number, cell: number): void {
    this.#ticks[this.#next] = tick;
    this.#cells[this.#next] = cell;
    this.#next = (this.#next + 1) % BASELINES_MAX;
  }

  /** Takes an acknowledgement; false, and nothing done, for what was not sent or is not newer. */
  onAck(tick: number): boolean {
    if (tick <= this.#tick) return false;
    // From the newest back: mostly it is one of the last few.
    for (let back = 1; back <= BASELINES_MAX; back++) {
      const index = (this.#next - back + BASELINES_MAX) % BASELINES_MAX;
      if (this.#ticks[index] !== tick) continue;
      this.#tick = tick;
      this.#cell = this.#cells[index] ?? WHOLE_ARENA;
      return true;
    }
    return false;
  }
}
