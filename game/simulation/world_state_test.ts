import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import { Rng } from "../../core/rng.ts";
import { openScriptedWorld, pressKeys } from "../../tests/fixtures/simulate_match.ts";
import { openSmallWorld, placeTank, stepTimes } from "../../tests/fixtures/small_world.ts";
import { tryArena } from "./built_in_arenas.ts";
import { MODE_NAMES } from "./rules.ts";
import { hashWorld } from "./state_hash.ts";
import { restoreWorld, saveWorld } from "./world_state.ts";
import type { World } from "./world.ts";

function throughJson(world: World): unknown {
  return JSON.parse(JSON.stringify(saveWorld(world)));
}

function playedWorld(modeName = "team"): World {
  const world = openScriptedWorld({ seed: 71, ticks: 0, modeName });
  const players = new Rng(72);
  for (let tick = 0; tick < 600; tick++) {
    pressKeys(world, players);
    world.step();
  }
  return world;
}

Deno.test("A restored world has the hash and the future of the saved one", () => {
  for (const modeName of MODE_NAMES) {
    const world = playedWorld(modeName);
    const restored = restoreWorld(throughJson(world));
    assertEquals(hashWorld(restored), hashWorld(world));
    assertEquals(
      restored.tanks.map((tank) => ({ ...tank })),
      world.tanks.map((tank) => ({ ...tank })),
    );
    assertEquals(restored.shells, world.shells);
    const [players, again] = [new Rng(73), new Rng(73)];
    for (let tick = 0; tick < 600; tick++) {
      pressKeys(world, players);
      pressKeys(restored, again);
      world.step();
      restored.step();
      assertEquals(hashWorld(restored), hashWorld(world), `${modeName}, ${tick}`);
      assertEquals(restored.events, world.events);
    }
    assert(restored.tick > 600 || restored.outcome !== undefined);
  }
});

Deno.test("A saved world is a copy: playing on does not change it", () => {
  const world = playedWorld();
  const data = saveWorld(world);
  const text = JSON.stringify(data);
  world.step();
  assertEquals(JSON.stringify(data), text);
  assertNotEquals(JSON.stringify(saveWorld(world)), text);
});

Deno.test("A match that is over is restored as over, in its own arena", () => {
  const world = openSmallWorld({ walls: [[20, 20, 4, 4]], rules: { timeLimitMs: 1_000 } });
  placeTank(world, { x: 30, y: 30 });
  stepTimes(world, 40);
  const restored = restoreWorld(throughJson(world));
  assertEquals(restored.outcome, { winner: 0, reason: "time" });
  assertEquals(restored.arena.walls, world.arena.walls);
});

Deno.test("A built-in arena is shared by what is restored", () => {
  assertStrictEquals(restoreWorld(throughJson(playedWorld())).arena, tryArena("crossroads"));
});

Deno.test("restoreWorld says what is wrong", () => {
  const good = saveWorld(playedWorld());
  const tanks = good["tanks"];
  const shells = good["shells"];
  assert(Array.isArray(tanks) && Array.isArray(shells) && shells.length > 0);
  const withTank = (change: JsonObject): JsonObject => {
    return { ...good, tanks: [{ ...tanks[0], ...change }, ...tanks.slice(1)] };
  };
  const withShell = (change: JsonObject): JsonObject => {
    return { ...good, shells: [{ ...shells[0], ...change }] };
  };
  const table: readonly (readonly [unknown, string])[] = [
    [undefined, "world must be an object, is undefined"],
    [[], "world must be an object"],
    ["x".repeat(1_000), "world must be an object"],
    [{}, "world.version must be an integer 2..2, is undefined"],
    [{ ...good, version: 3 }, "world.version"],
    [{ ...good, tick_rate: 5 }, "world.tick_rate must be an integer 10..60, is 5"],
    [{ ...good, seed: -1 }, "world.seed"],
    [{ ...good, rules: null }, "world.rules must be an object"],
    [{ ...good, rules: { ...tryJsonObject(good["rules"]), team_count: 1 } }, "teamCount"],
    [{ ...good, arena: { ...tryJsonObject(good["arena"]), spawns: [] } }, "1..500 spawns"],
    [{ ...good, rng: [0, 0, 0, 0] }, "world.rng must be not all zero"],
    [{ ...good, rng: [1, 2, 3] }, "world.rng must be a list of 4"],
    [{ ...good, rng: [1, 2, 3, 2 ** 32] }, "world.rng must be integers"],
    [{ ...good, scores: [0, 1] }, "world.scores must be a list of 3"],
    [{ ...good, outcome: { winner: 1, reason: "luck" } }, "world.outcome.reason"],
    [{ ...good, tanks: [...tanks, ...tanks] }, "world.tanks must be a list of at most 10"],
    [{ ...good, tanks: [...tanks].reverse() }, "slot must be above 9"],
    [{ ...good, tanks: [] }, "owner_slot must be a tank's"],
    [{ ...good, past: [1] }, "world.past must be a list of 210"],
    [withTank({ view_lag_ticks: 8 }), "view_lag_ticks must be an integer 0..7"],
    [withTank({ hp: 101 }), "world.tanks[0].hp must be"],
    [withTank({ hp: "50" }), "world.tanks[0].hp must be"],
    [withTank({ x_um: 0 }), "world.tanks[0].x_um must be clear of walls"],
    [withTank({ team: 3 }), "world.tanks[0].team"],
    [withTank({ heading: 1.5 }), "world.tanks[0].heading"],
    [withTank({ input: null }), "world.tanks[0].input must be an object"],
    [withTank({ aims: 1 }), "world.tanks[0].aims must be true or false"],
    [withTank({ player_id: "x".repeat(300) }), "world.tanks[0].player_id must be a text"],
    [withTank({ deaths: 77 }), "world.hash must be that of the rest"],
    [withShell({ ticks_left: 0 }), "world.shells[0].ticks_left"],
    [withShell({ owner_slot: 50 }), "world.shells[0].owner_slot"],
    [withShell({ x_um: -5 }), "world.shells[0].x_um"],
  ];
  for (const [data, message] of table) assertThrows(() => restoreWorld(data), Error, message);
});

Deno.test("restoreWorld refuses any damaged checkpoint with an Error of its own", () => {
  const seed = 81;
  const rng = new Rng(seed);
  const text = JSON.stringify(saveWorld(playedWorld()));
  const good = restoreWorld(JSON.parse(text));
  const junk = [null, -1, 1.5, 1e12, "", "x", true, [], {}];
  for (let round = 0; round < 600; round++) {
    const data: unknown = JSON.parse(text);
    damage(data, rng, junk);
    const label = `seed ${seed}, round ${round}`;
    try {
      // Labels are outside the hash: whatever passes must still be the same match.
      assertEquals(hashWorld(restoreWorld(data)), hashWorld(good), label);
    } catch (error) {
      assert(error instanceof Error && /^Cannot (restore|create|use)/.test(error.message), label);
    }
  }
});

/** Replaces something, somewhere in it. */
function damage(data: unknown, rng: Rng, junk: readonly unknown[]): void {
  if (typeof data !== "object" || data === null) return;
  const name = rng.pick(Object.keys(data));
  if (name === undefined) return;
  const value: unknown = Reflect.get(data, name);
  if (typeof value === "object" && value !== null && rng.below(6) !== 0) damage(value, rng, junk);
  else Reflect.set(data, name, rng.pick(junk));
}
