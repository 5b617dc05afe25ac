import { tuningAt } from "../simulation/tuning.ts";
import { radiansFromHeading, UM_PER_M } from "../simulation/units.ts";
import { UM_PER_CM } from "../wire/frame_layout.ts";
import type { MatchInfo } from "./client_core.ts";
import type { ClientEvent } from "./client_event.ts";
import { InterpolationBuffer } from "./interpolation_buffer.ts";
import { Prediction, type ShownMotion } from "./prediction.ts";
import type { SeenFrame, SeenTank } from "./seen_frame.ts";

/** When an event came, and what the client sees by then. */
export interface ViewMoment {
  /** On the client's clock. */
  readonly nowMs: number;
  /** The client's newest snapshot. */
  readonly frame: SeenFrame | undefined;
}

/**
 * What to draw of a match: the own tank where it will be once the server has the inputs, all else where it
 * was a moment ago, both smooth. Pure: fed with a client's events and the time.
 */
export class MatchView {
  readonly #match: MatchInfo;
  readonly #prediction: Prediction;
  readonly #buffer: InterpolationBuffer;
  readonly #tickMs: number;
  #inputMs = 0;

  /** Of one match; after a resume the same goes on, after another join make another. */
  constructor(match: MatchInfo) {
    const { ground, tickRate, snapshotRate } = match;
    this.#match = match;
    this.#tickMs = 1_000 / tickRate;
    this.#prediction = new Prediction(ground, tickRate);
    const shellCmPerTick = tuningAt(tickRate).shellUmPerTick / UM_PER_CM;
    this.#buffer = new InterpolationBuffer({ tickRate, snapshotRate, shellCmPerTick });
  }

  /** What was drawn last, for `setShownTick` of the client: shots are judged by it. */
  get shownTick(): number {
    return this.#buffer.shownTick;
  }

  /** How far behind the server others are shown, in milliseconds. */
  get delayMs(): number {
    return this.#buffer.delayMs;
  }

  /** How often the server said of the own tank what was not foreseen. */
  get correctionCount(): number {
    return this.#prediction.correctionCount;
  }

  /** Takes what the client tells. */
  onEvent(event: ClientEvent, { nowMs, frame }: ViewMoment): void {
    if (event.kind === "input") {
      this.#prediction.onInput(event.seq, event.input);
      this.#inputMs = nowMs;
    } else if (event.kind === "snapshot") {
      if (frame !== undefined) this.#buffer.push(frame, nowMs);
      if (event.own !== undefined) this.#prediction.onSnapshot(event.own, nowMs);
    }
  }

  /** What to draw now; undefined before the first snapshot. */
  sample(nowMs: number): SeenFrame | undefined {
    const shown = this.#buffer.sample(nowMs);
    const own = shown?.tanks.get(this.#match.tankId);
    const motion = this.#prediction.shownAt(nowMs, (nowMs - this.#inputMs) / this.#tickMs);
    if (shown === undefined || own === undefined || motion === undefined) return shown;
    const tanks = new Map(shown.tanks).set(own.tankId, predicted(own, motion));
    return { ...shown, tanks };
  }
}

function predicted(tank: SeenTank, { xUm, yUm, heading, turret }: ShownMotion): SeenTank {
  const place = { xM: xUm / UM_PER_M, yM: yUm / UM_PER_M };
  const headingRad = radiansFromHeading(heading);
  return { ...tank, ...place, headingRad, turretRad: radiansFromHeading(turret) };
}
