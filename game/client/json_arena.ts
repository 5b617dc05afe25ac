import { type JsonValue, tryJsonObject } from "../../core/json.ts";
import { ARENA_WALLS_MAX, Ground, type Wall } from "../simulation/ground.ts";
import { umFromMetres } from "../simulation/units.ts";

/** The ground of an `initial_state`'s arena; undefined where it is none. Walls are exact to a centimetre. */
export function tryReadGround(value: JsonValue | undefined): Ground | undefined {
  const { name, width, height, walls } = tryJsonObject(value) ?? {};
  if (typeof name !== "string" || typeof width !== "number" || typeof height !== "number") {
    return undefined;
  }
  if (!Array.isArray(walls) || walls.length > ARENA_WALLS_MAX) return undefined;
  const sides: Wall[] = [];
  for (const wall of walls) {
    const sidesM: readonly JsonValue[] = Array.isArray(wall) ? wall : [];
    const [xUm, yUm, widthUm, heightUm] = sidesM.map((side) => umFromMetres(Number(side)));
    if (xUm === undefined || yUm === undefined) return undefined;
    if (widthUm === undefined || heightUm === undefined) return undefined;
    sides.push({ xUm, yUm, widthUm, heightUm });
  }
  try {
    const [widthUm, heightUm] = [umFromMetres(width), umFromMetres(height)];
    return new Ground({ name, widthUm, heightUm, walls: sides });
  } catch (error) {
    // What breaks a bound is no arena: the server's word is not trusted with a throw.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
