/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {Readonly<{ rttMs: number, jitterMs: number, delayMs: number, pending: number, correctionM: number, bytesIn: number, bytesOut: number }>} Vitals */

const SAMPLES = 180;
const WIDTH_PX = 220;
const ROW_PX = 44;
const FRAME_MS_TOP = 50;
const RTT_MS_TOP = 300;
const CORRECTION_M_TOP = 1;

/** Frame times, round trips and corrections of the last seconds, for who wants to know. */
export class Graph {
  /** Whether it is shown. */
  isShown = false;
  /** @type {number[]} */
  #frames = [];
  /** @type {number[]} */
  #rtts = [];
  /** @type {number[]} */
  #corrections = [];
  #second = { atMs: 0, bytesIn: 0, bytesOut: 0, inRate: 0, outRate: 0 };

  /**
   * Takes the figures of a frame.
   *
   * @param {number} frameMs
   * @param {Vitals} vitals
   * @param {number} nowMs
   * @returns {void}
   */
  add(frameMs, vitals, nowMs) {
    push(this.#frames, frameMs);
    push(this.#rtts, vitals.rttMs);
    push(this.#corrections, vitals.correctionM);
    const elapsedS = (nowMs - this.#second.atMs) / 1_000;
    if (elapsedS < 1) return;
    const { bytesIn, bytesOut } = vitals;
    this.#second = {
      atMs: nowMs,
      bytesIn,
      bytesOut,
      inRate: (bytesIn - this.#second.bytesIn) / elapsedS,
      outRate: (bytesOut - this.#second.bytesOut) / elapsedS,
    };
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {{ palette: Palette, vitals: Vitals, right: number, bottom: number }} options its corner, CSS pixels
   * @returns {void}
   */
  draw(context, { palette, vitals, right, bottom }) {
    const height = ROW_PX * 3 + 44;
    const [x, y] = [right - WIDTH_PX, bottom - height];
    context.globalAlpha = 0.88;
    context.fillStyle = palette.halo;
    context.fillRect(x - 6, y - 6, WIDTH_PX + 12, height + 8);
    context.globalAlpha = 1;
    context.font = "11px ui-monospace, monospace";
    context.textAlign = "left";
    context.textBaseline = "top";
    const frameMs = this.#frames.at(-1) ?? 0;
    const rows = /** @type {const} */ ([
      [this.#frames, FRAME_MS_TOP, palette.me, `frame ${frameMs.toFixed(1)} ms`],
      [this.#rtts, RTT_MS_TOP, palette.ally, `rtt ${vitals.rttMs.toFixed(0)} ms`],
      [
        this.#corrections,
        CORRECTION_M_TOP,
        palette.enemy,
        `fix ${vitals.correctionM.toFixed(2)} m`,
      ],
    ]);
    for (const [index, [values, top, colour, label]] of rows.entries()) {
      const floor = y + (index + 1) * ROW_PX - 4;
      context.strokeStyle = colour;
      context.lineWidth = 1.5;
      context.beginPath();
      for (const [sample, value] of values.entries()) {
        const at = x + sample / SAMPLES * WIDTH_PX;
        context.lineTo(at, floor - Math.min(1, value / top) * (ROW_PX - 16));
      }
      context.stroke();
      context.fillStyle = palette.text;
      context.fillText(label, x, floor - ROW_PX + 4);
    }
    const { inRate, outRate } = this.#second;
    const line = y + ROW_PX * 3 + 2;
    const kilobytes = (/** @type {number} */ rate) => (rate / 1_000).toFixed(1);
    context.fillText(`in ${kilobytes(inRate)} out ${kilobytes(outRate)} kB/s`, x, line);
    const { jitterMs, delayMs, pending } = vitals;
    const lateness = `jitter ${jitterMs.toFixed(0)} delay ${
      delayMs.toFixed(0)
    } ms ahead ${pending}`;
    context.fillText(lateness, x, line + 16);
  }
}

/**
 * @param {number[]} values
 * @param {number} value
 */
function push(values, value) {
  values.push(value);
  if (values.length > SAMPLES) values.shift();
}
