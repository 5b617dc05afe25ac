import { Rng } from "../../core/rng.ts";
import { openScriptedWorld } from "../../tests/fixtures/simulate_match.ts";
import { tryArena } from "../simulation/built_in_arenas.ts";
import { Tank } from "../simulation/tank.ts";
import type { TankInput } from "../simulation/tank_input.ts";
import type { World } from "../simulation/world.ts";
import { BotCrew, type BotCrewOptions } from "./bot_crew.ts";
import { BOT_SKILLS } from "./bot_skill.ts";
import { NavGrid } from "./nav_grid.ts";
import { Sight } from "./sight.ts";

/** As long as a match can be. */
const LONG = { scoreLimit: 10_000, timeLimitMs: 3_600_000 };

/** Ticks of one iteration: half a minute of play. */
const TICKS = 900;

/** What was steered in each tick, so that the same match can be played without a thought. */
type Script = (readonly [slot: number, input: TankInput])[][];

function openCrew(world: World, script?: Script): BotCrew {
  const commands: BotCrewOptions["commands"] = {
    addTank: (tank, playerId, team) => world.addTank(tank, playerId, team),
    removeTank: (slot) => world.removeTank(slot),
    setInput: (slot, input) => {
      (script?.[world.tick] ?? []).push([slot, { ...input }]);
      return world.setInput(slot, input);
    },
  };
  return new BotCrew({
    world,
    commands: script === undefined ? world : commands,
    tanks: { acquire: () => new Tank("bot"), release: () => {} },
    rng: new Rng(1),
    size: world.rules.tanksMax,
    skill: BOT_SKILLS.normal,
  });
}

function openWorld(modeName: string): World {
  return openScriptedWorld({ seed: 1, ticks: 0, modeName, tankCount: 0, rules: LONG });
}

function writeScript(modeName: string): Script {
  const script: Script = Array.from({ length: TICKS }, () => []);
  const world = openWorld(modeName);
  const crew = openCrew(world, script);
  for (let tick = 0; tick < TICKS; tick++) {
    crew.think();
    world.step();
  }
  return script;
}

/** The difference of the two, by the ticks and the bots of the match, is what one thought costs. */
function benchMatch(modeName: string, group: string): void {
  const script = writeScript(modeName);
  Deno.bench(`${group}: the same inputs without a thought`, { group, baseline: true }, () => {
    const world = openWorld(modeName);
    openCrew(world);
    for (const inputs of script) {
      for (const [slot, input] of inputs) world.setInput(slot, input);
      world.step();
    }
  });
  Deno.bench(`${group}: thought of`, { group }, () => {
    const world = openWorld(modeName);
    const crew = openCrew(world);
    for (let tick = 0; tick < TICKS; tick++) {
      crew.think();
      world.step();
    }
  });
}

benchMatch("team", "10 bots, 900 ticks");
benchMatch("steppe_war", "100 bots, 900 ticks");

const steppe = tryArena("steppe");
Deno.bench("NavGrid of the steppe, once a process", { group: "terrain" }, () => {
  if (steppe !== undefined) new NavGrid(steppe, new Sight(steppe));
});
