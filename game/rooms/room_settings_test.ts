import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import {
  membersMax,
  membersMin,
  readSettings,
  type RoomSettings,
  type SettingsRefusal,
} from "./room_settings.ts";

function settingsOf(fields: JsonObject, base?: RoomSettings): RoomSettings {
  const read = readSettings(fields, base);
  assert(read.ok, JSON.stringify(read));
  return read.settings;
}

function shown(settings: RoomSettings): readonly (string | number)[] {
  const { name, mode, map, teamSize } = settings;
  return [name, mode.name, map, teamSize, membersMax(settings), membersMin(settings)];
}

Deno.test("A room's settings are by default those of the game's default mode", () => {
  assertEquals(shown(settingsOf({})), ["", "team", "crossroads", 5, 10, 2]);
});

Deno.test("A room's settings take name, mode, map and size of teams", () => {
  const fields = { name: " Friday ", game_mode: "team", map: "steppe", team_size: 2 };
  assertEquals(shown(settingsOf(fields)), ["Friday", "team", "steppe", 2, 4, 2]);
});

Deno.test("A room's size counts players in teams, all alone, and beside a team of bots", () => {
  const sizes = ["duel", "ffa", "pve_heist", "steppe_war"].map((game_mode) => {
    const settings = settingsOf({ game_mode });
    return [membersMin(settings), membersMax(settings)];
  });
  assertEquals(sizes, [[2, 2], [2, 10], [1, 5], [2, 100]]);
});

Deno.test("A room's settings keep what a change does not name, but no map of another mode", () => {
  const base = settingsOf({ name: "Friday", game_mode: "team", map: "steppe", team_size: 2 });
  assertEquals(shown(settingsOf({ team_size: 3 }, base)), ["Friday", "team", "steppe", 3, 6, 2]);
  const duel = ["Friday", "duel", "proving_ground", 1, 2, 2];
  assertEquals(shown(settingsOf({ game_mode: "duel" }, base)), duel);
});

Deno.test("A room's settings refuse what is none", () => {
  const cases: readonly (readonly [JsonObject, SettingsRefusal])[] = [
    [{ game_mode: "chess" }, "unknown_mode"],
    [{ game_mode: 1 }, "invalid_request"],
    [{ map: "the moon" }, "unknown_map"],
    [{ map: null }, "invalid_request"],
    [{ team_size: 0 }, "invalid_team_size"],
    [{ team_size: 6 }, "invalid_team_size"],
    [{ team_size: 1.5 }, "invalid_team_size"],
    [{ game_mode: "ffa", team_size: 1 }, "invalid_team_size"],
    [{ team_size: "2" }, "invalid_request"],
    [{ name: "x".repeat(49) }, "invalid_request"],
    [{ name: "two\nlines" }, "invalid_request"],
    [{ name: "turned \u202e about" }, "invalid_request"],
    [{ name: "\ud800" }, "invalid_request"],
    [{ name: 1 }, "invalid_request"],
  ];
  for (const [fields, refusal] of cases) {
    assertEquals(readSettings(fields, undefined), { ok: false, refusal }, JSON.stringify(fields));
  }
});
