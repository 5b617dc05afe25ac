import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { Pool, type PoolUnit, skillWindowOf } from "./pool.ts";
import type { SearchMode } from "./search_modes.ts";
import { testMode } from "./testing.ts";

const [SEED = 0] = crypto.getRandomValues(new Uint32Array(1));
const ALL = { groupsMax: Infinity };

const DUEL = testMode("ranked_duel");
const SQUADS = testMode("squads", {
  squads: { game_mode: "team", matching: "by_skill", team_size: 3, players_min: 4 },
});
const BOTS = testMode("ranked_team");
const PAIRS = testMode("pairs", {
  pairs: {
    game_mode: "team",
    matching: "by_skill",
    team_size: 3,
    players_min: 2,
    wait_max_ms: 10_000,
  },
});

const unit = (id: string, mode: SearchMode, more: Partial<PoolUnit> = {}): PoolUnit => ({
  id,
  mode,
  size: 1,
  rating: 1500,
  sinceMs: 0,
  ...more,
});

function form(pool: Pool<PoolUnit>, nowMs: number): string[][][] {
  return pool.form(nowMs, ALL).map(({ teams }) =>
    teams.map((team) => team.map(({ id }) => id).toSorted())
  );
}

Deno.test("Pool brings together who are about as good, the nearest first", () => {
  const pool = new Pool<PoolUnit>();
  for (const [id, rating] of [["a", 1500], ["b", 1590], ["c", 1520], ["d", 2500]] as const) {
    pool.add(unit(id, DUEL, { rating }));
  }
  assertEquals(form(pool, 0).flat(2).toSorted(), ["a", "c"]);
  assertEquals([pool.size, form(pool, 0)], [2, []]);
});

Deno.test("Pool looks farther for who has waited longer, up to a bound", () => {
  const pool = new Pool<PoolUnit>();
  pool.add(unit("a", DUEL, { rating: 1500 }));
  pool.add(unit("b", DUEL, { rating: 1900, sinceMs: 14_000 }));
  pool.add(unit("c", DUEL, { rating: 3000, sinceMs: 14_000 }));
  assertEquals(form(pool, 14_999), []);
  assertEquals(form(pool, 15_000).flat(2).toSorted(), ["a", "b"]);
  assertEquals([0, 5_000, 45_000, 1e9].map((waitedMs) => skillWindowOf(DUEL, waitedMs)), [
    100,
    200,
    1_000,
    1_000,
  ]);
});

Deno.test("Pool keeps a party on one team", () => {
  const pool = new Pool<PoolUnit>();
  pool.add(unit("trio", SQUADS, { size: 3 }));
  pool.add(unit("pair", SQUADS, { size: 2 }));
  pool.add(unit("pair-2", SQUADS, { size: 2 }));
  assertEquals(form(pool, 0), []);
  pool.add(unit("solo", SQUADS));
  assertEquals(form(pool, 0), [[["trio"], ["pair", "solo"]]]);
  assertEquals(pool.size, 1);
});

Deno.test("Pool passes over a party that fits on no team any more", () => {
  const pool = new Pool<PoolUnit>();
  for (const id of ["pair-1", "pair-2", "pair-3"]) pool.add(unit(id, SQUADS, { size: 2 }));
  // Too far from each other, and near enough to the pairs.
  pool.add(unit("solo-1", SQUADS, { rating: 1420 }));
  pool.add(unit("solo-2", SQUADS, { rating: 1580 }));
  assertEquals(form(pool, 0).flat(2).toSorted(), ["pair-1", "pair-2", "solo-1", "solo-2"]);
});

Deno.test("Pool starts with fewer players where somebody has waited too long, or with bots", () => {
  const pool = new Pool<PoolUnit>();
  for (const id of ["a", "b", "c", "d"]) pool.add(unit(id, SQUADS));
  assertEquals(form(pool, 59_999), []);
  const [late] = pool.form(60_000, ALL);
  assertEquals([late?.teams.map(({ length }) => length), late?.bots], [[2, 2], false]);
  pool.add(unit("alone", BOTS));
  assertEquals(pool.form(29_999, ALL), []);
  const [withBots] = pool.form(30_000, ALL);
  assertEquals([withBots?.teams.map(({ length }) => length), withBots?.bots], [[1, 0], true]);
});

