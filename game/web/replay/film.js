// Long because all questions about a recorded match are answered from one index of its frames.
import { tankBetween } from "../net/timeline.js";
import { SHELL_M_PER_S, TANK_RADIUS_M } from "../prediction/tuning.js";

/** @typedef {import("../net/match_message.js").Tank} Tank */
/** @typedef {import("../net/match_message.js").Shell} Shell */
/** @typedef {Tank & { readonly player_id: string }} FilmTank */
/**
 * @typedef {Readonly<{
 *   tick: number, event: string, tank_id?: string, by?: string, damage?: number, x?: number, y?: number,
 * }>} FilmEvent
 */
/**
 * @typedef {Readonly<{
 *   tick: number, scores: Readonly<Record<string, number>>, tanks: readonly FilmTank[],
 *   shells: readonly Shell[], events: readonly FilmEvent[],
 * }>} Frame
 */
/**
 * What the gateway gives at `/replays/{match_id}`. Metres and radians.
 *
 * @typedef {Readonly<{
 *   match_id: string, mode: string, tick_rate: number,
 *   arena: import("../prediction/ground.js").ArenaPlan, frames: readonly Frame[],
 *   end: { readonly winner: number | null },
 * }>} TimelineFile
 */
/** @typedef {Readonly<{ tick: number, by: string | undefined, tankId: string | undefined }>} Kill */

/** So far apart a shell's way is looked at, metres. */
const STEP_M = 0.5;
/** A shell is stopped by a wall a little before it is drawn in it, metres. */
const WALL_MARGIN_M = 0.05;

/** A match that is over, of which any moment can be looked at. */
export class Film {
  /** @type {TimelineFile} */
  #file;
  /** @type {readonly FilmEvent[]} In order. */
  #events;
  /** Who destroyed whom, in order. @type {readonly Kill[]} */
  kills;

  /**
   * @param {TimelineFile} file
   * @throws {TypeError} where there is no frame
   */
  constructor(file) {
    if (file.frames.length === 0) throw new TypeError("Cannot show the match: it has no frames");
    const { frames, events } = withoutOverlaps(file.frames);
    this.#file = { ...file, frames };
    this.#events = events;
    this.kills = this.#events.filter(({ event }) => event === "tank_destroyed")
      .map(({ tick, by, tank_id: tankId }) => ({ tick, by, tankId }));
  }

  /** The match's id. */
  get matchId() {
    return this.#file.match_id;
  }

  /** The arena. */
  get arena() {
    return this.#file.arena;
  }

  /** Ticks a second. */
  get tickRate() {
    return this.#file.tick_rate;
  }

  /** The first moment. */
  get firstTick() {
    return this.#file.frames[0]?.tick ?? 0;
  }

  /** The last moment. */
  get lastTick() {
    return this.#file.frames.at(-1)?.tick ?? 0;
  }

  /** Ticks from one frame to the next, as a rule. */
  get frameTicks() {
    const [first, second] = this.#file.frames;
    return first !== undefined && second !== undefined ? second.tick - first.tick : 1;
  }

  /** The team that has won; null: none. */
  get winner() {
    return this.#file.end.winner;
  }

  /** Everybody who was ever there, in the order in which they came: the tank's id, and the name. */
  get players() {
    /** @type {Map<string, string>} */
    const names = new Map();
    for (const { tanks } of this.#file.frames) {
      for (const { tank_id, player_id } of tanks) names.set(tank_id, player_id);
    }
    return names;
  }

