import type { Clock } from "../../core/clock.ts";
import type { Rng } from "../../core/rng.ts";
import { InputSchedule } from "./input_schedule.ts";
import type { LoadTally } from "./load_tally.ts";

/** What gives inputs on time. */
export interface InputLoopOptions {
  /** What is measured. */
  readonly tally: LoadTally;
  /** All time. */
  readonly clock: Clock;
  /** Says when the first is due. */
  readonly rng: Rng;
  /** How many a second. */
  readonly inputsPerSecond: number;
  /** Gives the next input. */
  readonly give: () => void;
}

/** Has one player's inputs given when they are due, from now on, and measures what becomes of them. */
export class InputLoop {
  readonly #options: InputLoopOptions;
  readonly #schedule: InputSchedule;
  #cancel: () => void = () => {};
  #hasStopped = false;

  /** Players who come at once do not all give their inputs at once: the first is due within one period. */
  constructor(options: InputLoopOptions) {
    const { tally, clock, rng, inputsPerSecond } = options;
    const periodMs = 1_000 / inputsPerSecond;
    const firstMs = clock.monotonicMs() + (rng.below(1_000) / 1_000) * periodMs;
    this.#options = options;
    this.#schedule = new InputSchedule(firstMs, {
      periodMs,
      outcomes: {
        onDue: (count) => tally.count("inputs_due", count),
        onApplied: (latencyMs) => {
          tally.count("inputs_applied");
          tally.measure("input_to_state", latencyMs);
        },
        onLost: (waitedMs) => {
          tally.count("inputs_lost");
          tally.measure("input_to_state", waitedMs);
        },
        onUnsettled: (count) => tally.count("inputs_unsettled", count),
      },
    });
    this.#wait();
  }

  /** What was given goes to the server under this number. */
  onNumbered(seq: number): void {
    this.#schedule.onNumbered(seq);
  }

  /** A state has applied all up to this number. */
  onApplied(seq: number, nowMs: number): void {
    this.#schedule.onApplied(seq, nowMs);
  }

  /** Gives no more, and settles what waits. Again, it does nothing. */
  stop(): void {
    if (this.#hasStopped) return;
    this.#hasStopped = true;
    this.#cancel();
    this.#schedule.finish(this.#options.clock.monotonicMs());
  }

  #wait(): void {
    const { clock, give } = this.#options;
    const waitMs = Math.max(0, this.#schedule.nextDueMs - clock.monotonicMs());
    this.#cancel = clock.after(waitMs, () => {
      if (this.#schedule.takeDue(clock.monotonicMs())) give();
      // Giving an input may have been the last that this player did.
      if (!this.#hasStopped) this.#wait();
    });
  }
}