Deno.test("Pool has no party play against nobody, however long it has waited", () => {
  const pool = new Pool<PoolUnit>();
  pool.add(unit("party", PAIRS, { size: 2 }));
  assertEquals(form(pool, 10_000), []);
  // Somebody comes at the last moment.
  pool.add(unit("solo", PAIRS, { sinceMs: 10_000 }));
  assertEquals(form(pool, 10_000), [[["party"], ["solo"]]]);
  pool.add(unit("other", PAIRS, { size: 2 }));
  assertEquals(form(pool, 10_000), []);
  assertEquals(pool.expire(10_000).map(({ id }) => id), ["other"]);
});

Deno.test("Pool lets go of who has waited as long as the mode allows", () => {
  const pool = new Pool<PoolUnit>();
  pool.add(unit("a", DUEL));
  pool.add(unit("b", DUEL, { rating: 9_000, sinceMs: 1 }));
  assertEquals(pool.expire(59_999), []);
  assertEquals(pool.expire(60_000).map(({ id }) => id), ["a"]);
  assertEquals(pool.size, 1);
});

Deno.test("Pool serves first who was put back after a long wait", () => {
  const pool = new Pool<PoolUnit>();
  const first = unit("first", DUEL, { rating: 1500 });
  pool.add(first);
  assertEquals([pool.remove(first), pool.remove(first)], [true, false]);
  pool.add(unit("second", DUEL, { rating: 1600, sinceMs: 5_000 }));
  pool.add(unit("third", DUEL, { rating: 1650, sinceMs: 5_000 }));
  pool.add(first);
  // 160 from the first in the line: too far for the second alone, who waits since a moment ago.
  assertEquals(form(pool, 5_000).flat(2).toSorted(), ["first", "second"]);
});

Deno.test("Pool forms so many groups at once", () => {
  const pool = new Pool<PoolUnit>();
  for (let index = 0; index < 10; index++) pool.add(unit(`p${index}`, DUEL));
  assertEquals(pool.form(0, { groupsMax: 2 }).length, 2);
  assertEquals([pool.size, pool.form(0, { groupsMax: 0 })], [6, []]);
});

Deno.test(`Pool overfills no team, leaves none empty, tears no party apart, takes nobody twice, seed ${SEED}`, () => {
  const rng = new Rng(SEED);
  const modes = [DUEL, SQUADS, PAIRS, BOTS, testMode("pve_squad")];
  let formed = 0;
  for (let round = 0; round < 300; round++) {
    const pool = new Pool<PoolUnit>();
    const waiting = new Map<string, PoolUnit>();
    for (let step = 0; step < 60; step++) {
      const nowMs = step * 1_000;
      const mode = rng.pick(modes) ?? DUEL;
      const size = 1 + rng.below(mode.teamSize);
      const added = unit(`u${step}`, mode, { size, rating: rng.below(3_000), sinceMs: nowMs });
      pool.add(added);
      waiting.set(added.id, added);
      for (const group of pool.form(nowMs, ALL)) {
        formed++;
        const members = group.teams.flat();
        // Everybody is within the window of the one for whom the group was formed.
        const isWithin = members.some(({ rating, sinceMs }) =>
          members.every((other) =>
            Math.abs(other.rating - rating) <= skillWindowOf(group.mode, nowMs - sinceMs)
          )
        );
        assert(isWithin, `round ${round}: too far apart`);
        for (const member of members) {
          assertEquals(waiting.get(member.id), member, `round ${round}: taken twice`);
          waiting.delete(member.id);
          assertEquals(member.mode, group.mode);
        }
        for (const team of group.teams) {
          const players = team.reduce((sum, each) => sum + each.size, 0);
          assert(players <= group.mode.teamSize, `round ${round}: ${players} in a team`);
          assert(players > 0 || group.bots, `round ${round}: nobody to play against`);
        }
      }
      for (const { id } of pool.expire(nowMs)) waiting.delete(id);
      assertEquals(pool.size, waiting.size);
    }
  }
  assert(formed > 3_000, `${formed} groups were formed`);
});
