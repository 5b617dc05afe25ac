import { HP_MAX, TANK_RADIUS_M } from "../prediction/tuning.js";

/** @typedef {import("./camera.js").Camera} Camera */
/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("../battle.js").ShownTank} ShownTank */
/** @typedef {{ camera: Camera, palette: Palette }} Brush */

const BAR_WIDTH_PX = 44;
const BAR_HEIGHT_PX = 5;
/** How far a tank casts a shadow, in metres, and how dark. */
const SHADOW_M = 0.3;
const SHADOW_ALPHA = 0.3;

/**
 * Draws hull and turret, or what is left of them.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {ShownTank} tank
 * @param {Brush} brush
 * @returns {void}
 */
export function drawTank(context, tank, { camera, palette }) {
  const { x, y } = camera.toScreen(tank);
  const metre = camera.scale;
  context.save();
  context.translate(x, y);
  context.globalAlpha = tank.alive ? 1 : 0.35;
  if (tank.isMe && tank.alive) {
    context.strokeStyle = palette.me;
    context.globalAlpha = 0.5;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(0, 0, metre * (TANK_RADIUS_M + 0.35), 0, 2 * Math.PI);
    context.stroke();
    context.globalAlpha = 1;
  }
  context.save();
  if (tank.alive) drawShadow(context, { tank, metre, palette });
  context.rotate(tank.heading);
  context.fillStyle = palette.track;
  roundedBox(context, { x: -1.4, y: -1.15, width: 2.8, height: 0.55, radius: 0.2 }, metre);
  roundedBox(context, { x: -1.4, y: 0.6, width: 2.8, height: 0.55, radius: 0.2 }, metre);
  context.fillStyle = tank.alive ? colourOf(tank, palette) : palette.wall;
  roundedBox(context, { x: -1.25, y: -0.85, width: 2.5, height: 1.7, radius: 0.28 }, metre);
  // The front, so that forward is seen.
  context.fillStyle = palette.track;
  context.globalAlpha *= 0.45;
  roundedBox(context, { x: 0.75, y: -0.6, width: 0.3, height: 1.2, radius: 0.1 }, metre);
  context.restore();
  context.rotate(tank.turret);
  context.fillStyle = tank.alive ? colourOf(tank, palette) : palette.wall;
  context.strokeStyle = palette.track;
  context.lineWidth = Math.max(1.5, metre * 0.12);
  roundedBox(context, { x: 0, y: -0.21, width: 2, height: 0.42, radius: 0.12 }, metre);
  context.stroke();
  context.beginPath();
  context.arc(0, 0, metre * 0.68, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  context.restore();
}

/**
 * Draws name and hit points above a living tank.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {ShownTank} tank
 * @param {Brush} brush
 * @returns {void}
 */
export function drawLabel(context, tank, { camera, palette }) {
  if (!tank.alive) return;
  const { x, y } = camera.toScreen({ x: tank.x, y: tank.y - TANK_RADIUS_M });
  const top = y - 14;
  const share = Math.max(0, tank.hp / HP_MAX);
  context.fillStyle = palette.halo;
  context.fillRect(x - BAR_WIDTH_PX / 2 - 1, top - 1, BAR_WIDTH_PX + 2, BAR_HEIGHT_PX + 2);
  context.fillStyle = colourOf(tank, palette);
  context.fillRect(x - BAR_WIDTH_PX / 2, top, BAR_WIDTH_PX * share, BAR_HEIGHT_PX);
  context.font = "600 12px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "bottom";
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = palette.halo;
  context.strokeText(tank.name, x, top - 3);
  context.fillStyle = palette.text;
  context.fillText(tank.name, x, top - 3);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ tank: ShownTank, metre: number, palette: Palette }} what
 */
function drawShadow(context, { tank, metre, palette }) {
  context.save();
  context.translate(SHADOW_M * metre, SHADOW_M * metre);
  context.rotate(tank.heading);
  context.globalAlpha = SHADOW_ALPHA;
  context.fillStyle = palette.track;
  roundedBox(context, { x: -1.4, y: -1.15, width: 2.8, height: 2.3, radius: 0.3 }, metre);
  context.restore();
}

/**
 * @param {ShownTank} tank
 * @param {Palette} palette
 * @returns {string}
 */
export function colourOf({ isMe, isAlly }, palette) {
  return isMe ? palette.me : isAlly ? palette.ally : palette.enemy;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ x: number, y: number, width: number, height: number, radius: number }} box
 * @param {number} metre
 */
function roundedBox(context, { x, y, width, height, radius }, metre) {
  context.beginPath();
  context.roundRect(x * metre, y * metre, width * metre, height * metre, radius * metre);
  context.fill();
}
