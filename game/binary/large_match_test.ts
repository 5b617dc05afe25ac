/** What is too large for one datagram: arenas and snapshots that come in parts. */
import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { Arena } from "../simulation/arena.ts";
import { tryMode } from "../simulation/rules.ts";
import { umFromMetres } from "../simulation/units.ts";
import { World } from "../simulation/world.ts";
import { saveWorld } from "../simulation/world_state.ts";
import { TankPool } from "../tank_pool.ts";
import { ARENA_PART_BYTES_MAX } from "../wire/arena_message.ts";
import { WELCOME_ARENA_BYTES_MAX } from "../wire/welcome_message.ts";
import { encodedArena } from "./encoded_arena.ts";
import { type Carry, openTestEndpoint, type TestClient, type TestEndpoint } from "./testing.ts";

type Ways = Pick<TestClient, "there" | "back">;

/** Loses one datagram in so many from now on, each way; gives the ways that do so. */
function loseEvery(client: TestClient, count: number): Ways {
  const lossy = (carry: Carry): Carry => {
    let sent = 0;
    return (datagram, deliver) => {
      if (++sent % count !== 0) carry(datagram, deliver);
    };
  };
  const ways = { there: lossy(client.there), back: lossy(client.back) };
  Object.assign(client, ways);
  return ways;
}

/** Has a match wait for `p1` in an arena that is not built in, with so many bots. */
function openMatchIn({ game }: TestEndpoint, arena: Arena, botCount: number): World {
  const rules = tryMode("steppe_war")?.rules;
  assert(rules !== undefined);
  const { match: { world } } = game.sessions.restore({
    ...{ matchId: "own-1", mode: "steppe_war", epoch: 1, players: [] },
    bots: { size: botCount, slots: [], teams: undefined },
    barred: [],
    places: [{ id: "p1", team: 0 }],
    world: saveWorld(new World({ seed: 1, tickRate: 30, arena, rules })),
  }, 2);
  return world;
}

/** With more walls than any that is built in. */
function wideArena(): Arena {
  const rng = new Rng(3);
  const sideUm = umFromMetres(300);
  const walls = Array.from({ length: 300 }, (_, index) => ({
    xUm: umFromMetres(20 + 10 * (index % 20)) + rng.below(1_000_000),
    yUm: umFromMetres(20 + 10 * Math.floor(index / 20)) + rng.below(1_000_000),
    widthUm: umFromMetres(1) + rng.below(1_000_000),
    heightUm: umFromMetres(1) + rng.below(1_000_000),
  }));
  const nearUm = umFromMetres(5);
  const spawns = [nearUm, sideUm - nearUm].map((yUm) => ({ xUm: nearUm, yUm, heading: 0 }));
  return new Arena({ name: "wide", widthUm: sideUm, heightUm: sideUm, walls, spawns });
}

/** Small enough to be seen whole, with places for a hundred. */
function crowdedArena(): Arena {
  const sideUm = umFromMetres(60);
  const spawns = Array.from({ length: 100 }, (_, index) => ({
    xUm: umFromMetres(4 + 5.5 * (index % 10)),
    yUm: umFromMetres(4 + 5.5 * Math.floor(index / 10)),
    heading: 0,
  }));
  return new Arena({ name: "crowded", widthUm: sideUm, heightUm: sideUm, walls: [], spawns });
}

Deno.test("BinaryEndpoint carries an arena that no WELCOME has room for, whatever is lost", async () => {
  const test = openTestEndpoint();
  const arena = wideArena();
  openMatchIn(test, arena, 0);
  assert(encodedArena(arena).length > WELCOME_ARENA_BYTES_MAX + ARENA_PART_BYTES_MAX);
  const client = test.open("p1");
  loseEvery(client, 4);
  client.core.join(test.game.clock.monotonicMs());
  await test.run(5_000);
  assertEquals(client.core.state.kind, "playing");
  const plan = ({ walls }: Pick<Arena, "walls">): unknown => JSON.parse(JSON.stringify(walls));
  assertEquals(plan(client.core.match?.ground ?? { walls: [] }), plan(arena));
});

Deno.test("BinaryEndpoint carries snapshots that no datagram has room for, in parts, whatever is lost", async () => {
  const tankCount = 100;
  let ids = 0;
  const pool = new TankPool({ tanksMax: tankCount, nextId: () => `tank-${++ids}` });
  const test = openTestEndpoint({ sessions: { pool } });
  const world = openMatchIn(test, crowdedArena(), tankCount - 1);
  const client = await test.play("p1");
  assertEquals(pool.inUse, tankCount);
  const free: Ways = { there: client.there, back: client.back };
  const bad = loseEvery(client, 4);
  for (const ways of [free, bad]) {
    // Longer than baselines are kept: the next snapshot is a whole one.
    Object.assign(client, { there: () => {}, back: () => {} });
    await test.run(2_500);
    Object.assign(client, ways);
    await test.run(2_500);
    assertEquals(client.core.state.kind, "playing");
    assert((client.core.frame?.tick ?? 0) > world.tick - 30);
  }
});
