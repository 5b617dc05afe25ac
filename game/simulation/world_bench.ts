import { Rng } from "../../core/rng.ts";
import { openScriptedWorld, pressKeys } from "../../tests/fixtures/simulate_match.ts";
import { hashWorld } from "./state_hash.ts";
import { saveWorld } from "./world_state.ts";
import type { World } from "./world.ts";

/** As long as a match can be. */
const LONG = { scoreLimit: 10_000, timeLimitMs: 3_600_000 };

/** A match in full swing that goes on: everybody drives, turns, aims and shoots all the time. */
function openBusyMatch(modeName: string, tankCount: number): World {
  const world = openScriptedWorld({ seed: 1, ticks: 0, modeName, tankCount, rules: LONG });
  const players = new Rng(2);
  for (let tick = 0; tick < 300; tick++) {
    pressKeys(world, players);
    world.step();
  }
  return world;
}

/** Steps it, with new inputs for all of them 3 times a second; a match that is over starts again. */
function benchSteps(modeName: string, tankCount: number): () => void {
  let world = openBusyMatch(modeName, tankCount);
  const input = { throttle: 127, turn: 40, turret: 0, fire: true };
  return () => {
    if (world.outcome !== undefined) world = openBusyMatch(modeName, tankCount);
    if (world.tick % 10 === 0) {
      for (const tank of world.tanks) {
        input.throttle = 127 - (world.tick + tank.slot * 50) % 200;
        input.turn = (world.tick * 3 + tank.slot * 70) % 255 - 127;
        input.turret = (world.tick * 97 + tank.slot * 9_001) & 0xffff;
        world.setInput(tank.slot, input);
      }
    }
    world.step();
  };
}

Deno.bench("World.step, 10 tanks", { group: "step", baseline: true }, benchSteps("team", 10));
Deno.bench("World.step, 100 tanks", { group: "step" }, benchSteps("steppe_war", 100));

const team = openBusyMatch("team", 10);
Deno.bench("hashWorld, 10 tanks", { group: "state" }, () => {
  hashWorld(team);
});
Deno.bench("saveWorld, 10 tanks", { group: "state" }, () => {
  saveWorld(team);
});
