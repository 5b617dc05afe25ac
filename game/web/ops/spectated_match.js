import { Timeline } from "../net/timeline.js";
import { WorldStates } from "../net/world_states.js";
import { SHELL_M_PER_S } from "../prediction/tuning.js";

/** @typedef {import("./ops_message.js").Spectating} Spectating */
/** @typedef {import("../net/match_message.js").WorldState} WorldState */
/** @typedef {import("../net/match_message.js").Tank} Tank */
/** @typedef {import("../battle.js").Scene} Scene */

const TEAMS_WITH_COLOURS = 2;

/** A match as somebody sees it who does not play: all of it, and nothing predicted. */
export class SpectatedMatch {
  #about;
  #states = new WorldStates();
  #timeline;
  /** @type {ReadonlyMap<string, Tank>} */
  #newest = new Map();
  #tick;

  /** @param {Spectating} about */
  constructor(about) {
    this.#about = about;
    this.#timeline = new Timeline(about.tick_rate);
    this.#tick = about.tick;
  }

  /** What it is. */
  get about() {
    return this.#about;
  }

  /** All tanks as the server said last, the best first. */
  get standings() {
    return [...this.#newest.values()].toSorted((a, b) => b.score - a.score)
      .map((tank) => ({ ...tank, name: this.#nameOf(tank.tank_id) }));
  }

  /** How long it goes on at most, in milliseconds. */
  get leftMs() {
    const { time_limit_ticks: limit, tick_rate: rate } = this.#about;
    return Math.max(0, limit - this.#tick) / rate * 1_000;
  }

  /**
   * Learns who plays by now; another epoch is the match on another server, where it goes on as it was.
   *
   * @param {Spectating} about
   * @returns {void}
   */
  learn(about) {
    this.#about = about;
  }

  /**
   * @param {WorldState} state
   * @param {number} nowMs
   * @returns {void}
   */
  onState(state, nowMs) {
    const snapshot = this.#states.apply(state);
    if (snapshot === undefined) return;
    this.#newest = snapshot.tanks;
    this.#tick = state.tick;
    this.#timeline.add(snapshot, nowMs);
  }

  /**
   * Where a tank was said to be last; undefined where there is none.
   *
   * @param {string | undefined} tankId
   * @returns {Tank | undefined}
   */
  tankOf(tankId) {
    return tankId === undefined ? undefined : this.#newest.get(tankId);
  }

  /**
   * What is to be drawn at a time.
   *
   * @param {number} nowMs
   * @returns {Scene}
   */
  sceneAt(nowMs) {
    const { arena, tick_rate: tickRate } = this.#about;
    const shown = this.#timeline.at(nowMs);
    const aheadS = (shown.tick - shown.shellsTick) / tickRate;
    return {
      arena,
      tanks: shown.tanks.map((tank) => ({
        ...tank,
        isMe: false,
        // One colour for each of two sides.
        isAlly: tank.team % TEAMS_WITH_COLOURS === 1,
        name: this.#nameOf(tank.tank_id),
      })),
      shells: shown.shells.map(({ x, y, heading }) => ({
        x: x + Math.cos(heading) * SHELL_M_PER_S * aheadS,
        y: y + Math.sin(heading) * SHELL_M_PER_S * aheadS,
        heading,
        isMine: false,
      })),
      me: undefined,
      reload: 1,
    };
  }

  /** @param {string} tankId */
  #nameOf(tankId) {
    return this.#about.players[tankId] ?? `#${tankId.slice(-4)}`;
  }
}
