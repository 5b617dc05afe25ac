import { assert, assertEquals, assertThrows } from "@std/assert";
import { encodeCheckpoint, parseCheckpoint } from "./match_checkpoint.ts";
import { prepareWorld } from "./prepared_world.ts";
import { TankPool } from "./tank_pool.ts";
import { openTestSessions } from "./testing.ts";

function openCheckpoint(): ReturnType<typeof parseCheckpoint> {
  const { sessions, seat } = openTestSessions();
  seat("a");
  seat("b");
  const [session] = sessions.sessionList;
  assert(session !== undefined);
  return parseCheckpoint(encodeCheckpoint(session));
}

function openPool(tanksMax: number): TankPool {
  return new TankPool({ tanksMax, nextId: () => crypto.randomUUID() });
}

Deno.test("A prepared world takes its tanks from the pool, and hands them back where it is not played", () => {
  const pool = openPool(2);
  const prepared = prepareWorld(openCheckpoint(), pool);
  assertEquals([prepared?.world.tanks.length, pool.inUse], [2, 2]);
  prepared?.discard();
  assertEquals(pool.inUse, 0);
});

Deno.test("A world is not prepared where the pool has too few tanks, and takes none then", () => {
  const pool = openPool(1);
  assertEquals(prepareWorld(openCheckpoint(), pool), undefined);
  assertEquals(pool.inUse, 0);
});

Deno.test("A world is not prepared from a bad checkpoint, and takes no tanks then", () => {
  const pool = openPool(2);
  const checkpoint = openCheckpoint();
  const bad = { ...checkpoint, world: { ...checkpoint.world, hash: "0123456789abcdef" } };
  assertThrows(() => prepareWorld(bad, pool), Error, "hash");
  assertEquals(pool.inUse, 0);
});
