import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import {
  IDLE,
  openSmallWorld,
  placeTank,
  smallArena,
  stepTimes,
} from "../../tests/fixtures/small_world.ts";
import { openScriptedWorld, pressKeys } from "../../tests/fixtures/simulate_match.ts";
import { MODE_NAMES, tryMode } from "./rules.ts";
import { hashWorld } from "./state_hash.ts";
import { NO_SLOT, Tank } from "./tank.ts";
import { TANK_HP_MAX } from "./tuning.ts";
import { World } from "./world.ts";

Deno.test("World refuses options out of bounds", () => {
  const options = { seed: 1, tickRate: 30, arena: smallArena(), rules: openSmallWorld().rules };
  for (const tickRate of [9, 61, 29.97, NaN]) {
    assertThrows(() => new World({ ...options, tickRate }), RangeError, "tickRate must be 10..60");
  }
  assertThrows(() => new World({ ...options, seed: 0.5 }), RangeError, "seed must be an integer");
  const rules = { ...options.rules, scoreLimit: 0 };
  assertThrows(() => new World({ ...options, rules }), RangeError, "scoreLimit");
});

Deno.test("World.addTank fills the lowest free slot and keeps tanks in slot order", () => {
  const world = openSmallWorld({ rules: { tanksMax: 3 } });
  for (let count = 0; count < 3; count++) placeTank(world, { x: 30, y: 30 });
  assertEquals(world.addTank(new Tank("t"), "p"), { ok: false, reason: "world_full" });
  const gone = world.removeTank(1);
  assertEquals(gone?.slot, NO_SLOT);
  assertEquals(world.tanks.map(({ slot }) => slot), [0, 2]);
  assertEquals(world.tankAt(1), undefined);
  const tank = new Tank("again");
  assertEquals(world.addTank(tank, "p9"), { ok: true, slot: 1 });
  assertEquals(world.tanks.map(({ slot }) => slot), [0, 1, 2]);
  assertStrictEquals(world.tankAt(1), tank);
  assertEquals([tank.playerId, tank.alive, tank.hp], ["p9", true, TANK_HP_MAX]);
});

Deno.test("World.addTank refuses a tank that is in a world", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 30, y: 30 });
  assertThrows(() => openSmallWorld().addTank(tank, "p"), Error, "it is in a world");
});

Deno.test("World gives who is alone no points of who had the slot before", () => {
  const world = openSmallWorld({ rules: { teamCount: 0 } });
  placeTank(world, { x: 20, y: 30 });
  placeTank(world, { x: 25, y: 30 }).hp = 1;
  world.fireOnce(0);
  stepTimes(world, 12);
  assertEquals(world.scores[1], 1);
  world.removeTank(0);
  placeTank(world, { x: 20, y: 30 });
  assertEquals(world.scores[1], 0);
});

Deno.test("World answers commands for an empty slot with false", () => {
  const world = openSmallWorld();
  for (const slot of [0, -1, 99, NaN]) {
    assertEquals(world.setInput(slot, IDLE), false);
    assertEquals(world.setMoveOrder(slot, { xUm: 0, yUm: 0 }), false);
    assertEquals(world.fireOnce(slot), false);
    assertEquals(world.removeTank(slot), undefined);
  }
});

Deno.test("World.setInput holds until the next", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 10, y: 30 });
  const input = { ...IDLE, throttle: 127 };
  world.setInput(tank.slot, input);
  input.throttle = 0;
  stepTimes(world, 60);
  assertEquals(tank.speedUmPerTick, world.tuning.forwardUmPerTick);
  world.setInput(tank.slot, IDLE);
  stepTimes(world, 60);
  assertEquals(tank.speedUmPerTick, 0);
});

Deno.test("World.events holds the last step's events only", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 10, y: 30 });
  world.fireOnce(tank.slot);
  world.step();
  assertEquals(world.events.length, 1);
  world.step();
  assertEquals(world.events.length, 0);
});

