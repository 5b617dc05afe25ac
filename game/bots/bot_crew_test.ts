import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { openScriptedWorld } from "../../tests/fixtures/simulate_match.ts";
import { hashWorld } from "../simulation/state_hash.ts";
import { Tank } from "../simulation/tank.ts";
import { UM_PER_M } from "../simulation/units.ts";
import type { World } from "../simulation/world.ts";
import { BotCrew, type BotTanks } from "./bot_crew.ts";
import { BOT_SKILLS } from "./bot_skill.ts";

/** As long as a match can be. */
const LONG = { scoreLimit: 10_000, timeLimitMs: 3_600_000 };

interface Shelf extends BotTanks {
  left: number;
}

function openShelf(count: number): Shelf {
  return {
    left: count,
    acquire(): Tank | undefined {
      if (this.left === 0) return undefined;
      this.left -= 1;
      return new Tank(`tank-${this.left}`);
    },
    release(tank): void {
      assertEquals(tank.slot, -1);
      this.left += 1;
    },
  };
}

function openCrew(
  world: World,
  options: Partial<ConstructorParameters<typeof BotCrew>[0]>,
): BotCrew {
  return new BotCrew({
    world,
    commands: world,
    tanks: openShelf(100),
    rng: new Rng(1),
    size: 10,
    skill: BOT_SKILLS.normal,
    ...options,
  });
}

function openWorld(seed: number, modeName: string): World {
  return openScriptedWorld({ seed, ticks: 0, modeName, tankCount: 0, rules: LONG });
}

Deno.test("BotCrew fills a match at once, in the team that it is for", () => {
  const world = openWorld(1, "pve_heist");
  const tanks = openShelf(7);
  const crew = openCrew(world, { tanks, size: 5, team: 2 });
  assertEquals([crew.count, crew.size, tanks.left], [5, 5, 2]);
  assertEquals(world.tanks.map(({ team }) => team), [2, 2, 2, 2, 2]);
  assertEquals(world.tanks.map(({ playerId }) => playerId)[4], "bot-5");
});

Deno.test("BotCrew hands every tank back, once", () => {
  const world = openWorld(1, "team");
  const tanks = openShelf(10);
  const crew = openCrew(world, { tanks });
  crew.leave();
  crew.leave();
  assertEquals([crew.count, tanks.left, world.tanks.length], [0, 10, 0]);
});

Deno.test("BotCrew takes the seats that are there, and the rest within a second of play", () => {
  const world = openWorld(1, "team");
  const tanks = openShelf(3);
  const crew = openCrew(world, { tanks, size: 12 });
  assertEquals(crew.count, 3);
  tanks.left = 20;
  for (let tick = 0; tick <= 30; tick++) {
    crew.think();
    world.step();
  }
  // The match has ten seats; what is not needed goes back.
  assertEquals([crew.count, tanks.left], [10, 13]);
});

Deno.test("BotCrew plays the same match from the same seed", () => {
  const play = (): string => {
    const world = openWorld(5, "team");
    const crew = openCrew(world, { rng: new Rng(6) });
    for (let tick = 0; tick < 600; tick++) {
      crew.think();
      world.step();
    }
    return hashWorld(world);
  };
  assertEquals(play(), play());
});

Deno.test("BotCrew never stands still for long, and fights", () => {
  const STILL_TICKS_MAX = 8 * 30;
  for (const modeName of ["team", "ffa", "duel"]) {
    for (let seed = 1; seed <= 8; seed++) {
      const world = openWorld(seed, modeName);
      const crew = openCrew(world, { rng: new Rng(seed), size: world.rules.tanksMax });
      const since = new Map<number, { xUm: number; yUm: number; tick: number }>();
      for (let tick = 0; tick < 60 * 30; tick++) {
        crew.think();
        world.step();
        for (const { slot, alive, xUm, yUm } of world.tanks) {
          const before = since.get(slot);
          const moved = before === undefined || !alive ||
            Math.hypot(xUm - before.xUm, yUm - before.yUm) > UM_PER_M;
          if (moved) since.set(slot, { xUm, yUm, tick });
          else {
            const at = `${xUm / UM_PER_M}, ${yUm / UM_PER_M}, tick ${tick}`;
            assert(tick - before.tick < STILL_TICKS_MAX, `${modeName}, seed ${seed}, ${at}`);
          }
        }
      }
      const kills = world.tanks.reduce((sum, tank) => sum + tank.kills, 0);
      assert(kills >= 3, `${modeName}, seed ${seed}: ${kills} kills`);
    }
  }
});

Deno.test("BotCrew of more skill wins", () => {
  let hardScore = 0;
  let easyScore = 0;
  for (let seed = 1; seed <= 4; seed++) {
    const world = openWorld(seed, "team");
    const hard = openCrew(world, { size: 5, team: 1, skill: BOT_SKILLS.hard, rng: new Rng(seed) });
    const easy = openCrew(world, { size: 5, team: 2, skill: BOT_SKILLS.easy, rng: new Rng(-seed) });
    for (let tick = 0; tick < 60 * 30; tick++) {
      hard.think();
      easy.think();
      world.step();
    }
    hardScore += world.scores[1] ?? 0;
    easyScore += world.scores[2] ?? 0;
  }
  assert(hardScore > 1.5 * easyScore, `${hardScore} against ${easyScore}`);
});

Deno.test("BotCrew steers nobody once the match is over", () => {
  const world = openScriptedWorld({
    seed: 1,
    ticks: 0,
    tankCount: 0,
    rules: { timeLimitMs: 1_000 },
  });
  const crew = openCrew(world, {});
  for (let tick = 0; tick < 40; tick++) {
    crew.think();
    world.step();
  }
  assert(world.outcome !== undefined);
  const before = hashWorld(world);
  crew.think();
  assertEquals(hashWorld(world), before);
});
