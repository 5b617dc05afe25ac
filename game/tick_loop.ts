import type { CancelTimer, Clock } from "../core/clock.ts";
import type { Counter, ValueHistogram } from "../core/metrics.ts";

/** Something that takes a step each tick. */
export interface Ticking {
  /** One tick; must not throw. */
  tick(): void;
}

/** What the loop counts. */
export interface TickLoopMetrics {
  /** Seconds that the steps of one tick took together. */
  readonly duration: ValueHistogram;
  /** Seconds that a phase began after it was due. */
  readonly lateness: ValueHistogram;
  /** Ticks given up because the loop was further behind than it may catch up. */
  readonly lost: Counter;
}

/** How a loop runs. */
export interface TickLoopOptions {
  /** Says when a phase is due, and wakes the loop. */
  readonly clock: Clock;
  /** Steps a second of each stepper. */
  readonly tickRate: number;
  /** What the loop reports of itself. */
  readonly metrics: TickLoopMetrics;
  /** A step threw: a fault of ours. The loop goes on, the stepper is dropped. */
  readonly onFault: (ticking: Ticking, error: unknown) => void;
}

/** How many parts of a tick the steppers are spread over. */
export const TICK_PHASES = 8;

/** A step that was seen to take longer has not been computing all the while; in milliseconds. */
const STEP_MS_MAX = 100;

/** How many ticks behind the loop may catch up; what is beyond is given up and counted. */
export const TICK_CATCH_UP_MAX = 5;

/**
 * Calls each stepper at a fixed rate. Steppers are spread evenly over the tick, so that a hundred
 * matches do not all run at its start; late steps are caught up within a bound. Glenn Fiedler,
 * "Fix Your Timestep!", is the pattern.
 */
export class TickLoop {
  readonly #options: TickLoopOptions;
  readonly #phases: Set<Ticking>[] = Array.from({ length: TICK_PHASES }, () => new Set());
  readonly #phaseMs: number;
  readonly #beforePhases: (() => void)[] = [];
  #startMs = 0;
  /** Phases run or given up since the start. */
  #phasesDone = 0;
  #tickWorkMs = 0;
  #wokenMs: number;
  #cancel: CancelTimer | undefined;
  #isRunning = false;

  /** Calls nothing before `start`. */
  constructor(options: TickLoopOptions) {
    this.#options = options;
    this.#wokenMs = options.clock.monotonicMs();
    this.#phaseMs = 1_000 / options.tickRate / TICK_PHASES;
  }

  /**
   * When the loop last woke up, on the monotonic clock: at most a part of a tick ago, and as cheap as a
   * field, for those who ask the time at each datagram.
   */
  get wokenMs(): number {
    return this.#wokenMs;
  }

  /** How many steppers there are. */
  get size(): number {
    return this.#phases.reduce((sum, phase) => sum + phase.size, 0);
  }

  /** Adds a stepper to the emptiest phase. */
  add(ticking: Ticking): void {
    const emptiest = this.#phases.reduce((best, phase) => phase.size < best.size ? phase : best);
    emptiest.add(ticking);
  }

  /** Removes a stepper; during its own step too. */
  remove(ticking: Ticking): void {
    for (const phase of this.#phases) phase.delete(ticking);
  }

  /**
   * Has `callback` called whenever the loop wakes up, before the steps that are due, and again before the next of
   * them where one has taken too long: the process may have been stopped in it. It must not throw.
   */
  beforePhases(callback: () => void): void {
    this.#beforePhases.push(callback);
  }

  /** Begins; the first tick is due at once. */
  start(): void {
    if (this.#isRunning) throw new Error("Cannot start tick loop: it runs already");
    this.#isRunning = true;
    this.#startMs = this.#options.clock.monotonicMs();
    this.#phasesDone = 0;
    this.#schedule();
  }

  /** Ends; no step is called any more. */
  stop(): void {
    this.#isRunning = false;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #schedule(): void {
    const { clock } = this.#options;
    const dueMs = this.#startMs + this.#phasesDone * this.#phaseMs;
    this.#cancel = clock.after(Math.max(0, dueMs - clock.monotonicMs()), () => this.#run());
  }

  #run(): void {
    this.#giveUpBeyondCatchUp();
    const { clock, metrics } = this.#options;
    this.#wake(clock.monotonicMs());
    // Bounded: a step that takes longer than a phase must not keep the sockets waiting for ever.
    for (let left = TICK_PHASES; left > 0 && this.#isRunning; left--) {
      const nowMs = clock.monotonicMs();
      this.#wokenMs = nowMs;
      const dueMs = this.#startMs + this.#phasesDone * this.#phaseMs;
      if (dueMs > nowMs) break;
      metrics.lateness.observe((nowMs - dueMs) / 1_000);
      this.#runPhase(this.#phasesDone % TICK_PHASES, nowMs);
      this.#phasesDone++;
    }
    if (this.#isRunning) this.#schedule();
  }

  #wake(nowMs: number): void {
    this.#wokenMs = nowMs;
    for (const callback of this.#beforePhases) callback();
  }

  #runPhase(index: number, nowMs: number): void {
    const { clock, metrics } = this.#options;
    let beganMs = nowMs;
    for (const ticking of this.#phases[index] ?? []) {
      try {
        ticking.tick();
      } catch (error) {
        this.remove(ticking);
        this.#tellFault(ticking, error);
      }
      const doneMs = clock.monotonicMs();
      if (doneMs - beganMs > STEP_MS_MAX) this.#wake(doneMs);
      beganMs = doneMs;
    }
    this.#tickWorkMs += beganMs - nowMs;
    if (index < TICK_PHASES - 1) return;
    metrics.duration.observe(this.#tickWorkMs / 1_000);
    this.#tickWorkMs = 0;
  }

  // Whatever telling of it does, the loop goes on.
  #tellFault(ticking: Ticking, error: unknown): void {
    try {
      this.#options.onFault(ticking, error);
    } catch (second) {
      queueMicrotask(() => {
        throw second;
      });
    }
  }

  #giveUpBeyondCatchUp(): void {
    const elapsedMs = this.#options.clock.monotonicMs() - this.#startMs;
    const behind = Math.floor(elapsedMs / this.#phaseMs) - this.#phasesDone;
    const lostTicks = Math.floor(behind / TICK_PHASES) - TICK_CATCH_UP_MAX;
    if (lostTicks <= 0) return;
    this.#phasesDone += lostTicks * TICK_PHASES;
    this.#options.metrics.lost.inc(lostTicks);
  }
}
