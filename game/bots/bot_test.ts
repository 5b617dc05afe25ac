import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { openSmallWorld, placeTank } from "../../tests/fixtures/small_world.ts";
import type { Tank } from "../simulation/tank.ts";
import type { TankInput } from "../simulation/tank_input.ts";
import { UM_PER_M } from "../simulation/units.ts";
import type { World } from "../simulation/world.ts";
import { Bot } from "./bot.ts";
import { BOT_SKILL_NAMES, BOT_SKILLS } from "./bot_skill.ts";

const TICKS_PER_SECOND = 30;

function openBot(seed: number, skill = BOT_SKILLS.normal): Bot {
  return new Bot(skill, new Rng(seed));
}

/** Steps a world in which one tank is a bot's. */
function play(world: World, tank: Tank, bot: Bot): void {
  world.setInput(tank.slot, bot.think(world, tank.slot));
  world.step();
}

/** The ticks that it takes until `isDone`, or `ticksMax`. */
function playUntil(
  game: { readonly world: World; readonly tank: Tank; readonly bot: Bot },
  ticksMax: number,
  isDone: () => boolean,
): number {
  const { world, tank, bot } = game;
  let ticks = 0;
  for (; ticks < ticksMax && !isDone(); ticks++) play(world, tank, bot);
  return ticks;
}

Deno.test("Bot finds the way to an enemy behind a wall and destroys it", () => {
  for (let seed = 1; seed <= 20; seed++) {
    // A wall across most of the arena: past it only at one side.
    const world = openSmallWorld({ walls: [[28, 0, 4, 50]], seed, rules: { respawnMs: 60_000 } });
    const tank = placeTank(world, { x: 10, y: 5, team: 1 });
    const enemy = placeTank(world, { x: 50, y: 5, team: 2 });
    const ticksMax = 60 * TICKS_PER_SECOND;
    const ticks = playUntil({ world, tank, bot: openBot(seed) }, ticksMax, () => !enemy.alive);
    assert(!enemy.alive, `seed ${seed}: at ${tank.xUm / UM_PER_M}, ${tank.yUm / UM_PER_M}`);
    // Straight ahead through the wall it would be 3 s.
    assert(ticks > 5 * TICKS_PER_SECOND, `seed ${seed}: ${ticks}`);
  }
});

Deno.test("Bot of any skill wins against a tank that stands", () => {
  for (const name of BOT_SKILL_NAMES) {
    for (let seed = 1; seed <= 10; seed++) {
      const world = openSmallWorld({
        walls: [[20, 20, 4, 4], [36, 36, 4, 4]],
        seed,
        rules: { scoreLimit: 3 },
      });
      const tank = placeTank(world, { x: 5, y: 5, team: 1 });
      placeTank(world, { x: 55, y: 55, team: 2 });
      const game = { world, tank, bot: openBot(seed, BOT_SKILLS[name]) };
      playUntil(game, 120 * TICKS_PER_SECOND, () => world.outcome !== undefined);
      assertEquals(world.outcome, { winner: 1, reason: "score" }, `${name}, seed ${seed}`);
    }
  }
});

Deno.test("Bot hits what drives across its sight: it aims ahead", () => {
  let hits = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const world = openSmallWorld({ seed, rules: { respawnMs: 60_000 } });
    const tank = placeTank(world, { x: 30, y: 10, heading: 16_384, team: 1 });
    const enemy = placeTank(world, { x: 5, y: 30, team: 2 });
    world.setInput(enemy.slot, { throttle: 127, turn: 0, turret: 0, fire: false });
    const game = { world, tank, bot: openBot(seed, BOT_SKILLS.hard) };
    // The enemy is at full speed for all of this time, about 20 m away: a shell takes half a second, in
    // which it drives 4 m.
    playUntil(game, 6 * TICKS_PER_SECOND, () => enemy.hp < 100);
    if (enemy.hp < 100) hits += 1;
  }
  assert(hits >= 9, `${hits} of 10`);
});

