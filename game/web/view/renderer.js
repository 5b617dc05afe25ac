import { Camera } from "./camera.js";
import { drawArena } from "./draw_arena.js";
import { drawLabel, drawTank } from "./draw_tank.js";
import { readPalette } from "./palette.js";

/** @typedef {import("../battle.js").Scene} Scene */
/** @typedef {import("./effects.js").Effects} Effects */

/** Sharper than this nobody sees, and a phone's battery pays for it. */
const PIXEL_RATIO_MAX = 2;
const SHELL_LENGTH_M = 0.9;

/** Draws the arena on a canvas that fills the window. */
export class Renderer {
  /** What is on the screen. */
  camera = new Camera();
  #canvas;
  #context;
  #palette = readPalette();

  /**
   * @param {HTMLCanvasElement} canvas
   * @throws {Error} where the browser cannot draw
   */
  constructor(canvas) {
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) throw new Error("Cannot draw: the browser has no 2D canvas");
    this.#canvas = canvas;
    this.#context = context;
    addEventListener("resize", () => this.resize());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#palette = readPalette();
    });
    this.resize();
  }

  /** The colours in use. */
  get palette() {
    return this.#palette;
  }

  /** The context, already scaled to CSS pixels. */
  get context() {
    return this.#context;
  }

  /** Fits the canvas to the window. */
  resize() {
    const ratio = Math.min(PIXEL_RATIO_MAX, devicePixelRatio || 1);
    this.#canvas.width = Math.round(innerWidth * ratio);
    this.#canvas.height = Math.round(innerHeight * ratio);
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.camera.resize(innerWidth, innerHeight);
  }

  /**
   * @param {Scene} scene
   * @param {{ effects: Effects, nowMs: number }} options
   * @returns {void}
   */
  draw(scene, { effects, nowMs }) {
    const { camera } = this;
    const context = this.#context;
    const palette = this.#palette;
    if (scene.me !== undefined) camera.follow(scene.me, scene.arena);
    context.fillStyle = palette.edge;
    context.fillRect(0, 0, innerWidth, innerHeight);
    drawArena(context, { arena: scene.arena, camera, palette });
    const brush = { camera, palette };
    for (const tank of scene.tanks) if (!tank.alive) drawTank(context, tank, brush);
    for (const tank of scene.tanks) if (tank.alive && !tank.isMe) drawTank(context, tank, brush);
    if (scene.me?.alive) drawTank(context, scene.me, brush);
    this.#drawShells(scene);
    effects.draw(context, { camera, palette, nowMs });
    for (const tank of scene.tanks) drawLabel(context, tank, brush);
  }

  /** @param {Scene} scene */
  #drawShells({ shells }) {
    const context = this.#context;
    const { scale } = this.camera;
    context.lineCap = "round";
    for (const shell of shells) {
      const { x, y } = this.camera.toScreen(shell);
      const back = SHELL_LENGTH_M * scale;
      context.strokeStyle = shell.isMine ? this.#palette.me : this.#palette.shell;
      context.lineWidth = Math.max(3, scale * 0.24);
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x - Math.cos(shell.heading) * back, y - Math.sin(shell.heading) * back);
      context.stroke();
    }
  }
}
