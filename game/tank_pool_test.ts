import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { tryJsonObject } from "../core/json.ts";
import { openScriptedWorld } from "../tests/fixtures/simulate_match.ts";
import { smallArena } from "../tests/fixtures/small_world.ts";
import { tryMode } from "./simulation/rules.ts";
import { Tank } from "./simulation/tank.ts";
import { restoreWorld, saveWorld } from "./simulation/world_state.ts";
import { World } from "./simulation/world.ts";
import { TankPool } from "./tank_pool.ts";

function openPool(tanksMax: number): TankPool {
  let count = 0;
  return new TankPool({ tanksMax, nextId: () => `tank-${++count}` });
}

Deno.test("TankPool hands out as many tanks as it has", () => {
  const pool = openPool(2);
  assertEquals([pool.capacity, pool.inUse], [2, 0]);
  const first = pool.acquire();
  assert(first !== undefined);
  assert(pool.acquire() !== undefined);
  assertEquals(pool.acquire(), undefined);
  assertEquals(pool.inUse, 2);
  pool.release(first);
  assertEquals(pool.inUse, 1);
});

Deno.test("TankPool uses a tank again, reset and with a new id", () => {
  const pool = openPool(1);
  const tank = pool.acquire();
  assert(tank !== undefined);
  tank.hp = 3;
  tank.kills = 9;
  tank.playerId = "p1";
  tank.input.fire = true;
  pool.release(tank);
  const again = pool.acquire();
  assertStrictEquals(again, tank);
  assertEquals({ ...tank }, { ...new Tank("tank-2") });
});

Deno.test("TankPool gives a tank the id that a checkpoint asks for", () => {
  const pool = openPool(1);
  assertEquals(pool.acquire("kept")?.tankId, "kept");
});

Deno.test("TankPool refuses a tank twice, and one that is not its own", () => {
  const pool = openPool(2);
  const tank = pool.acquire();
  assert(tank !== undefined);
  pool.release(tank);
  assertThrows(() => pool.release(tank), Error, "Cannot release tank tank-1: the pool has not");
  assertThrows(() => pool.release(new Tank("x")), Error, "Cannot release tank x: the pool has not");
  assertEquals(pool.inUse, 0);
});

Deno.test("TankPool refuses a tank that is still in a world", () => {
  const pool = openPool(2);
  const tank = pool.acquire();
  const rules = tryMode("team")?.rules;
  assert(tank !== undefined && rules !== undefined);
  const world = new World({ seed: 1, tickRate: 30, arena: smallArena(), rules });
  world.addTank(tank, "p1");
  assertThrows(() => pool.release(tank), Error, "still in a world");
  world.removeTank(tank.slot);
  pool.release(tank);
  assertEquals(pool.inUse, 0);
});

Deno.test("TankPool refuses a size that is none", () => {
  for (const tanksMax of [0, -1, 1.5, NaN]) {
    assertThrows(() => openPool(tanksMax), RangeError, "tanksMax must be a positive integer");
  }
});

Deno.test("TankPool gives a restored world its tanks, and has them back where that fails", () => {
  const world = openScriptedWorld({ seed: 71, ticks: 60, modeName: "team" });
  const data: unknown = JSON.parse(JSON.stringify(saveWorld(world)));
  const pool = openPool(10);
  const restored = restoreWorld(data, pool);
  assertEquals([pool.inUse, restored.tankAt(3)?.tankId], [10, world.tankAt(3)?.tankId]);
  assertThrows(() => restoreWorld(data, pool), Error, "no tank is left");

  const other = openPool(10);
  const broken = { ...tryJsonObject(data), hash: "0000000000000000" };
  assertThrows(() => restoreWorld(broken, other), Error, "world.hash must be");
  assertEquals(other.inUse, 0);
});
