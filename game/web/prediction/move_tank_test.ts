import { assertEquals } from "@std/assert";
import { Rng } from "../../../core/rng.ts";
import { ARENA_NAMES, tryArena } from "../../simulation/built_in_arenas.ts";
import { moveTank as moveOnServer, type TankMotion } from "../../simulation/move_tank.ts";
import { separateCircles as separateOnServer } from "../../simulation/physics.ts";
import { tankInputFrom } from "../../simulation/tank_input.ts";
import { TANK_RADIUS_UM, tuningAt as tuningOnServer } from "../../simulation/tuning.ts";
import { metresFromUm } from "../../simulation/units.ts";
import { separateCircles } from "./circles.js";
import { Ground } from "./ground.js";
import { toDriveInput } from "./drive_input.js";
import { moveTank } from "./move_tank.js";
import { tuningAt } from "./tuning.js";

const SEED = 20_261;
const TICKS_PER_ARENA = 6_000;

/** A control as players give it: held for a while, often full, sometimes in between. */
function randomControl(rng: Rng): number {
  return (rng.below(4) === 0 ? rng.below(2_001) - 1_000 : (rng.below(3) - 1) * 1_000) / 1_000;
}

Deno.test("moveTank in the browser drives as the simulation does, tick by tick", () => {
  for (const tickRate of [10, 30, 60]) {
    for (const name of ARENA_NAMES) {
      const rng = new Rng(SEED + tickRate);
      const arena = tryArena(name);
      const spawn = arena?.spawns[0];
      if (arena === undefined || spawn === undefined) throw new Error(`No arena ${name}`);
      const { widthUm, heightUm, walls } = arena;
      const ground = new Ground({
        name,
        width: metresFromUm(widthUm),
        height: metresFromUm(heightUm),
        walls: walls.map((wall) => [
          metresFromUm(wall.xUm),
          metresFromUm(wall.yUm),
          metresFromUm(wall.widthUm),
          metresFromUm(wall.heightUm),
        ]),
      });
      const start = { ...spawn, turret: spawn.heading, speedUmPerTick: 0 };
      const mine: TankMotion = { ...start };
      const theirs: TankMotion = { ...start };
      let wanted = { throttle: 0, turn: 0, turret: 0, fire: false };
      for (let tick = 0; tick < TICKS_PER_ARENA; tick++) {
        if (rng.below(12) === 0) {
          const turret = (rng.below(20_001) - 10_000) / 1_000;
          const [throttle, turn] = [randomControl(rng), randomControl(rng)];
          wanted = { throttle, turn, turret, fire: false };
        }
        moveTank(mine, toDriveInput(wanted), ground, tuningAt(tickRate));
        moveOnServer(theirs, tankInputFrom(wanted), arena, tuningOnServer(tickRate));
        assertEquals(mine, theirs, `${name} at ${tickRate} Hz, tick ${tick}, seed ${SEED}`);
      }
    }
  }
});

Deno.test("separateCircles in the browser pushes as the simulation does", () => {
  const rng = new Rng(SEED);
  for (let round = 0; round < 20_000; round++) {
    const a = { xUm: 5_000_000 + rng.below(4_000_000), yUm: 5_000_000 + rng.below(4_000_000) };
    const b = { xUm: 5_000_000 + rng.below(4_000_000), yUm: 5_000_000 + rng.below(4_000_000) };
    const [a2, b2] = [{ ...a }, { ...b }];
    const mine = separateCircles(a, b, TANK_RADIUS_UM);
    const theirs = separateOnServer(a2, b2, TANK_RADIUS_UM);
    assertEquals([mine, a, b], [theirs, a2, b2], `round ${round}, seed ${SEED}`);
  }
});
