/** @typedef {import("./world_states.js").Snapshot} Snapshot */
/** @typedef {import("./match_message.js").Tank} Tank */

const SNAPSHOTS_MAX = 32;
/** How fast an early arrival is forgotten, in milliseconds a second: clocks drift, and routes change. */
const OFFSET_LEAK_MS_PER_S = 4;
const DELAY_MS_MIN = 60;
const DELAY_MS_MAX = 400;
const JITTER_SMOOTHING = 0.03;
/** How much of the jitter the delay covers: late states are rare then. */
const JITTER_COVER = 3;
const EXTRAPOLATION_MS_MAX = 120;
/** Farther than any tank drives between two states, in metres: it was put there. */
const JUMP_M = 4;

/**
 * Shows the others a little late, between two states that have come, so that they move evenly however
 * unevenly states come. The delay follows the jitter.
 */
export class Timeline {
  #msPerTick;
  /** @type {Snapshot[]} Oldest first. */
  #snapshots = [];
  /** @type {number | undefined} The server's time less ours, by the quickest of late arrivals. */
  #offsetMs;
  #heardMs = 0;
  #jitterMs = 10;
  #intervalMs = 66;

  /** @param {number} tickRate in Hz */
  constructor(tickRate) {
    this.#msPerTick = 1_000 / tickRate;
  }

  /** How late others are shown, in milliseconds. */
  get delayMs() {
    const delay = this.#intervalMs + this.#jitterMs * JITTER_COVER;
    return Math.max(DELAY_MS_MIN, Math.min(DELAY_MS_MAX, delay));
  }

  /** How unevenly states come, in milliseconds. */
  get jitterMs() {
    return this.#jitterMs;
  }

  /**
   * Takes a snapshot that has just come.
   *
   * @param {Snapshot} snapshot
   * @param {number} nowMs
   * @returns {void}
   */
  add(snapshot, nowMs) {
    const newest = this.#snapshots.at(-1);
    if (newest !== undefined && snapshot.tick <= newest.tick) return;
    const sampleMs = snapshot.tick * this.#msPerTick - nowMs;
    if (this.#offsetMs === undefined) {
      this.#offsetMs = sampleMs;
    } else {
      const leakMs = (nowMs - this.#heardMs) / 1_000 * OFFSET_LEAK_MS_PER_S;
      this.#offsetMs = Math.max(sampleMs, this.#offsetMs - leakMs);
      const lateMs = this.#offsetMs - sampleMs;
      this.#jitterMs += (Math.min(lateMs, DELAY_MS_MAX) - this.#jitterMs) * JITTER_SMOOTHING;
    }
    if (newest !== undefined) {
      const intervalMs = (snapshot.tick - newest.tick) * this.#msPerTick;
      this.#intervalMs += (Math.min(intervalMs, DELAY_MS_MAX) - this.#intervalMs) *
        JITTER_SMOOTHING;
    }
    this.#heardMs = nowMs;
    this.#snapshots.push(snapshot);
    if (this.#snapshots.length > SNAPSHOTS_MAX) this.#snapshots.shift();
  }

  /**
   * The tick that is shown at a time, with a fraction.
   *
   * @param {number} nowMs
   * @returns {number}
   */
  tickAt(nowMs) {
    return (nowMs + (this.#offsetMs ?? 0) - this.delayMs) / this.#msPerTick;
  }

  /**
   * The tanks as they are to be shown at a time, and the newest shells.
   *
   * @param {number} nowMs
   * @returns {{ tick: number, tanks: Tank[], shells: Snapshot["shells"], shellsTick: number }}
   */
  at(nowMs) {
    const tick = this.tickAt(nowMs);
    const later = this.#snapshots.findIndex((snapshot) => snapshot.tick > tick);
    const to = later === -1 ? this.#snapshots.at(-1) : this.#snapshots[later];
    const from = later === -1 ? this.#snapshots.at(-2) : this.#snapshots[later - 1];
    if (to === undefined) return { tick, tanks: [], shells: [], shellsTick: tick };
    if (from === undefined) {
      return { tick, tanks: [...to.tanks.values()], shells: to.shells, shellsTick: to.tick };
    }
    const beyondMax = EXTRAPOLATION_MS_MAX / this.#msPerTick / (to.tick - from.tick);
    const share = Math.min((tick - from.tick) / (to.tick - from.tick), 1 + beyondMax);
    const shown = later === -1 ? to : from;
    const tanks = [...to.tanks.values()].map((tank) =>
      tankBetween(from.tanks.get(tank.tank_id), tank, share)
    );
    return { tick, tanks, shells: shown.shells, shellsTick: shown.tick };
  }
}

/**
 * A tank between two states of it; as it is then where it was put elsewhere.
 *
 * @param {Tank | undefined} from
 * @param {Tank} to
 * @param {number} share 0: as `from` is, 1: as `to` is
 * @returns {Tank}
 */
export function tankBetween(from, to, share) {
  if (from === undefined || !from.alive || !to.alive) return to;
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  if (Math.hypot(dx, dy) > JUMP_M) return to;
  return {
    ...to,
    x: from.x + dx * share,
    y: from.y + dy * share,
    heading: turnBetween(from.heading, to.heading, share),
    turret: turnBetween(from.turret, to.turret, share),
  };
}

/**
 * An angle between two, the short way; radians.
 *
 * @param {number} from
 * @param {number} to
 * @param {number} share
 * @returns {number}
 */
export function turnBetween(from, to, share) {
  const turn = 2 * Math.PI;
  const difference = ((to - from + Math.PI) % turn + turn) % turn - Math.PI;
  return from + difference * share;
}
