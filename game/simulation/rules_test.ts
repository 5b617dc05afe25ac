import { assert, assertEquals, assertThrows } from "@std/assert";
import { tryArena } from "./built_in_arenas.ts";
import { checkRules, DEFAULT_MODE_NAME, MODE_NAMES, tryMode } from "./rules.ts";

Deno.test("Built-in modes keep the bounds and name an arena with room for all", () => {
  assertEquals([...MODE_NAMES], ["team", "ffa", "pve_heist", "duel", "steppe_war"]);
  for (const name of MODE_NAMES) {
    const mode = tryMode(name);
    assert(mode !== undefined);
    checkRules(mode.rules);
    assert((tryArena(mode.arenaName)?.spawns.length ?? 0) >= mode.rules.tanksMax, name);
  }
});

Deno.test("tryMode knows no other name", () => {
  assertEquals(tryMode("chess"), undefined);
  assertEquals(tryMode("constructor"), undefined);
  assertEquals(tryMode(DEFAULT_MODE_NAME)?.rules.scoreLimit, 20);
});

Deno.test("checkRules names the rule that breaks its bounds", () => {
  const rules = {
    teamCount: 2,
    tanksMax: 10,
    scoreLimit: 20,
    timeLimitMs: 300_000,
    respawnMs: 3_000,
    friendlyFire: false,
  };
  checkRules(rules);
  checkRules({ ...rules, teamCount: 0 });
  const table: readonly (readonly [Partial<typeof rules> & { botTeam?: number }, string])[] = [
    [{ teamCount: 1 }, "teamCount must be 2..8, is 1"],
    [{ teamCount: 9 }, "teamCount"],
    [{ tanksMax: 0 }, "tanksMax"],
    [{ tanksMax: 101 }, "tanksMax"],
    [{ tanksMax: 1.5 }, "tanksMax"],
    [{ scoreLimit: 0 }, "scoreLimit"],
    [{ timeLimitMs: 999 }, "timeLimitMs"],
    [{ timeLimitMs: NaN }, "timeLimitMs"],
    [{ respawnMs: -1 }, "respawnMs"],
    [{ botTeam: 3 }, "botTeam"],
    [{ teamCount: 0, botTeam: 1 }, "botTeam"],
  ];
  for (const [change, message] of table) {
    assertThrows(() => checkRules({ ...rules, ...change }), RangeError, message);
  }
});
