import { assertEquals, assertThrows } from "@std/assert";
import { DEFAULT_MODES, parseSearchModes } from "./search_modes.ts";

Deno.test("Every game mode can be asked for, and ranked modes and squads besides", () => {
  const all = [...DEFAULT_MODES.values()].map((mode) => [mode.name, [
    mode.game.name,
    mode.matching,
    mode.teamSize * Math.max(1, mode.teams.length),
    mode.playersMin,
  ]]);
  assertEquals(Object.fromEntries(all), {
    team: ["team", "drop_in", 10, 10],
    ffa: ["ffa", "drop_in", 10, 10],
    pve_heist: ["pve_heist", "drop_in", 5, 1],
    duel: ["duel", "drop_in", 2, 2],
    steppe_war: ["steppe_war", "drop_in", 100, 100],
    ranked_duel: ["duel", "by_skill", 2, 2],
    ranked_team: ["team", "by_skill", 10, 1],
    pve_squad: ["pve_heist", "by_skill", 5, 1],
  });
  // The second team is the bots' own.
  assertEquals(DEFAULT_MODES.get("pve_squad")?.teams, [1]);
  assertEquals(DEFAULT_MODES.get("ffa")?.teams, []);
});

Deno.test("Modes are added, replaced and taken away by a setting", () => {
  const modes = parseSearchModes(JSON.stringify({
    duel: null,
    trios: {
      game_mode: "team",
      matching: "by_skill",
      team_size: 3,
      players_min: 2,
      wait_max_ms: 5_000,
      skill_window: 1,
      skill_window_per_s: 2,
      skill_window_max: 3,
      bots_after_ms: 4_000,
    },
  }));
  assertEquals(modes.has("duel"), false);
  const { game, ...trios } = modes.get("trios") ?? {};
  assertEquals(game?.name, "team");
  assertEquals(trios, {
    name: "trios",
    matching: "by_skill",
    teams: [1, 2],
    teamSize: 3,
    playersMin: 2,
    waitMaxMs: 5_000,
    skillWindow: 1,
    skillWindowPerS: 2,
    skillWindowMax: 3,
    botsAfterMs: 4_000,
  });
});

Deno.test("A mode that cannot be says which field is wrong", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["[]", "must be a JSON object of modes by name"],
    ['{"x y":{"game_mode":"duel"}}', "mode x y is none"],
    ['{"x":7}', "mode x is none"],
    ['{"x":{}}', "game_mode of mode x is none"],
    [
      '{"x":{"game_mode":"duel","matching":"fair"}}',
      "matching of mode x must be drop_in or by_skill",
    ],
    ['{"x":{"game_mode":"duel","team_size":2}}', "team_size of mode x must be 1..1"],
    ['{"x":{"game_mode":"duel","players_min":"2"}}', "players_min of mode x must be 1..2"],
    ['{"x":{"game_mode":"duel","wait_max_ms":1}}', "wait_max_ms of mode x must be 1000..600000"],
  ];
  for (const [text, message] of cases) {
    assertThrows(() => parseSearchModes(text), TypeError, message);
  }
  const many = Array.from({ length: 101 }, (_, id) => [`m${id}`, { game_mode: "duel" }]);
  const text = JSON.stringify(Object.fromEntries(many));
  assertThrows(() => parseSearchModes(text), TypeError, "must be at most 100 modes");
});
