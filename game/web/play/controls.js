import { DeskControls, isTyping } from "./desk_controls.js";
import { TouchStick } from "./touch_stick.js";

/** @typedef {import("../prediction/drive_input.js").Controls} PlayerInput */
/** @typedef {import("../battle.js").Scene} Scene */
/** @typedef {import("../view/camera.js").Camera} Camera */

/** How fast keys turn the aim, radians a second: as fast as the turret. */
const AIM_RADIANS_PER_S = Math.PI;
/** A hull that looks so far from where the stick points stands and turns, radians. */
const PIVOT_RADIANS = 1.2;
/** The stick is exact to this angle, radians; above it the hull turns at full speed. */
const STEER_RADIANS = 0.35;
/** With a finger the turret finds enemies up to here by itself, metres. */
const ASSIST_M = 45;

/** What the player holds down, whatever with: keyboard, mouse or fingers. */
export class Controls {
  #desk;
  #drive;
  #aim;
  #turret = 0;
  #isTouch = matchMedia("(pointer: coarse)").matches;

  /** @param {{ surface: HTMLElement, drive: HTMLElement, aim: HTMLElement }} parts */
  constructor({ surface, drive, aim }) {
    this.#desk = new DeskControls(surface);
    this.#drive = new TouchStick(drive);
    this.#aim = new TouchStick(aim);
    addEventListener("pointerdown", ({ pointerType }) => this.#choose(pointerType === "touch"));
    addEventListener("keydown", ({ target }) => {
      // A phone's keyboard on the screen has keys too.
      if (!isTyping(target)) this.#choose(false);
    });
    this.#choose(this.#isTouch);
  }

  /**
   * What is sent for a tick.
   *
   * @param {Scene} scene
   * @param {{ camera: Camera, tickMs: number }} options
   * @returns {PlayerInput}
   */
  read(scene, { camera, tickMs }) {
    const { me } = scene;
    if (me === undefined) return { throttle: 0, turn: 0, turret: this.#turret, fire: false };
    if (this.#isTouch) return this.#readTouch(scene, me);
    const { throttle, turn, turretTurn, fire, pointer } = this.#desk;
    if (pointer !== undefined) {
      const target = camera.toArena(pointer);
      this.#turret = Math.atan2(target.y - me.y, target.x - me.x);
    } else {
      this.#turret += turretTurn * AIM_RADIANS_PER_S * tickMs / 1_000;
    }
    return { throttle, turn, turret: this.#turret, fire };
  }

  /**
   * Begins anew, looking where the tank looks.
   *
   * @param {number} turret radians
   * @returns {void}
   */
  reset(turret) {
    this.#turret = turret;
    this.release();
  }

  /** Lets everything go, as when the page is left. */
  release() {
    this.#desk.release();
    this.#drive.release();
    this.#aim.release();
  }

  /**
   * @param {Scene} scene
   * @param {import("../battle.js").ShownTank} me
   * @returns {PlayerInput}
   */
  #readTouch({ tanks }, me) {
    const aim = this.#aim.direction;
    if (aim !== undefined) this.#turret = aim.angle;
    else {
      const enemies = tanks.filter(({ alive, isAlly }) => alive && !isAlly);
      const distance = (/** @type {{ x: number, y: number }} */ { x, y }) =>
        Math.hypot(x - me.x, y - me.y);
      const [nearest] = enemies.toSorted((a, b) => distance(a) - distance(b));
      if (nearest !== undefined && distance(nearest) < ASSIST_M) {
        this.#turret = Math.atan2(nearest.y - me.y, nearest.x - me.x);
      }
    }
    const drive = this.#drive.direction;
    const steering = drive === undefined ? { throttle: 0, turn: 0 } : steer(me.heading, drive);
    return { ...steering, turret: this.#turret, fire: this.#aim.isHeld };
  }

  /** @param {boolean} isTouch */
  #choose(isTouch) {
    this.#isTouch = isTouch;
    document.body.classList.toggle("touch", isTouch);
  }
}

/**
 * Drives where a stick points: forwards, or backwards where that is much nearer.
 *
 * @param {number} heading radians
 * @param {{ angle: number, size: number }} stick
 * @returns {{ throttle: number, turn: number }}
 */
export function steer(heading, { angle, size }) {
  const difference = Math.atan2(Math.sin(angle - heading), Math.cos(angle - heading));
  const isBackward = Math.abs(difference) > 0.75 * Math.PI;
  const toTurn = isBackward ? difference - Math.sign(difference) * Math.PI : difference;
  const turn = Math.max(-1, Math.min(1, toTurn / STEER_RADIANS));
  const along = Math.abs(toTurn) > PIVOT_RADIANS ? 0 : size;
  return { throttle: isBackward ? -along : along, turn };
}
