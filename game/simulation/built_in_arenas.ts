import { Rng } from "../../core/rng.ts";
import { Arena, type Spawn, type Wall } from "./arena.ts";
import { headingOf } from "./trigonometry.ts";
import { UM_PER_M } from "./units.ts";

/** `[x, y, width, height]` in metres. */
type WallMetres = readonly [number, number, number, number];
/** `[x, y]` in metres. */
type SpawnMetres = readonly [number, number];

interface ArenaMetres {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly walls: readonly WallMetres[];
  readonly spawns: readonly SpawnMetres[];
}

/**
 * A keep in the middle, four blocks that leave two streets crossing round it, and cover on each side.
 * Mirrored in both axes, so that no side has an edge.
 */
const CROSSROADS: ArenaMetres = {
  name: "crossroads",
  width: 80,
  height: 60,
  walls: [
    [36, 27, 8, 6],
    [18, 14, 10, 3],
    [52, 14, 10, 3],
    [18, 43, 10, 3],
    [52, 43, 10, 3],
    [14, 25, 3, 10],
    [63, 25, 3, 10],
    [36, 8, 8, 3],
    [36, 49, 8, 3],
  ],
  spawns: [
    ...[6, 18, 30, 42, 54].map((y): SpawnMetres => [5, y]),
    ...[6, 18, 30, 42, 54].map((y): SpawnMetres => [75, y]),
    ...[28, 52].flatMap((x): SpawnMetres[] => [[x, 4], [x, 56]]),
  ],
};

/** Open ground with four blocks to turn about. */
const PROVING_GROUND: ArenaMetres = {
  name: "proving_ground",
  width: 60,
  height: 60,
  walls: [[20, 20, 4, 4], [36, 20, 4, 4], [20, 36, 4, 4], [36, 36, 4, 4]],
  spawns: [
    ...[5, 30, 55].flatMap((x): SpawnMetres[] => [[x, 5], [x, 55]]),
    ...[17, 30, 43].flatMap((y): SpawnMetres[] => [[5, y], [55, y]]),
  ],
};

const STEPPE_SIDE = 400;
const STEPPE_CELL = 40;
const STEPPE_CELLS = STEPPE_SIDE / STEPPE_CELL;
/** Any number: it chooses the one steppe that there is. */
const STEPPE_SEED = 20_401;

/**
 * One block in each cell of 40 m, at least 6 m from the cell's edge, where the tanks appear. The
 * second half is the first turned about the middle, so that both teams fight on the same ground.
 */
function planSteppe(): ArenaMetres {
  const rng = new Rng(STEPPE_SEED);
  const walls: WallMetres[] = [];
  for (let cell = 0; cell < (STEPPE_CELLS * STEPPE_CELLS) / 2; cell++) {
    const width = 4 + rng.below(13);
    const height = 4 + rng.below(13);
    const left = (cell % STEPPE_CELLS) * STEPPE_CELL;
    const top = Math.floor(cell / STEPPE_CELLS) * STEPPE_CELL;
    const x = left + 6 + rng.below(STEPPE_CELL - 12 - width + 1);
    const y = top + 6 + rng.below(STEPPE_CELL - 12 - height + 1);
    walls.push([x, y, width, height]);
    walls.push([STEPPE_SIDE - x - width, STEPPE_SIDE - y - height, width, height]);
  }
  const lines = Array.from({ length: STEPPE_CELLS + 1 }, (_, index) => {
    return Math.min(Math.max(index * STEPPE_CELL, 4), STEPPE_SIDE - 4);
  });
  const spawns = lines.flatMap((y) => lines.map((x): SpawnMetres => [x, y]));
  return { name: "steppe", width: STEPPE_SIDE, height: STEPPE_SIDE, walls, spawns };
}

/** The arenas that come with the server, by name. */
const ARENAS: ReadonlyMap<string, Arena> = new Map(
  [CROSSROADS, PROVING_GROUND, planSteppe()].map((plan) => [plan.name, arenaFromMetres(plan)]),
);

/** The names that {@linkcode tryArena} knows. */
export const ARENA_NAMES: readonly string[] = [...ARENAS.keys()];

/** The built-in arena of that name, or undefined where there is none. */
export function tryArena(name: string): Arena | undefined {
  return ARENAS.get(name);
}

/** Whole metres to µm; every spawn looks at the arena's middle. */
function arenaFromMetres(plan: ArenaMetres): Arena {
  const widthUm = plan.width * UM_PER_M;
  const heightUm = plan.height * UM_PER_M;
  const walls = plan.walls.map(([x, y, width, height]): Wall => ({
    xUm: x * UM_PER_M,
    yUm: y * UM_PER_M,
    widthUm: width * UM_PER_M,
    heightUm: height * UM_PER_M,
  }));
  const spawns = plan.spawns.map(([x, y]): Spawn => {
    const xUm = x * UM_PER_M;
    const yUm = y * UM_PER_M;
    return { xUm, yUm, heading: headingOf(widthUm / 2 - xUm, heightUm / 2 - yUm) };
  });
  return new Arena({ name: plan.name, widthUm, heightUm, walls, spawns });
}
