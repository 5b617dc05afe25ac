import { assert } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { listAt, numberAt } from "./json_fields.ts";

/** A place, in metres. */
export interface Place {
  /** Metres from the left. */
  readonly x: number;
  /** Metres from the top. */
  readonly y: number;
}

interface Wall {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Wide enough for a tank to pass, and for a shell with more to spare; metres. */
const CLEARANCE_M = 2.5;
const STEP_M = 0.25;
const GRID_M = 2;
const TURN_RAD = 2 * Math.PI;

/** The ground of a match, from the `arena` of its `initial_state`: who can go and shoot where. */
export class Battlefield {
  readonly #width: number;
  readonly #height: number;
  readonly #walls: readonly Wall[];

  /** Reads `width`, `height` and `walls`, each [x, y, width, height]. @throws AssertionError */
  constructor(arena: JsonObject) {
    this.#width = numberAt(arena, "width");
    this.#height = numberAt(arena, "height");
    this.#walls = listAt(arena, "walls").map((wall) => {
      assert(Array.isArray(wall) && wall.length === 4, `no wall: ${JSON.stringify(wall)}`);
      const [x, y, width, height] = wall.map(Number);
      assert(x !== undefined && y !== undefined && width !== undefined && height !== undefined);
      return { left: x, top: y, right: x + width, bottom: y + height };
    });
  }

  /** Whether the straight way between two places is free of walls, for a tank as for a shell. */
  isClear(from: Place, to: Place): boolean {
    const stepCount = Math.ceil(distanceM(from, to) / STEP_M);
    for (let step = 0; step <= stepCount; step++) {
      const share = stepCount === 0 ? 0 : step / stepCount;
      const x = from.x + (to.x - from.x) * share;
      const y = from.y + (to.y - from.y) * share;
      const isBlocked = this.#walls.some((wall) =>
        x > wall.left - CLEARANCE_M && x < wall.right + CLEARANCE_M &&
        y > wall.top - CLEARANCE_M && y < wall.bottom + CLEARANCE_M
      );
      if (isBlocked) return false;
    }
    return true;
  }

  /**
   * The nearest place to which the shooter can drive straight and from which it can shoot straight at
   * the target; the shooter's own where that will do.
   *
   * @throws AssertionError where there is none
   */
  firingPlace(shooter: Place, target: Place): Place {
    const places: Place[] = [shooter];
    for (let x = GRID_M; x < this.#width; x += GRID_M) {
      for (let y = GRID_M; y < this.#height; y += GRID_M) places.push({ x, y });
    }
    const good = places.filter((place) => {
      return this.isClear(place, target) && this.isClear(shooter, place) &&
        (place === shooter || distanceM(place, target) > 2 * CLEARANCE_M);
    });
    const [nearest] = good.sort((a, b) => distanceM(shooter, a) - distanceM(shooter, b));
    assert(nearest !== undefined, "no place to shoot from");
    return nearest;
  }
}

/** The distance in metres. */
export function distanceM(from: Place, to: Place): number {
  return Math.hypot(to.x - from.x, to.y - from.y);
}

/** The direction from one place to another, in radians. */
export function directionRad(from: Place, to: Place): number {
  return Math.atan2(to.y - from.y, to.x - from.x);
}

/** The smallest turn from one angle to another, -pi to pi, in radians. */
export function turnRad(from: number, to: number): number {
  const turn = (to - from) % TURN_RAD;
  return turn > Math.PI ? turn - TURN_RAD : turn < -Math.PI ? turn + TURN_RAD : turn;
}
