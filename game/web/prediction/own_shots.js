import { umFromMetres } from "./ground.js";
import { MUZZLE_M, SHELL_LIFE_MS, SHELL_M_PER_S, TANK_RADIUS_M } from "./tuning.js";

/** @typedef {Readonly<{ x: number, y: number, heading: number }>} Aim Metres and radians. */
/** @typedef {Aim & { firedMs: number, shellId: number | undefined, isFlying: boolean }} Shot */

/** The server has not fired where it has not said so by then. */
const CONFIRM_MS = 700;
const SHOTS_MAX = 16;
const SHELL_IDS_MAX = 64;

/** The own shells, which leave the barrel when the player fires and not when the server says so. */
export class OwnShots {
  #ground;
  /** @type {Shot[]} Oldest first. */
  #shots = [];
  /** @type {number[]} The server's own of them, which are not drawn twice. */
  #shellIds = [];

  /** @param {import("./ground.js").Ground} ground */
  constructor(ground) {
    this.#ground = ground;
  }

  /**
   * @param {Aim} tank its centre, and where its turret looks
   * @param {number} nowMs
   * @returns {void}
   */
  fire({ x, y, heading }, nowMs) {
    const muzzle = { x: x + Math.cos(heading) * MUZZLE_M, y: y + Math.sin(heading) * MUZZLE_M };
    const isFlying = !this.#isInWall(muzzle);
    this.#shots.push({ ...muzzle, heading, firedMs: nowMs, shellId: undefined, isFlying });
    if (this.#shots.length > SHOTS_MAX) this.#shots.shift();
  }

  /**
   * Learns which shells are one's own, and what has become of them.
   *
   * @param {Pick<import("../net/match_message.js").WorldState, "events" | "shells">} state
   * @param {string} myTankId
   * @param {number} nowMs
   * @returns {void}
   */
  onState({ events, shells }, myTankId, nowMs) {
    for (const { event, tank_id, shell_id } of events) {
      if (event !== "tank_shot" || tank_id !== myTankId || shell_id === undefined) continue;
      this.#shellIds.push(shell_id);
      const shot = this.#shots.find(({ shellId }) => shellId === undefined);
      if (shot !== undefined) shot.shellId = shell_id;
    }
    if (this.#shellIds.length > SHELL_IDS_MAX) this.#shellIds.shift();
    const flying = new Set(shells.map(({ id }) => id));
    this.#shots = this.#shots.filter(({ shellId, firedMs }) =>
      shellId === undefined ? nowMs - firedMs < CONFIRM_MS : flying.has(shellId)
    );
  }

  /**
   * Whether a shell of the server's is drawn as one's own.
   *
   * @param {number} shellId
   * @returns {boolean}
   */
  has(shellId) {
    return this.#shellIds.includes(shellId);
  }

  /**
   * Where the shells are, as far as they fly; one that reaches a wall or a target as it is drawn flies on
   * for the server only.
   *
   * @param {number} nowMs
   * @param {readonly { x: number, y: number }[]} targets
   * @returns {(Aim & { isMine: true })[]}
   */
  at(nowMs, targets) {
    /** @type {(Aim & { isMine: true })[]} */
    const shown = [];
    for (const shot of this.#shots) {
      if (!shot.isFlying) continue;
      const ageMs = nowMs - shot.firedMs;
      const wayM = ageMs / 1_000 * SHELL_M_PER_S;
      const place = {
        x: shot.x + Math.cos(shot.heading) * wayM,
        y: shot.y + Math.sin(shot.heading) * wayM,
      };
      const isHit = targets.some(({ x, y }) =>
        Math.hypot(x - place.x, y - place.y) < TANK_RADIUS_M
      );
      if (isHit || ageMs > SHELL_LIFE_MS || this.#isInWall(place)) shot.isFlying = false;
      else shown.push({ ...place, heading: shot.heading, isMine: true });
    }
    return shown;
  }

  /** @param {{ x: number, y: number }} place */
  #isInWall({ x, y }) {
    const [xUm, yUm] = [umFromMetres(x), umFromMetres(y)];
    const { widthUm, heightUm } = this.#ground;
    if (xUm < 0 || yUm < 0 || xUm > widthUm || yUm > heightUm) return true;
    return this.#ground.wallsNear(xUm, yUm).some((wall) =>
      xUm > wall.xUm && xUm < wall.xUm + wall.widthUm && yUm > wall.yUm &&
      yUm < wall.yUm + wall.heightUm
    );
  }
}
