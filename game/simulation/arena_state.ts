import type { JsonObject } from "../../core/json.ts";
import { Arena, ARENA_SIDE_UM_MAX, ARENA_SPAWNS_MAX, ARENA_WALLS_MAX } from "./arena.ts";
import { tryArena } from "./built_in_arenas.ts";
import type { FieldReader } from "./field_reader.ts";
import { HEADING_MASK } from "./units.ts";

/**
 * An arena as plain data; whole, not by name: a server of another build may know another arena by
 * that name, and a match must go on where it began.
 */
export function saveArena(arena: Arena): JsonObject {
  return {
    name: arena.name,
    width_um: arena.widthUm,
    height_um: arena.heightUm,
    walls: arena.walls.map((wall) => ({
      x_um: wall.xUm,
      y_um: wall.yUm,
      width_um: wall.widthUm,
      height_um: wall.heightUm,
    })),
    spawns: arena.spawns.map((spawn) => ({
      x_um: spawn.xUm,
      y_um: spawn.yUm,
      heading: spawn.heading,
    })),
  };
}

/** Reads what {@linkcode saveArena} wrote. @throws Error when it is no arena */
export function readArena(reader: FieldReader): Arena {
  const um = { min: 0, max: ARENA_SIDE_UM_MAX };
  const arena = new Arena({
    name: reader.text("name", 32),
    widthUm: reader.integer("width_um", um),
    heightUm: reader.integer("height_um", um),
    walls: reader.objects("walls", ARENA_WALLS_MAX).map((wall) => ({
      xUm: wall.integer("x_um", um),
      yUm: wall.integer("y_um", um),
      widthUm: wall.integer("width_um", um),
      heightUm: wall.integer("height_um", um),
    })),
    spawns: reader.objects("spawns", ARENA_SPAWNS_MAX).map((spawn) => ({
      xUm: spawn.integer("x_um", um),
      yUm: spawn.integer("y_um", um),
      heading: spawn.integer("heading", { min: 0, max: HEADING_MASK }),
    })),
  });
  // The one that is there already serves every match, where it is the same.
  const builtIn = tryArena(arena.name);
  return builtIn !== undefined && areEqual(arena, builtIn) ? builtIn : arena;
}

function areEqual(a: Arena, b: Arena): boolean {
  return JSON.stringify(saveArena(a)) === JSON.stringify(saveArena(b));
}