Deno.test("Bot keeps its distance", () => {
  const world = openSmallWorld({ rules: { respawnMs: 60_000, friendlyFire: false } });
  const tank = placeTank(world, { x: 30, y: 28, team: 1 });
  const enemy = placeTank(world, { x: 30, y: 32, team: 2 });
  const bot = openBot(3, { ...BOT_SKILLS.normal, rangeUm: 0 });
  for (let tick = 0; tick < 4 * TICKS_PER_SECOND; tick++) play(world, tank, bot);
  for (let tick = 0; tick < 30 * TICKS_PER_SECOND; tick++) {
    play(world, tank, bot);
    const away = Math.hypot(tank.xUm - enemy.xUm, tank.yUm - enemy.yUm) / UM_PER_M;
    assert(away > 6 && away < 30, `${away} m at tick ${world.tick}`);
  }
});

Deno.test("Bot does not shoot at what it cannot see, at friends, or past its range", () => {
  const cases = [
    { name: "a wall between", walls: [[28, 0, 4, 60]] as const, enemyX: 50, friendX: undefined },
    { name: "a friend between", walls: [], enemyX: 50, friendX: 30 },
    { name: "too far", walls: [], enemyX: 50, friendX: undefined, rangeUm: 30_000_000 },
  ];
  for (const { name, walls, enemyX, friendX, rangeUm = 60_000_000 } of cases) {
    const world = openSmallWorld({ walls });
    const tank = placeTank(world, { x: 10, y: 30, team: 1 });
    placeTank(world, { x: enemyX, y: 30, team: 2 });
    if (friendX !== undefined) placeTank(world, { x: friendX, y: 30, team: 1 });
    const bot = openBot(1, { ...BOT_SKILLS.hard, rangeUm });
    // Everybody stays where they are.
    for (let tick = 0; tick < 2 * TICKS_PER_SECOND; tick++) {
      assertEquals(bot.think(world, tank.slot).fire, false, name);
      world.setInput(tank.slot, { ...bot.think(world, tank.slot), throttle: 0, turn: 0 });
      world.step();
    }
  }
});

Deno.test("Bot shoots once it has had time to react, and not before", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 10, y: 30, team: 1 });
  placeTank(world, { x: 40, y: 30, team: 2 });
  const bot = openBot(1, { ...BOT_SKILLS.hard, reactionMs: 500 });
  const fires = Array.from({ length: TICKS_PER_SECOND }, () => {
    const { fire } = bot.think(world, tank.slot);
    world.step();
    return fire;
  });
  assert(!fires.slice(0, 15).includes(true));
  assert(fires.slice(15).includes(true));
});

Deno.test("Bot of the same seed does the same, of another seed something else", () => {
  const inputs = (seed: number): TankInput[] => {
    const world = openSmallWorld({ walls: [[28, 10, 4, 40]] });
    const tank = placeTank(world, { x: 10, y: 30, team: 1 });
    placeTank(world, { x: 50, y: 30, team: 2 });
    const bot = openBot(seed);
    return Array.from({ length: 20 * TICKS_PER_SECOND }, () => {
      const input = { ...bot.think(world, tank.slot) };
      world.setInput(tank.slot, input);
      world.step();
      return input;
    });
  };
  assertEquals(inputs(7), inputs(7));
  assertNotEquals(inputs(7), inputs(8));
});

Deno.test("Bot without an enemy drives about; a destroyed one does nothing", () => {
  const world = openSmallWorld({ walls: [[28, 10, 4, 40]] });
  const tank = placeTank(world, { x: 10, y: 30, team: 1 });
  const bot = openBot(5);
  let left = false;
  for (let tick = 0; tick < 60 * TICKS_PER_SECOND; tick++) {
    play(world, tank, bot);
    if (tank.xUm > 40 * UM_PER_M) left = true;
  }
  assert(left);
  tank.alive = false;
  const { throttle, turn, fire } = bot.think(world, tank.slot);
  assertEquals([throttle, turn, fire], [0, 0, false]);
});
