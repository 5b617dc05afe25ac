/** @typedef {{ x: number, y: number }} Place Metres. */

/** How much of the arena is seen along the longer side, in metres. */
const VIEW_M = 58;
const SCALE_MIN = 14;
const SCALE_MAX = 30;
/** How much of the screen may lie beyond the arena's edge, CSS pixels: what stands over it must not hide the tank. */
const MARGIN_PX = 110;

/** How much of the free screen the whole arena takes. */
const FIT_SHARE = 0.97;

/** What part of the arena is on the screen. */
export class Camera {
  /** CSS pixels in a metre. */
  scale = 16;
  /** As large as a tank's surroundings are shown. */
  #nearScale = 16;
  #width = 0;
  #height = 0;
  /** @type {Place} In the middle of the screen. */
  #centre = { x: 0, y: 0 };

  /**
   * @param {number} width CSS pixels
   * @param {number} height CSS pixels
   * @returns {void}
   */
  resize(width, height) {
    this.#width = width;
    this.#height = height;
    this.#nearScale = Math.max(SCALE_MIN, Math.min(SCALE_MAX, Math.max(width, height) / VIEW_M));
    this.scale = this.#nearScale;
  }

  /**
   * Looks at a place, and not farther over the arena's edge than needed.
   *
   * @param {Place} place
   * @param {Readonly<{ width: number, height: number }>} arena
   * @returns {void}
   */
  follow(place, arena) {
    this.scale = this.#nearScale;
    const margin = MARGIN_PX / this.scale;
    this.#centre = {
      x: hold(place.x, arena.width, { view: this.#width / this.scale, margin }),
      y: hold(place.y, arena.height, { view: this.#height / this.scale, margin }),
    };
  }

  /**
   * Looks at the whole arena, in what the screen has between what stands at its top and its bottom.
   *
   * @param {Readonly<{ width: number, height: number }>} arena
   * @param {{ topPx: number, bottomPx: number }} covered CSS pixels
   * @returns {void}
   */
  fit(arena, { topPx, bottomPx }) {
    const free = Math.max(1, this.#height - topPx - bottomPx);
    this.scale = Math.min(this.#width / arena.width, free / arena.height) * FIT_SHARE;
    this.#centre = {
      x: arena.width / 2,
      y: arena.height / 2 - (topPx - bottomPx) / 2 / this.scale,
    };
  }

  /**
   * @param {Place} place
   * @returns {Place} CSS pixels
   */
  toScreen({ x, y }) {
    return {
      x: (x - this.#centre.x) * this.scale + this.#width / 2,
      y: (y - this.#centre.y) * this.scale + this.#height / 2,
    };
  }

  /**
   * @param {Place} point CSS pixels
   * @returns {Place}
   */
  toArena({ x, y }) {
    return {
      x: (x - this.#width / 2) / this.scale + this.#centre.x,
      y: (y - this.#height / 2) / this.scale + this.#centre.y,
    };
  }

  /** What is seen, in metres. */
  get view() {
    const from = this.toArena({ x: 0, y: 0 });
    return { ...from, width: this.#width / this.scale, height: this.#height / this.scale };
  }
}

/**
 * @param {number} at
 * @param {number} side
 * @param {{ view: number, margin: number }} screen
 */
function hold(at, side, { view, margin }) {
  const least = view / 2 - margin;
  const most = side - least;
  return least > most ? side / 2 : Math.max(least, Math.min(most, at));
}
