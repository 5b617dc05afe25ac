/** @typedef {{ x: number, y: number }} Point */
/** @typedef {"forward" | "back" | "left" | "right" | "turretLeft" | "turretRight" | "fire"} Action */

/** By the key's place on the keyboard, so that other layouts drive alike. @type {Readonly<Record<string, Action>>} */
const KEYS = {
  KeyW: "forward",
  ArrowUp: "forward",
  KeyS: "back",
  ArrowDown: "back",
  KeyA: "left",
  ArrowLeft: "left",
  KeyD: "right",
  ArrowRight: "right",
  KeyQ: "turretLeft",
  KeyE: "turretRight",
  Space: "fire",
};

/** Keyboard and mouse. */
export class DeskControls {
  /** @type {Set<Action>} */
  #held = new Set();
  #isButtonDown = false;
  /** @type {Point | undefined} Where the mouse points, CSS pixels; undefined: the keys aim. */
  #pointer;

  /** @param {HTMLElement} surface what the mouse points at */
  constructor(surface) {
    addEventListener("keydown", (event) => this.#onKey(event, true));
    addEventListener("keyup", (event) => this.#onKey(event, false));
    addEventListener("blur", () => this.release());
    surface.addEventListener("pointermove", (event) => this.#onPointer(event));
    surface.addEventListener("pointerdown", (event) => {
      this.#onPointer(event);
      if (event.pointerType === "mouse" && event.button === 0) this.#isButtonDown = true;
    });
    addEventListener("pointerup", ({ pointerType, button }) => {
      if (pointerType === "mouse" && button === 0) this.#isButtonDown = false;
    });
    surface.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  /** -1 backwards to 1 forwards. */
  get throttle() {
    return Number(this.#held.has("forward")) - Number(this.#held.has("back"));
  }

  /** -1 to the left, 1 to the right. */
  get turn() {
    return Number(this.#held.has("right")) - Number(this.#held.has("left"));
  }

  /** How the keys turn the turret: -1, 0 or 1. */
  get turretTurn() {
    return Number(this.#held.has("turretRight")) - Number(this.#held.has("turretLeft"));
  }

  /** Whether it fires. */
  get fire() {
    return this.#isButtonDown || this.#held.has("fire");
  }

  /** Where the mouse points, CSS pixels. */
  get pointer() {
    return this.#pointer;
  }

  /** Lets everything go. */
  release() {
    this.#held.clear();
    this.#isButtonDown = false;
  }

  /**
   * @param {KeyboardEvent} event
   * @param {boolean} isDown
   */
  #onKey(event, isDown) {
    const action = KEYS[event.code];
    if (action === undefined) return;
    if (!isDown) {
      this.#held.delete(action);
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    // The keys' other meanings: scrolling, and pressing whatever has the focus.
    if (document.body.dataset.screen === "play") event.preventDefault();
    this.#held.add(action);
    if (action === "turretLeft" || action === "turretRight") this.#pointer = undefined;
  }

  /** @param {PointerEvent} event */
  #onPointer({ pointerType, clientX, clientY }) {
    if (pointerType === "mouse") this.#pointer = { x: clientX, y: clientY };
  }
}

/**
 * Whether somebody types text there.
 *
 * @param {EventTarget | null} target
 * @returns {boolean}
 */
export function isTyping(target) {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement ||
    target instanceof HTMLTextAreaElement;
}
