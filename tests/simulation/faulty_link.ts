import type { ManualClock } from "../../core/manual_clock.ts";
import type { Rng } from "../../core/rng.ts";
import type { SimulatedProcess } from "./simulated_process.ts";

/** How bad a link is. */
export interface LinkState {
  /** What is sent takes at least so long, in milliseconds. */
  readonly delayMsMin: number;
  /** What is sent takes at most so long, in milliseconds. */
  readonly delayMsMax: number;
  /** `silent`: what is sent is gone, as on a dead line; `refused`: the sender is told at once. */
  readonly cut: "no" | "silent" | "refused";
  /** The share of messages that may be lost and are, where the guarantee allows it. */
  readonly lossShare: number;
}

/** A link on a good day. */
export const GOOD_LINK: LinkState = { delayMsMin: 0.2, delayMsMax: 3, cut: "no", lossShare: 0 };

/** How a call fails. */
export interface CallFailures {
  /** How long an answer is waited for, in milliseconds. */
  readonly timeoutMs: number;
  /** There was none. */
  readonly timedOut: () => Error;
  /** The far end cannot be reached. */
  readonly refused: () => Error;
}

/** What a link is made of. */
export interface FaultyLinkOptions {
  /** The near end. */
  readonly process: SimulatedProcess;
  /** The time at the far end. */
  readonly world: ManualClock;
  /** Draws delays and losses. */
  readonly rng: Rng;
}

const SHARE_PARTS = 1_000_000;
const SLOT_MS = 0.001;

/** The way between one process and one shared thing, either way a queue: what is sent first comes first. */
export class FaultyLink {
  /** How it is now. */
  state: LinkState = GOOD_LINK;
  readonly #options: FaultyLinkOptions;
  readonly #busyUntilMs = { there: 0, back: 0 };

  /** Good at first. */
  constructor(options: FaultyLinkOptions) {
    this.#options = options;
  }

  /** The near end. */
  get process(): SimulatedProcess {
    return this.#options.process;
  }

  /** Draws whether something that may be lost is. */
  get loses(): boolean {
    const { lossShare } = this.state;
    return lossShare > 0 && this.#options.rng.below(SHARE_PARTS) < lossShare * SHARE_PARTS;
  }

  /** Has `deliver` called at the far end, once what was sent before has come; or never. */
  toFarEnd(deliver: () => void): void {
    if (this.process.isAlive) this.#send("there", deliver);
  }

  /** Has the process do `step`, once what was sent before has come; or never. */
  toProcess(step: () => void): void {
    this.#send("back", () => this.process.enter(step));
  }

  /**
   * Asks the far end. What a dead process asked is never answered; an answer that is lost leaves open
   * whether it was done.
   */
  call<T>(operation: () => Promise<T>, failures: CallFailures): Promise<T> {
    const { process } = this;
    return new Promise((resolve, reject) => {
      if (!process.isAlive) return;
      const cancel = process.clock.after(failures.timeoutMs, () => reject(failures.timedOut()));
      const settle = (end: () => void): void =>
        this.toProcess(() => {
          cancel();
          end();
        });
      if (this.state.cut === "refused") {
        const { world } = this.#options;
        return void world.after(this.#drawDelayMs(), () =>
          process.enter(() => {
            cancel();
            reject(failures.refused());
          }));
      }
      this.toFarEnd(() => {
        operation().then(
          (value) => settle(() => resolve(value)),
          (error: unknown) => settle(() => reject(error)),
        );
      });
    });
  }

  #send(direction: "there" | "back", deliver: () => void): void {
    if (this.state.cut !== "no") return;
    const { world } = this.#options;
    const nowMs = world.monotonicMs();
    const busyUntilMs = this.#busyUntilMs[direction];
    const dueMs = Math.max(nowMs + this.#drawDelayMs(), busyUntilMs + SLOT_MS);
    this.#busyUntilMs[direction] = dueMs;
    world.after(dueMs - nowMs, () => {
      // Cut while it was under way.
      if (this.state.cut === "no") deliver();
    });
  }

  #drawDelayMs(): number {
    const { delayMsMin, delayMsMax } = this.state;
    return delayMsMin + (delayMsMax - delayMsMin) * this.#options.rng.below(1_024) / 1_024;
  }
}