  /**
   * The last frame that is not after a moment.
   *
   * @param {number} tick
   * @returns {Frame}
   */
  frameAt(tick) {
    return /** @type {Frame} */ (this.#file.frames[this.#indexAt(tick)]);
  }

  /**
   * The tanks at a moment, between two frames.
   *
   * @param {number} tick
   * @returns {FilmTank[]}
   */
  tanksAt(tick) {
    const index = this.#indexAt(tick);
    const { tick: fromTick, tanks } = /** @type {Frame} */ (this.#file.frames[index]);
    const next = this.#file.frames[index + 1];
    if (next === undefined || tick <= fromTick) return [...tanks];
    const share = (tick - fromTick) / (next.tick - fromTick);
    const later = new Map(next.tanks.map((tank) => [tank.tank_id, tank]));
    return tanks.map((tank) => {
      const then = later.get(tank.tank_id);
      const moved = then === undefined ? then : tankBetween(tank, then, share);
      // What is put elsewhere stays until then, and what it has then it does not have yet.
      return moved === undefined || moved === then ? tank : { ...moved, ...known(tank) };
    });
  }

  /**
   * The shells in flight at a moment: those of the last frame, and those that were fired since.
   *
   * @param {number} tick
   * @returns {{ x: number, y: number, heading: number }[]}
   */
  shellsAt(tick) {
    const { tick: fromTick, shells, tanks } = this.frameAt(tick);
    const fired = this.eventsBetween(fromTick, tick).flatMap(
      ({ event, tick: firedTick, ...shot }) => {
        const { x, y, tank_id: tankId } = shot;
        const heading = tanks.find(({ tank_id }) => tank_id === tankId)?.turret;
        const isShot = event === "tank_shot" && x !== undefined && y !== undefined;
        return isShot && heading !== undefined ? [{ x, y, heading, firedTick }] : [];
      },
    );
    const flying = shells.map((shell) => ({ ...shell, firedTick: fromTick }));
    return [...flying, ...fired].flatMap(({ x, y, heading, firedTick }) => {
      const wayM = (tick - firedTick) / this.tickRate * SHELL_M_PER_S;
      const placeAt = (/** @type {number} */ m) => {
        return { x: x + Math.cos(heading) * m, y: y + Math.sin(heading) * m, heading };
      };
      for (let m = STEP_M; m < wayM + STEP_M; m += STEP_M) {
        if (this.#isStopped(placeAt(Math.min(m, wayM)), tanks)) return [];
      }
      return [placeAt(wayM)];
    });
  }

  /**
   * What happened after one moment and not after another, in order.
   *
   * @param {number} afterTick
   * @param {number} untilTick
   * @returns {readonly FilmEvent[]}
   */
  eventsBetween(afterTick, untilTick) {
    const from = firstAfter(this.#events, afterTick);
    return this.#events.slice(from, firstAfter(this.#events, untilTick));
  }

  /**
   * Who drove that tank at a moment: it may have been another player's before.
   *
   * @param {string | undefined} tankId
   * @param {number} tick
   * @returns {string}
   */
  nameAt(tankId, tick) {
    const index = this.#indexAt(tick);
    for (const frame of [this.#file.frames[index + 1], this.#file.frames[index]]) {
      const tank = frame?.tanks.find(({ tank_id }) => tank_id === tankId);
      if (tank !== undefined) return tank.player_id;
    }
    return tankId === undefined ? "?" : `#${tankId.slice(-4)}`;
  }

  /** @param {number} tick */
  #indexAt(tick) {
    return Math.max(0, firstAfter(this.#file.frames, tick) - 1);
  }

  /**
   * @param {{ x: number, y: number }} place
   * @param {readonly Tank[]} tanks
   */
  #isStopped({ x, y }, tanks) {
    const { width, height, walls } = this.#file.arena;
    if (x < 0 || y < 0 || x > width || y > height) return true;
    const isInWall = walls.some(([left, top, wide, high]) =>
      x > left - WALL_MARGIN_M && x < left + wide + WALL_MARGIN_M && y > top - WALL_MARGIN_M &&
      y < top + high + WALL_MARGIN_M
    );
    return isInWall ||
      tanks.some((tank) => tank.alive && Math.hypot(tank.x - x, tank.y - y) < TANK_RADIUS_M);
  }
}

/**
 * The frames and events that count: where a frame's tick is not above the one's before it, another server has
 * gone on with the match from there, and what had come after that did not happen.
 *
 * @param {readonly Frame[]} all
 * @returns {{ frames: Frame[], events: FilmEvent[] }}
 */
function withoutOverlaps(all) {
  /** @type {Frame[]} */
  const frames = [];
  /** @type {FilmEvent[]} */
  const events = [];
  for (const frame of all) {
    if (frame.tick <= (frames.at(-1)?.tick ?? -1)) {
      frames.length = firstAfter(frames, frame.tick - 1);
      events.length = firstAfter(events, frame.tick);
    }
    frames.push(frame);
    events.push(...frame.events);
  }
  return { frames, events };
}

/** @param {FilmTank} tank */
function known({ player_id, team, hp, alive, score }) {
  return { player_id, team, hp, alive, score };
}

/**
 * The index of the first that is later than a moment; the list's length where none is.
 *
 * @param {readonly { readonly tick: number }[]} list in order
 * @param {number} tick
 * @returns {number}
 */
function firstAfter(list, tick) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.tick ?? Infinity) > tick) high = middle;
    else low = middle + 1;
  }
  return low;
}
