import type { CancelTimer, Clock } from "../../core/clock.ts";
import type { ManualClock } from "../../core/manual_clock.ts";
import type { Rng } from "../../core/rng.ts";

/** What a process is made of. */
export interface SimulatedProcessOptions {
  /** For the trace. */
  readonly name: string;
  /** The time that all machines share. */
  readonly world: ManualClock;
  /** Spreads timers, and decides what comes first where much is due. */
  readonly rng: Rng;
  /** How far this machine's wall clock is off, in milliseconds. */
  readonly skewMs: number;
  /** Told of an error that a callback of the process threw. */
  readonly onFault: (error: unknown) => void;
}

/** What a process hears of the world by: each kind comes in order. */
type StepKind = "timer" | "message";

/** A timer comes up to so much late, in thousandths of a millisecond. */
const LATENESS_US_MAX = 1_000;
/** Between two steps of a process that has much to catch up with, in milliseconds. */
const CATCH_UP_MS = 0.01;

/**
 * A process on a machine of its own, as far as its code can tell: what it hears of the world - timers,
 * answers, messages - comes in through `enter`, which a frozen process does later and a dead one never.
 */
export class SimulatedProcess {
  /** For the trace. */
  readonly name: string;
  /** Its time: of a frozen process nothing runs, and afterwards the time has leapt. */
  readonly clock: Clock;
  readonly #options: SimulatedProcessOptions;
  /** What came while it was frozen; each kind in order. */
  readonly #held: Record<StepKind, (() => void)[]> = { timer: [], message: [] };
  readonly #deathWatches = new Set<() => void>();
  #state: "running" | "frozen" | "dead" = "running";
  #isCatchingUp = false;

  /** Runs. */
  constructor(options: SimulatedProcessOptions) {
    this.name = options.name;
    this.#options = options;
    this.clock = this.#openClock();
  }

  /** Whether it is not dead. */
  get isAlive(): boolean {
    return this.#state !== "dead";
  }

  /** Whether it runs now. */
  get isRunning(): boolean {
    return this.#state === "running";
  }

  /** Does a step of the process: now, when it runs again, or never. */
  enter(step: () => void, kind: StepKind = "message"): void {
    if (this.#state === "frozen") this.#held[kind].push(step);
    if (this.#state === "running") this.#run(step);
  }

  /** As SIGSTOP does. */
  freeze(): void {
    if (this.#state === "running") this.#state = "frozen";
  }

  /**
   * As SIGCONT does: what came meanwhile is done one by one, and what comes now after it. Which of timers and
   * messages come first is left to chance.
   */
  thaw(): void {
    if (this.#state !== "frozen" || this.#isCatchingUp) return;
    this.#isCatchingUp = true;
    this.#catchUp();
  }

  #catchUp(): void {
    const { rng, world } = this.#options;
    const { timer, message } = this.#held;
    const takesTimer = rng.below(timer.length + message.length) < timer.length;
    const step = takesTimer ? timer.shift() : message.shift();
    if (this.#state !== "frozen" || step === undefined) {
      this.#isCatchingUp = false;
      if (this.#state === "frozen") this.#state = "running";
      return;
    }
    this.#run(step);
    world.after(CATCH_UP_MS, () => this.#catchUp());
  }

  #run(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  /** As SIGKILL does: no goodbye. */
  kill(): void {
    if (this.#state === "dead") return;
    this.#state = "dead";
    this.#held.timer.length = this.#held.message.length = 0;
    const watches = [...this.#deathWatches];
    this.#deathWatches.clear();
    for (const watch of watches) watch();
  }

  /** Calls back when the process dies; what it returns takes that back. */
  onDeath(watch: () => void): () => void {
    if (this.#state === "dead") watch();
    else this.#deathWatches.add(watch);
    return () => void this.#deathWatches.delete(watch);
  }

  #openClock(): Clock {
    const { world, rng, skewMs } = this.#options;
    const originMs = rng.below(1_000_000);
    const after = (delayMs: number, callback: () => void): CancelTimer => {
      let isDue = true;
      const lateMs = rng.below(LATENESS_US_MAX) / 1_000;
      const cancel = world.after(Math.max(0, delayMs) + lateMs, () =>
        this.enter(() => {
          if (!isDue) return;
          isDue = false;
          callback();
        }, "timer"));
      return () => {
        isDue = false;
        cancel();
      };
    };
    return {
      nowMs: () => Math.floor(world.nowMs() + skewMs),
      monotonicMs: () => originMs + world.monotonicMs(),
      after,
      // Like setInterval, it does not make up for what it missed.
      every: (periodMs, callback) => {
        let cancel: CancelTimer = () => {};
        let isStopped = false;
        const arm = (): void => {
          cancel = after(Math.max(1, periodMs), () => {
            arm();
            callback();
          });
          if (isStopped) cancel();
        };
        arm();
        return () => {
          isStopped = true;
          cancel();
        };
      },
    };
  }
}
