import type { Arena } from "../simulation/arena.ts";
import { NavGrid } from "./nav_grid.ts";
import { PathSearch } from "./path_search.ts";
import { Sight } from "./sight.ts";

/** What bots know of an arena; made once, used by every bot in it. */
export interface Terrain {
  /** Who can go and shoot where. */
  readonly sight: Sight;
  /** The arena in cells. */
  readonly grid: NavGrid;
  /** Finds ways through them. */
  readonly search: PathSearch;
}

const terrains = new WeakMap<Arena, Terrain>();

/** The terrain of an arena. */
export function terrainOf(arena: Arena): Terrain {
  let terrain = terrains.get(arena);
  if (terrain === undefined) {
    const sight = new Sight(arena);
    const grid = new NavGrid(arena, sight);
    terrain = { sight, grid, search: new PathSearch(grid) };
    terrains.set(arena, terrain);
  }
  return terrain;
}
