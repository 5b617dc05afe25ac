/** @typedef {Readonly<{ atMs: number, value: number }>} Sample */

const SAMPLES_MAX = 180;
const SERIES_MAX = 4_000;

/** What the page has seen of some figures since it was opened: nobody else keeps it. */
export class Trends {
  /** @type {Map<string, Sample[]>} Oldest first; the series used longest ago first. */
  #series = new Map();

  /**
   * @param {string} name
   * @param {number} value
   * @param {number} atMs
   * @returns {void}
   */
  add(name, value, atMs) {
    const samples = this.#series.get(name) ?? [];
    this.#series.delete(name);
    this.#series.set(name, samples);
    samples.push({ atMs, value });
    if (samples.length > SAMPLES_MAX) samples.shift();
    const [oldest] = this.#series.keys();
    if (this.#series.size > SERIES_MAX && oldest !== undefined) this.#series.delete(oldest);
  }

  /**
   * @param {string} name
   * @returns {number[]} oldest first
   */
  values(name) {
    return (this.#series.get(name) ?? []).map(({ value }) => value);
  }

  /**
   * By how much a counter has grown each second of late; 0 where it began anew.
   *
   * @param {string} name
   * @param {number} windowMs
   * @returns {number}
   */
  rate(name, windowMs) {
    const samples = this.#series.get(name) ?? [];
    const newest = samples.at(-1);
    if (newest === undefined) return 0;
    const oldest = samples.find(({ atMs }) => newest.atMs - atMs <= windowMs) ?? newest;
    const passedMs = newest.atMs - oldest.atMs;
    return passedMs <= 0 ? 0 : Math.max(0, (newest.value - oldest.value) / passedMs * 1_000);
  }
}

/** Since when the page has seen something that is there each time. */
export class Sightings {
  /** @type {Map<string, number>} */
  #firstMs = new Map();

  /**
   * Takes what is there now, and forgets what is not.
   *
   * @param {readonly string[]} ids
   * @param {number} nowMs
   * @returns {void}
   */
  see(ids, nowMs) {
    this.#firstMs = new Map(ids.map((id) => [id, this.#firstMs.get(id) ?? nowMs]));
  }

  /**
   * @param {string} id
   * @returns {number | undefined}
   */
  firstMs(id) {
    return this.#firstMs.get(id);
  }
}
