import { colourOf } from "./draw_tank.js";

/** @typedef {import("../battle.js").Scene} Scene */
/** @typedef {import("./palette.js").Palette} Palette */

const PIXEL_RATIO = 2;

/**
 * Draws the whole arena on a small canvas.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Scene} scene
 * @param {{ palette: Palette, view: { x: number, y: number, width: number, height: number } }} options
 * @returns {void}
 */
export function drawMinimap(canvas, { arena, tanks }, { palette, view }) {
  const context = canvas.getContext("2d");
  const width = canvas.clientWidth * PIXEL_RATIO;
  if (context === null || width === 0) return;
  const scale = width / arena.width;
  const height = Math.round(arena.height * scale);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, width, height);
  context.fillStyle = palette["wall-top"];
  for (const [x, y, wallWidth, wallHeight] of arena.walls) {
    context.fillRect(x * scale, y * scale, wallWidth * scale, wallHeight * scale);
  }
  context.strokeStyle = palette.text;
  context.globalAlpha = 0.35;
  context.lineWidth = 2;
  context.strokeRect(view.x * scale, view.y * scale, view.width * scale, view.height * scale);
  context.globalAlpha = 1;
  for (const tank of tanks) {
    if (!tank.alive) continue;
    context.fillStyle = colourOf(tank, palette);
    context.beginPath();
    context.arc(tank.x * scale, tank.y * scale, tank.isMe ? 7 : 5.5, 0, 2 * Math.PI);
    context.fill();
  }
}
