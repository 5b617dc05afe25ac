/** How fast a match may be shown, times its own speed. */
export const SPEEDS = /** @type {const} */ ([0.5, 1, 2, 4, 8]);

/** A page that was away for longer goes on from where it was. */
const STEP_MS_MAX = 250;

/** Which moment of a match is shown, and how it goes on. */
export class Playback {
  #bounds;
  #tick;
  #speed = 1;
  #isPlaying = false;

  /** @param {{ firstTick: number, lastTick: number, tickRate: number }} bounds */
  constructor(bounds) {
    this.#bounds = bounds;
    this.#tick = bounds.firstTick;
  }

  /** The moment, with a fraction. */
  get tick() {
    return this.#tick;
  }

  /** Whether time goes on. */
  get isPlaying() {
    return this.#isPlaying;
  }

  /** How fast, times the match's own speed. */
  get speed() {
    return this.#speed;
  }

  /** Whether there is nothing after this. */
  get isAtEnd() {
    return this.#tick >= this.#bounds.lastTick;
  }

  /** Goes on; from the beginning where it was at the end. */
  play() {
    if (this.isAtEnd) this.#tick = this.#bounds.firstTick;
    this.#isPlaying = true;
  }

  /** Stands still. */
  pause() {
    this.#isPlaying = false;
  }

  /**
   * @param {number} speed held to the slowest and the fastest there is
   * @returns {void}
   */
  setSpeed(speed) {
    this.#speed = Math.max(SPEEDS[0], Math.min(SPEEDS[SPEEDS.length - 1] ?? 1, speed));
  }

  /**
   * The next speed that there is, or the one before.
   *
   * @param {1 | -1} direction
   * @returns {void}
   */
  changeSpeed(direction) {
    const index = SPEEDS.findIndex((speed) => speed === this.#speed) + direction;
    this.setSpeed(SPEEDS[index] ?? this.#speed);
  }

  /**
   * @param {number} tick held to the match's first and last
   * @returns {void}
   */
  seek(tick) {
    const { firstTick, lastTick } = this.#bounds;
    this.#tick = Math.max(firstTick, Math.min(lastTick, tick));
  }

  /**
   * Lets time pass; stands still at the end.
   *
   * @param {number} elapsedMs
   * @returns {void}
   */
  advance(elapsedMs) {
    if (!this.#isPlaying) return;
    const ms = Math.max(0, Math.min(STEP_MS_MAX, elapsedMs));
    this.seek(this.#tick + ms / 1_000 * this.#bounds.tickRate * this.#speed);
    if (this.isAtEnd) this.pause();
  }
}