Deno.test("World stays an integer world whatever it is given", () => {
  const odd = [NaN, Infinity, -Infinity, 0.1, -0, 1e300, -7.5, 2 ** 40 + 0.5];
  const seed = 51;
  const rng = new Rng(seed);
  const any = (): number => rng.pick(odd) ?? 0;
  const world = openScriptedWorld({ seed, ticks: 0 });
  for (let tick = 0; tick < 600; tick++) {
    const slot = rng.below(10);
    const input = { throttle: any(), turn: any(), turret: any(), fire: true };
    if (rng.below(4) === 0) world.setMoveOrder(slot, { xUm: any(), yUm: any() });
    else world.setInput(slot, input);
    world.step();
    assertIntegers([...world.tanks, ...world.tanks.map((tank) => tank.input), ...world.shells]);
  }
});

Deno.test("World keeps its invariants in every mode and at every tick rate", () => {
  for (const modeName of MODE_NAMES) {
    for (const tickRate of [10, 17, 30, 60]) {
      const tanksMax = tryMode(modeName)?.rules.tanksMax ?? 0;
      for (let seed = 100; seed < (tanksMax > 10 ? 101 : 106); seed++) {
        playAndCheck({ seed, modeName, tickRate, tankCount: tanksMax, ticks: 20 * tickRate });
      }
    }
  }
});

interface Play {
  readonly seed: number;
  readonly modeName: string;
  readonly tickRate: number;
  readonly tankCount: number;
  readonly ticks: number;
}

function playAndCheck(play: Play): void {
  const world = openScriptedWorld(play);
  const players = new Rng(play.seed);
  let scores = [...world.scores];
  for (let tick = 0; tick < play.ticks; tick++) {
    pressKeys(world, players);
    world.step();
    const label = `${JSON.stringify(play)} at tick ${world.tick}`;
    checkTanks(world, label);
    checkShells(world, label);
    assert(world.scores.every((score, team) => score >= (scores[team] ?? 0)), label);
    scores = [...world.scores];
  }
  assertIntegers([...world.tanks, ...world.shells]);
}

function checkTanks(world: World, label: string): void {
  for (const tank of world.tanks) {
    // No tolerance: push-outs are rounded outwards.
    assert(world.arena.isClear(tank, world.tuning.radiusUm), `${label}: slot ${tank.slot}`);
    assert(tank.hp >= 0 && tank.hp <= TANK_HP_MAX && (tank.hp > 0) === tank.alive, label);
    assert(tank.speedUmPerTick <= world.tuning.forwardUmPerTick, label);
    assert(tank.speedUmPerTick >= -world.tuning.reverseUmPerTick, label);
    assert(tank.reloadTicks >= 0 && tank.respawnTicks >= 0 && tank.protectedTicks >= 0, label);
  }
}

function checkShells(world: World, label: string): void {
  // Two seconds of flight, a shot a second, and both ends.
  assert(world.shells.length <= 3 * world.tanks.length, `${label}: ${world.shells.length} shells`);
  for (const shell of world.shells) {
    assert(world.arena.contains(shell.xUm, shell.yUm), label);
    assert(shell.ticksLeft > 0 && shell.ticksLeft <= world.tuning.shellTicks, label);
  }
}

function assertIntegers(objects: readonly object[]): void {
  for (const object of objects) {
    for (const [name, value] of Object.entries(object)) {
      if (typeof value !== "number") continue;
      assert(Number.isSafeInteger(value) && !Object.is(value, -0), `${name}: ${value}`);
    }
  }
}

Deno.test("World lets tanks come and go during a match", () => {
  const seed = 61;
  const rng = new Rng(seed);
  const world = openScriptedWorld({ seed, ticks: 0, tankCount: 5 });
  for (let tick = 0; tick < 900; tick++) {
    const slot = rng.below(10);
    if (rng.below(20) === 0 && world.removeTank(slot) === undefined) {
      world.addTank(new Tank(`late-${tick}`), "late");
    }
    pressKeys(world, rng);
    world.step();
    checkTanks(world, `seed ${seed}, tick ${tick}`);
    checkShells(world, `seed ${seed}, tick ${tick}`);
    for (const shell of world.shells) assert(world.tankAt(shell.ownerSlot) !== undefined);
  }
  assert(hashWorld(world).length === 16);
});
