import { PlayoutDelay } from "./playout_delay.ts";
import type { SeenFrame, SeenShell, SeenTank } from "./seen_frame.ts";

/** Snapshots that are kept to show what lies between them, at most. */
export const FRAMES_KEPT_MAX = 64;

/** How long what is newest may be driven on by its speed; then it stands still. */
export const EXTRAPOLATION_MS_MAX = 100;

/** What is shown runs this much faster or slower at most to come to its delay. */
const SLEW_SHARE = 0.1;
/** Farther away than this it jumps. */
const JUMP_MS = 500;
/** A tank that went farther than at this speed has come back elsewhere. */
const TANK_M_PER_S_MAX = 12;
/** Being pushed may add this. */
const PUSHED_M_MAX = 2;

const CM_PER_M = 100;

/** What a buffer has to know of its match. */
export interface InterpolationOptions {
  /** Ticks a second. */
  readonly tickRate: number;
  /** Snapshots a second. */
  readonly snapshotRate: number;
  /** How fast shells fly, in cm a tick. */
  readonly shellCmPerTick: number;
}

/**
 * Shows a match smoothly: what lies between two snapshots, at server time minus a delay that adapts to how
 * unsteadily they come. Tanks are driven on for at most 100 ms where none comes; shells fly from where and
 * when they were fired.
 *
 * Pure: no clock, no I/O; the same calls give the same result.
 */
export class InterpolationBuffer {
  readonly #options: InterpolationOptions;
  readonly #tickMs: number;
  readonly #delay: PlayoutDelay;
  readonly #frames: SeenFrame[] = [];
  #shownMs = 0;
  #sampledMs: number | undefined;

  /** Shows nothing yet. */
  constructor(options: InterpolationOptions) {
    this.#options = options;
    this.#tickMs = 1_000 / options.tickRate;
    const periodMs = 1_000 / Math.min(options.snapshotRate, options.tickRate);
    this.#delay = new PlayoutDelay({ tickMs: this.#tickMs, periodMs });
  }

  /** How far behind the server what is shown is meant to be, in milliseconds. */
  get delayMs(): number {
    return this.#delay.delayMs;
  }

  /** The tick that was shown last, a fraction; what INPUT says of the view. 0 before the first. */
  get shownTick(): number {
    return this.#sampledMs === undefined ? 0 : this.#shownMs / this.#tickMs;
  }

  /** Takes a snapshot when it comes; one that is not newer is ignored. */
  push(frame: SeenFrame, nowMs: number): void {
    const newest = this.#frames.at(-1);
    if (newest !== undefined && frame.tick <= newest.tick) return;
    this.#delay.onArrival(frame.tick, nowMs);
    this.#frames.push(frame);
    if (this.#frames.length > FRAMES_KEPT_MAX) this.#frames.shift();
  }

  /** What to show now; undefined before the first snapshot. Its tick is a fraction. */
  sample(nowMs: number): SeenFrame | undefined {
    const newest = this.#frames.at(-1);
    if (newest === undefined) return undefined;
    this.#advance(nowMs);
    const aheadMax = EXTRAPOLATION_MS_MAX / this.#tickMs;
    const tick = Math.min(this.#shownMs / this.#tickMs, newest.tick + aheadMax);
    const neighbours = this.#around(tick);
    const { from, to } = neighbours;
    const wayM = this.#wayMax(to.tick - from.tick);
    const share = to.tick === from.tick ? 1 : (tick - from.tick) / (to.tick - from.tick);
    const base = share >= 1 ? to : from;
    const tanks = new Map<string, SeenTank>();
    for (const tank of base.tanks.values()) {
      const before = from.tanks.get(tank.tankId);
      const after = to.tanks.get(tank.tankId);
      tanks.set(tank.tankId, before && after ? between(before, after, { share, wayM }) : tank);
    }
    return { tick, tanks, shells: this.#shellsAt(tick, neighbours) };
  }

  /** Moves what is shown on, a little faster or slower than time where it is not where it should be. */
  #advance(nowMs: number): void {
    const wantedMs = nowMs - this.#delay.originMs - this.#delay.delayMs;
    const elapsedMs = nowMs - (this.#sampledMs ?? nowMs);
    const isFirst = this.#sampledMs === undefined;
    this.#sampledMs = nowMs;
    this.#shownMs += elapsedMs;
    const offMs = wantedMs - this.#shownMs;
    if (isFirst || Math.abs(offMs) > JUMP_MS) this.#shownMs = Math.max(0, wantedMs);
    else {
      const stepMs = Math.max(0, elapsedMs) * SLEW_SHARE;
      this.#shownMs += Math.min(Math.max(offMs, -stepMs), stepMs);
    }
  }

  /** How far a tank may come in some ticks. */
  #wayMax(ticks: number): number {
    return PUSHED_M_MAX + TANK_M_PER_S_MAX * ticks * this.#tickMs / 1_000;
  }

  /** The snapshots on either side of a tick, or the last two or first one where there are none. */
  #around(tick: number): Neighbours {
    const frames = this.#frames;
    let at = frames.length - 1;
    while (at > 1 && (frames[at - 1]?.tick ?? 0) >= tick) at--;
    const to = frames[at] ?? NOTHING;
    const from = frames[at - 1] ?? to;
    return tick < from.tick ? { from, to: from } : { from, to };
  }

  /** Shells that have been fired by then, and have not yet hit: those that are gone fly until `to`. */
  #shellsAt(tick: number, { from, to }: Neighbours): SeenShell[] {
    const shells = new Map<string, SeenShell>();
    if (tick < to.tick) { for (const shell of from.shells) shells.set(shell.id, shell); }
    for (const shell of to.shells) if (!shells.has(shell.id)) shells.set(shell.id, shell);
    const { shellCmPerTick } = this.#options;
    return [...shells.values()].filter((shell) => shell.tick <= tick).map((shell) => {
      const flownM = (tick - shell.tick) * shellCmPerTick / CM_PER_M;
      const xM = shell.xM + Math.cos(shell.headingRad) * flownM;
      const yM = shell.yM + Math.sin(shell.headingRad) * flownM;
      return { ...shell, tick, xM, yM };
    });
  }
}

/** The snapshots on either side of a moment. */
interface Neighbours {
  readonly from: SeenFrame;
  readonly to: SeenFrame;
}

const NOTHING: SeenFrame = { tick: 0, tanks: new Map(), shells: [] };

/** A tank between two snapshots, or driven on beyond the second where `share` is above 1. */
function between(
  before: SeenTank,
  after: SeenTank,
  { share, wayM }: { readonly share: number; readonly wayM: number },
): SeenTank {
  const newest = share >= 0.5 ? after : before;
  const isElsewhere = before.alive !== after.alive ||
    Math.hypot(after.xM - before.xM, after.yM - before.yM) > wayM;
  if (isElsewhere) return share >= 1 ? after : before;
  return {
    ...newest,
    xM: before.xM + (after.xM - before.xM) * share,
    yM: before.yM + (after.yM - before.yM) * share,
    headingRad: angleBetween(before.headingRad, after.headingRad, share),
    turretRad: angleBetween(before.turretRad, after.turretRad, share),
  };
}

/** The short way from one angle to the other. */
function angleBetween(from: number, to: number, share: number): number {
  const turn = 2 * Math.PI;
  const difference = ((to - from + 3 * Math.PI) % turn) - Math.PI;
  return (from + difference * share + 2 * turn) % turn;
}
