/**
 * Circles, rectangles and segments on integers, without state. Positions are in µm. What is close to
 * each other is computed in µm, where squares stay below 2^53 up to 67 m; a sweep, which squares
 * twice, is computed in mm and is exact to about a millimetre.
 */
import { clamp, integerSqrt } from "./integer_math.ts";
import { UM_PER_M, UM_PER_MM } from "./units.ts";

/** A place. */
export interface Point {
  /** µm. */
  readonly xUm: number;
  /** µm. */
  readonly yUm: number;
}

/** A place that physics may change. */
export interface MovablePoint {
  /** µm. */
  xUm: number;
  /** µm. */
  yUm: number;
}

/** An axis-aligned rectangle; `xUm` and `yUm` are its least coordinates. */
export interface Rectangle {
  /** µm. */
  readonly xUm: number;
  /** µm. */
  readonly yUm: number;
  /** Along x, µm, above 0. */
  readonly widthUm: number;
  /** Along y, µm, above 0. */
  readonly heightUm: number;
}

/** A straight way, such as a shell's in one tick. */
export interface Segment {
  /** Where it begins, µm. */
  readonly fromXUm: number;
  /** Where it begins, µm. */
  readonly fromYUm: number;
  /** Where it ends, µm. */
  readonly toXUm: number;
  /** Where it ends, µm. */
  readonly toYUm: number;
}

/** The end of a segment, where sweeps give a hit as a fraction 0..65536 of the way. */
export const HIT_AT_END = 65_536;
/** No hit: later than any hit, so that the earliest is the least. */
export const NO_HIT: number = HIT_AT_END + 1;
/** Keeps the square of 2 m below 2^53. */
const ROOT_SCALE = 32;

/** A segment may be this long at most: longer, and the discriminant could leave 2^53. */
export const SWEEP_UM_MAX = 5 * UM_PER_M;

/**
 * Moves a circle of at most 2 m in radius out of a rectangle the shortest way; true when it
 * overlapped. Rounded outwards, so that it never overlaps afterwards: up to 3 µm too far, and to 2 cm
 * where its centre is within a millimetre of a corner.
 */
export function pushOutOfRectangle(
  centre: MovablePoint,
  rectangle: Rectangle,
  radiusUm: number,
): boolean {
  const left = rectangle.xUm;
  const top = rectangle.yUm;
  const right = left + rectangle.widthUm;
  const bottom = top + rectangle.heightUm;
  const { xUm, yUm } = centre;
  if (xUm <= left - radiusUm || xUm >= right + radiusUm) return false;
  if (yUm <= top - radiusUm || yUm >= bottom + radiusUm) return false;
  const nearestX = clamp(xUm, left, right);
  const nearestY = clamp(yUm, top, bottom);
  const dx = xUm - nearestX;
  const dy = yUm - nearestY;
  if (dx === 0 && dy === 0) {
    leaveByNearestSide(centre, rectangle, radiusUm);
  } else if (dx === 0) {
    centre.yUm = nearestY + (dy > 0 ? radiusUm : -radiusUm);
  } else if (dy === 0) {
    centre.xUm = nearestX + (dx > 0 ? radiusUm : -radiusUm);
  } else {
    const distanceSquared = dx * dx + dy * dy;
    if (distanceSquared >= radiusUm * radiusUm) return false;
    // In fractions of a µm: the root is rounded down, which would throw a circle far out of a corner
    // in which it is deep.
    const distance = integerSqrt(distanceSquared * ROOT_SCALE * ROOT_SCALE);
    centre.xUm = nearestX + divideOutwards(dx * radiusUm * ROOT_SCALE, distance);
    centre.yUm = nearestY + divideOutwards(dy * radiusUm * ROOT_SCALE, distance);
  }
  return true;
}

/**
 * Moves two circles of one radius apart, each by half; true when they overlapped by more than the
 * 2 µm that rounding may leave. Of two in one place `a` goes towards -x.
 */
export function separateCircles(a: MovablePoint, b: MovablePoint, radiusUm: number): boolean {
  const apart = 2 * radiusUm;
  const dx = b.xUm - a.xUm;
  const dy = b.yUm - a.yUm;
  if (dx >= apart || dx <= -apart || dy >= apart || dy <= -apart) return false;
  const distanceSquared = dx * dx + dy * dy;
  if (distanceSquared >= apart * apart) return false;
  const distance = integerSqrt(distanceSquared);
  const half = Math.floor((apart - distance + 1) / 2);
  if (half <= 1) return false;
  const pushX = distance === 0 ? half : Math.trunc((dx * half) / distance);
  const pushY = distance === 0 ? 0 : Math.trunc((dy * half) / distance);
  a.xUm -= pushX;
  a.yUm -= pushY;
  b.xUm += pushX;
  b.yUm += pushY;
  return true;
}

