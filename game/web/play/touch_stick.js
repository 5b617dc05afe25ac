/** How far a finger goes for all of it, CSS pixels. */
const REACH_PX = 52;
const DEAD_SHARE = 0.18;

/** A round field on which a finger says where to; its knob follows the finger. */
export class TouchStick {
  /** @type {number | undefined} */
  #pointerId;
  #x = 0;
  #y = 0;
  #knob;

  /** @param {HTMLElement} field */
  constructor(field) {
    this.#knob = field.querySelector(".knob");
    field.addEventListener("pointerdown", (event) => {
      if (this.#pointerId !== undefined) return;
      event.preventDefault();
      this.#pointerId = event.pointerId;
      field.setPointerCapture(event.pointerId);
      this.#follow(event, field);
    });
    field.addEventListener("pointermove", (event) => {
      if (event.pointerId === this.#pointerId) this.#follow(event, field);
    });
    const letGo = (/** @type {PointerEvent} */ event) => {
      if (event.pointerId === this.#pointerId) this.release();
    };
    field.addEventListener("pointerup", letGo);
    field.addEventListener("pointercancel", letGo);
  }

  /** Whether a finger is on it. */
  get isHeld() {
    return this.#pointerId !== undefined;
  }

  /** Where to, radians, and how much, 0..1; undefined where the finger is in the middle. */
  get direction() {
    const size = Math.hypot(this.#x, this.#y);
    return size < DEAD_SHARE ? undefined : { angle: Math.atan2(this.#y, this.#x), size };
  }

  /** As if the finger had gone. */
  release() {
    this.#pointerId = undefined;
    this.#show(0, 0);
  }

  /**
   * @param {PointerEvent} event
   * @param {HTMLElement} field
   */
  #follow({ clientX, clientY }, field) {
    const { left, top, width, height } = field.getBoundingClientRect();
    const dx = (clientX - left - width / 2) / REACH_PX;
    const dy = (clientY - top - height / 2) / REACH_PX;
    const size = Math.max(1, Math.hypot(dx, dy));
    this.#show(dx / size, dy / size);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #show(x, y) {
    this.#x = x;
    this.#y = y;
    if (this.#knob instanceof HTMLElement) {
      this.#knob.style.transform = `translate(${x * REACH_PX}px, ${y * REACH_PX}px)`;
    }
  }
}
