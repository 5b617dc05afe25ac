import type { Ground } from "../simulation/ground.ts";
import { moveTank, type TankMotion } from "../simulation/move_tank.ts";
import type { TankInput } from "../simulation/tank_input.ts";
import { headingDifference } from "../simulation/trigonometry.ts";
import { type MovementTuning, tuningAt } from "../simulation/tuning.ts";
import { UM_PER_M } from "../simulation/units.ts";
import { looksLike, type OwnMotion } from "./own_motion.ts";

/** Inputs that are kept to be applied again, at most: four seconds at 30 Hz. Older ones are given up. */
export const PREDICTED_INPUTS_MAX = 128;

/** An error of this size is no error but another place: the tank came back, or was away for long. */
const SNAP_UM = 3 * UM_PER_M;
/** In this time half of an error is gone. */
const ERROR_HALF_LIFE_MS = 80;

/** Where to draw the own tank. */
export interface ShownMotion {
  /** µm, a fraction. */
  readonly xUm: number;
  /** µm, a fraction. */
  readonly yUm: number;
  /** 0..65536, a fraction. */
  readonly heading: number;
  /** 0..65536, a fraction. */
  readonly turret: number;
}

/** One input, and what the tank was after it. */
interface Step {
  readonly seq: number;
  readonly input: TankInput;
  readonly after: TankMotion;
}

interface Offset {
  xUm: number;
  yUm: number;
  heading: number;
  turret: number;
}

/**
 * The own tank before the server has answered: every input is applied here at once, by the code that the
 * server applies it with. When a snapshot comes, the tank is put where that says, and the inputs which the
 * server had not applied then are applied again. What comes out differently, because another tank pushed
 * or an input came late, is an error that fades away in what is shown.
 *
 * Pure: no clock, no I/O; the same calls give the same places.
 */
export class Prediction {
  readonly #ground: Ground;
  readonly #tuning: MovementTuning;
  #steps: Step[] = [];
  #motion: TankMotion | undefined;
  #before: TankMotion | undefined;
  #alive = false;
  #tick = 0;
  #error: Offset = { xUm: 0, yUm: 0, heading: 0, turret: 0 };
  #errorAtMs = 0;
  #corrections = 0;

  /** For the match's ground. @throws RangeError when the tick rate is not 10..60 */
  constructor(ground: Ground, tickRate: number) {
    this.#ground = ground;
    this.#tuning = tuningAt(tickRate);
  }

  /** Where the tank will be once the server has applied every input; undefined before a snapshot. */
  get motion(): Readonly<TankMotion> | undefined {
    return this.#motion;
  }

  /** How often a snapshot said otherwise. */
  get correctionCount(): number {
    return this.#corrections;
  }

  /**
   * Applies an input at once. A new connection numbers on from what the server has applied: inputs of the one
   * before it under the same numbers never will be, and are forgotten.
   */
  onInput(seq: number, input: TankInput): void {
    const motion = this.#motion;
    if (motion === undefined) return;
    if (seq <= (this.#steps.at(-1)?.seq ?? 0)) {
      this.#steps = this.#steps.filter((step) => step.seq < seq);
    }
    this.#before = { ...motion };
    if (this.#alive) moveTank(motion, input, this.#ground, this.#tuning);
    this.#steps.push({ seq, input, after: { ...motion } });
    if (this.#steps.length > PREDICTED_INPUTS_MAX) this.#steps.shift();
  }

  /** Takes what a snapshot says of the tank; older ones than the newest are ignored. */
  onSnapshot(own: OwnMotion, nowMs: number): void {
    if (own.tick <= this.#tick) return;
    this.#tick = own.tick;
    const known = this.#steps.find(({ seq }) => seq === own.inputSeq);
    this.#steps = this.#steps.filter(({ seq }) => seq > own.inputSeq);
    // What is sent is rounded; as long as it fits, what was computed here is the exact place.
    const isAsPredicted = known !== undefined && this.#alive === own.alive &&
      looksLike(known.after, own);
    if (isAsPredicted) return;
    this.#rebase(own, nowMs);
  }

  /**
   * Where to draw the tank.
   *
   * @param part how much of the time to the next input has passed, 0..1
   */
  shownAt(nowMs: number, part: number): ShownMotion | undefined {
    const { xUm, yUm, heading, turret } = this.#raw(part) ?? {};
    if (xUm === undefined || yUm === undefined) return undefined;
    if (heading === undefined || turret === undefined) return undefined;
    const left = this.#errorLeft(nowMs);
    return {
      xUm: xUm + this.#error.xUm * left,
      yUm: yUm + this.#error.yUm * left,
      heading: modulo(heading + this.#error.heading * left),
      turret: modulo(turret + this.#error.turret * left),
    };
  }

  #rebase(own: OwnMotion, nowMs: number): void {
    const shown = this.#motion && { ...this.#motion };
    const wasAlive = this.#alive;
    const { xUm, yUm, heading, turret, speedUmPerTick } = own;
    const motion = { xUm, yUm, heading, turret, speedUmPerTick };
    this.#alive = own.alive;
    let before: TankMotion = { ...motion };
    this.#steps = this.#steps.map(({ seq, input }) => {
      before = { ...motion };
      if (own.alive) moveTank(motion, input, this.#ground, this.#tuning);
      return { seq, input, after: { ...motion } };
    });
    this.#motion = motion;
    this.#before = before;
    if (shown === undefined) return;
    this.#corrections++;
    const left = this.#errorLeft(nowMs);
    const error = {
      xUm: shown.xUm + this.#error.xUm * left - motion.xUm,
      yUm: shown.yUm + this.#error.yUm * left - motion.yUm,
      heading: headingDifference(motion.heading, shown.heading) + this.#error.heading * left,
      turret: headingDifference(motion.turret, shown.turret) + this.#error.turret * left,
    };
    const isElsewhere = Math.hypot(error.xUm, error.yUm) > SNAP_UM || wasAlive !== own.alive;
    this.#error = isElsewhere ? { xUm: 0, yUm: 0, heading: 0, turret: 0 } : error;
    this.#errorAtMs = nowMs;
  }

  #raw(part: number): ShownMotion | undefined {
    const motion = this.#motion;
    const before = this.#before ?? motion;
    if (motion === undefined || before === undefined) return undefined;
    const share = Math.min(Math.max(part, 0), 1);
    return {
      xUm: before.xUm + (motion.xUm - before.xUm) * share,
      yUm: before.yUm + (motion.yUm - before.yUm) * share,
      heading: before.heading + headingDifference(before.heading, motion.heading) * share,
      turret: before.turret + headingDifference(before.turret, motion.turret) * share,
    };
  }

  #errorLeft(nowMs: number): number {
    return 0.5 ** (Math.max(0, nowMs - this.#errorAtMs) / ERROR_HALF_LIFE_MS);
  }
}

function modulo(heading: number): number {
  return ((heading % 65_536) + 65_536) % 65_536;
}