/**
 * Where a point on the segment first meets a circle: 0..65536 of the way, or {@linkcode NO_HIT}. One
 * that starts inside meets it at 0. The segment is at most {@linkcode SWEEP_UM_MAX} long.
 */
export function sweepCircle(segment: Segment, centre: Point, radiusUm: number): number {
  const { fromXUm, fromYUm, toXUm, toYUm } = segment;
  const { xUm, yUm } = centre;
  if (Math.max(fromXUm, toXUm) < xUm - radiusUm || Math.min(fromXUm, toXUm) > xUm + radiusUm) {
    return NO_HIT;
  }
  if (Math.max(fromYUm, toYUm) < yUm - radiusUm || Math.min(fromYUm, toYUm) > yUm + radiusUm) {
    return NO_HIT;
  }
  // |from + t * way|^2 = radius^2, solved for the lesser t with from relative to the centre, in mm.
  const fromX = Math.trunc((fromXUm - xUm) / UM_PER_MM);
  const fromY = Math.trunc((fromYUm - yUm) / UM_PER_MM);
  const wayX = Math.trunc((toXUm - fromXUm) / UM_PER_MM);
  const wayY = Math.trunc((toYUm - fromYUm) / UM_PER_MM);
  const radius = Math.floor(radiusUm / UM_PER_MM);
  const c = fromX * fromX + fromY * fromY - radius * radius;
  if (c <= 0) return 0;
  const a = wayX * wayX + wayY * wayY;
  const b = fromX * wayX + fromY * wayY;
  if (b >= 0) return NO_HIT;
  const discriminant = b * b - a * c;
  if (discriminant < 0) return NO_HIT;
  const fraction = Math.floor(((-b - integerSqrt(discriminant)) * HIT_AT_END) / a);
  return fraction <= HIT_AT_END ? fraction : NO_HIT;
}

/**
 * Where a point on the segment first enters a rectangle: 0..65536 of the way, rounded down, or
 * {@linkcode NO_HIT}. One that starts inside hits at 0; one that only slides along a side or leaves
 * from it does not hit.
 */
export function sweepRectangle(segment: Segment, rectangle: Rectangle): number {
  const left = rectangle.xUm;
  const top = rectangle.yUm;
  const right = left + rectangle.widthUm;
  const bottom = top + rectangle.heightUm;
  const { fromXUm, fromYUm, toXUm, toYUm } = segment;
  if (Math.max(fromXUm, toXUm) <= left || Math.min(fromXUm, toXUm) >= right) return NO_HIT;
  if (Math.max(fromYUm, toYUm) <= top || Math.min(fromYUm, toYUm) >= bottom) return NO_HIT;

  // Slabs; entries are rounded down and exits up, so that rounding cannot let a shell through.
  const wayX = toXUm - fromXUm;
  const wayY = toYUm - fromYUm;
  let enter = 0;
  let exit = HIT_AT_END;
  if (wayX !== 0) {
    const near = wayX > 0 ? left : right;
    const far = wayX > 0 ? right : left;
    enter = Math.max(enter, Math.floor(((near - fromXUm) * HIT_AT_END) / wayX));
    exit = Math.min(exit, Math.ceil(((far - fromXUm) * HIT_AT_END) / wayX));
  }
  if (wayY !== 0) {
    const near = wayY > 0 ? top : bottom;
    const far = wayY > 0 ? bottom : top;
    enter = Math.max(enter, Math.floor(((near - fromYUm) * HIT_AT_END) / wayY));
    exit = Math.min(exit, Math.ceil(((far - fromYUm) * HIT_AT_END) / wayY));
  }
  return enter < exit ? enter : NO_HIT;
}

/** From the centre inside: by the nearest side; of equals left, right, top, bottom. */
function leaveByNearestSide(centre: MovablePoint, rectangle: Rectangle, radiusUm: number): void {
  const toLeft = centre.xUm - rectangle.xUm;
  const toRight = rectangle.widthUm - toLeft;
  const toTop = centre.yUm - rectangle.yUm;
  const toBottom = rectangle.heightUm - toTop;
  const least = Math.min(toLeft, toRight, toTop, toBottom);
  if (least === toLeft) centre.xUm = rectangle.xUm - radiusUm;
  else if (least === toRight) centre.xUm = rectangle.xUm + rectangle.widthUm + radiusUm;
  else if (least === toTop) centre.yUm = rectangle.yUm - radiusUm;
  else centre.yUm = rectangle.yUm + rectangle.heightUm + radiusUm;
}

function divideOutwards(dividend: number, divisor: number): number {
  return dividend > 0 ? Math.ceil(dividend / divisor) : Math.floor(dividend / divisor);
}
