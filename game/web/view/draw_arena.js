/** @typedef {import("./camera.js").Camera} Camera */
/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("../prediction/ground.js").ArenaPlan} ArenaPlan */

const GRID_M = 5;
/** How high walls look, in metres. */
const WALL_RISE_M = 0.5;
/** How far walls cast a shadow, in metres, and how dark. */
const SHADOW_M = 0.6;
const SHADOW_ALPHA = 0.22;

/**
 * Draws ground and walls.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {{ arena: ArenaPlan, camera: Camera, palette: Palette }} what
 * @returns {void}
 */
export function drawArena(context, { arena, camera, palette }) {
  const { scale } = camera;
  const from = camera.toScreen({ x: 0, y: 0 });
  const width = arena.width * scale;
  const height = arena.height * scale;
  context.fillStyle = palette.ground;
  context.fillRect(from.x, from.y, width, height);
  drawGrid(context, { arena, camera, palette });
  context.strokeStyle = palette.edge;
  context.lineWidth = 3;
  context.strokeRect(from.x - 1.5, from.y - 1.5, width + 3, height + 3);
  const view = camera.view;
  const rise = WALL_RISE_M * scale;
  for (const [x, y, wallWidth, wallHeight] of arena.walls) {
    if (x > view.x + view.width || y > view.y + view.height) continue;
    if (x + wallWidth < view.x || y + wallHeight < view.y) continue;
    const at = camera.toScreen({ x, y });
    const [w, h] = [wallWidth * scale, wallHeight * scale];
    context.globalAlpha = SHADOW_ALPHA;
    context.fillStyle = palette.track;
    context.fillRect(at.x + SHADOW_M * scale, at.y + SHADOW_M * scale, w, h);
    context.globalAlpha = 1;
    context.fillStyle = palette.wall;
    context.fillRect(at.x, at.y, w, h);
    context.fillStyle = palette["wall-top"];
    context.fillRect(at.x, at.y, w, h - rise);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ arena: ArenaPlan, camera: Camera, palette: Palette }} what
 */
function drawGrid(context, { arena, camera, palette }) {
  const view = camera.view;
  context.strokeStyle = palette.grid;
  context.lineWidth = 1;
  context.beginPath();
  const right = Math.min(arena.width, view.x + view.width);
  const bottom = Math.min(arena.height, view.y + view.height);
  const left = Math.max(0, view.x);
  const top = Math.max(0, view.y);
  for (let x = Math.ceil(left / GRID_M) * GRID_M; x <= right; x += GRID_M) {
    const from = camera.toScreen({ x, y: top });
    context.moveTo(Math.round(from.x) + 0.5, from.y);
    context.lineTo(Math.round(from.x) + 0.5, camera.toScreen({ x, y: bottom }).y);
  }
  for (let y = Math.ceil(top / GRID_M) * GRID_M; y <= bottom; y += GRID_M) {
    const from = camera.toScreen({ x: left, y });
    context.moveTo(from.x, Math.round(from.y) + 0.5);
    context.lineTo(camera.toScreen({ x: right, y }).x, Math.round(from.y) + 0.5);
  }
  context.stroke();
}
