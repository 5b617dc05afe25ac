import type { Arena, Wall } from "../simulation/arena.ts";
import { NO_HIT, type Rectangle, type Segment, sweepRectangle } from "../simulation/physics.ts";
import { TANK_RADIUS_UM } from "../simulation/tuning.ts";
import { UM_PER_MM } from "../simulation/units.ts";

/** What a shell is kept from a wall's edge, µm. */
const SHELL_MARGIN_UM = 100 * UM_PER_MM;
/** What a tank's centre is kept from a wall, µm. */
const TANK_MARGIN_UM = TANK_RADIUS_UM + 100 * UM_PER_MM;

/** Answers for one arena whether shells and tanks can go straight from place to place. */
export class Sight {
  readonly #arena: Arena;
  readonly #shellWalls: readonly Rectangle[];
  readonly #tankWalls: readonly Rectangle[];
  /** By the arena's own walls. */
  readonly #tankWallOf: ReadonlyMap<Wall, Rectangle>;

  /** Prepares the walls. */
  constructor(arena: Arena) {
    this.#arena = arena;
    this.#shellWalls = arena.walls.map((wall) => widen(wall, SHELL_MARGIN_UM));
    this.#tankWallOf = new Map(arena.walls.map((wall) => [wall, widen(wall, TANK_MARGIN_UM)]));
    this.#tankWalls = [...this.#tankWallOf.values()];
  }

  /** Whether no wall is in a shell's way. */
  isFreeForShell(way: Segment): boolean {
    return isFree(way, this.#shellWalls);
  }

  /** Whether a tank that is free where it stands can drive there on a straight line. */
  isFreeForTank(way: Segment): boolean {
    return this.hasRoom(way.toXUm, way.toYUm) && isFree(way, this.#tankWalls);
  }

  /** As {@linkcode isFreeForTank}, much faster, for a way of at most 12 m. */
  isShortWayFree(way: Segment): boolean {
    const { fromXUm, fromYUm, toXUm, toYUm } = way;
    // Each place of the way is within 3 m of one of these, and walls are listed that are within 6.
    return this.hasRoom(toXUm, toYUm) && this.#isFreeNear(way, fromXUm, fromYUm) &&
      this.#isFreeNear(way, (fromXUm + toXUm) / 2, (fromYUm + toYUm) / 2) &&
      this.#isFreeNear(way, toXUm, toYUm);
  }

  /** Whether a tank fits in a place, with a hand's breadth to every wall. */
  hasRoom(xUm: number, yUm: number): boolean {
    const { widthUm, heightUm } = this.#arena;
    if (xUm < TANK_MARGIN_UM || xUm > widthUm - TANK_MARGIN_UM) return false;
    if (yUm < TANK_MARGIN_UM || yUm > heightUm - TANK_MARGIN_UM) return false;
    for (
      const { xUm: left, yUm: top, widthUm: width, heightUm: height } of this.#wallsNear(xUm, yUm)
    ) {
      if (xUm > left && xUm < left + width && yUm > top && yUm < top + height) return false;
    }
    return true;
  }

  #isFreeNear(way: Segment, xUm: number, yUm: number): boolean {
    return isFree(way, this.#wallsNear(xUm, yUm));
  }

  #wallsNear(xUm: number, yUm: number): readonly Rectangle[] {
    return this.#arena.wallsNear(xUm, yUm).map((wall) => this.#tankWallOf.get(wall) ?? wall);
  }
}

function widen(wall: Rectangle, byUm: number): Rectangle {
  return {
    xUm: wall.xUm - byUm,
    yUm: wall.yUm - byUm,
    widthUm: wall.widthUm + 2 * byUm,
    heightUm: wall.heightUm + 2 * byUm,
  };
}

function isFree(way: Segment, walls: readonly Rectangle[]): boolean {
  for (const wall of walls) if (sweepRectangle(way, wall) !== NO_HIT) return false;
  return true;
}
