import { TANK_RADIUS_M } from "../prediction/tuning.js";

/** @typedef {import("./camera.js").Camera} Camera */
/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {"muzzle" | "hit" | "blast"} EffectKind */
/** @typedef {Readonly<{ kind: EffectKind, x: number, y: number, startMs: number, text?: string }>} Effect */

const EFFECTS_MAX = 64;
const DURATIONS_MS = { muzzle: 120, hit: 700, blast: 900 };
const RADII_M = { muzzle: 0.7, hit: 0.9, blast: 3.2 };
/** How far a number rises, in metres. */
const RISE_M = 1.4;
/** Above a tank's name and hit points, CSS pixels. */
const LABEL_PX = 40;

/** Flashes that are seen for a moment. With less motion asked for nothing grows or rises. */
export class Effects {
  /** @type {Effect[]} Oldest first. */
  #effects = [];
  #isStill;

  /** @param {() => boolean} isStill whether little is to move */
  constructor(isStill) {
    this.#isStill = isStill;
  }

  /**
   * @param {Effect} effect
   * @returns {void}
   */
  add(effect) {
    this.#effects.push(effect);
    if (this.#effects.length > EFFECTS_MAX) this.#effects.shift();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {{ camera: Camera, palette: Palette, nowMs: number }} options
   * @returns {void}
   */
  draw(context, { camera, palette, nowMs }) {
    this.#effects = this.#effects.filter(({ kind, startMs }) =>
      nowMs - startMs < DURATIONS_MS[kind]
    );
    const isStill = this.#isStill();
    for (const { kind, x, y, startMs, text } of this.#effects) {
      const age = (nowMs - startMs) / DURATIONS_MS[kind];
      const grown = isStill ? 0.6 : Math.sqrt(age);
      const at = camera.toScreen({ x, y });
      context.globalAlpha = 1 - age;
      context.strokeStyle = palette.spark;
      context.fillStyle = palette.spark;
      context.lineWidth = kind === "blast" ? 4 : 2;
      context.beginPath();
      context.arc(at.x, at.y, RADII_M[kind] * camera.scale * grown, 0, 2 * Math.PI);
      if (kind === "muzzle") context.fill();
      else context.stroke();
      if (text !== undefined) {
        const rise = TANK_RADIUS_M + (isStill ? 0 : age * RISE_M);
        const top = at.y - rise * camera.scale - LABEL_PX;
        context.font = "700 15px system-ui, sans-serif";
        context.textAlign = "center";
        context.textBaseline = "middle";
        context.lineWidth = 3;
        context.strokeStyle = palette.halo;
        context.strokeText(text, at.x, top);
        context.fillText(text, at.x, top);
      }
    }
    context.globalAlpha = 1;
  }
}
