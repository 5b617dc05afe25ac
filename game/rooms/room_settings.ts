import type { JsonObject } from "../../core/json.ts";
import { ARENA_NAMES } from "../simulation/built_in_arenas.ts";
import { DEFAULT_MODE_NAME, type GameMode, TANKS_MAX, tryMode } from "../simulation/rules.ts";

/** What the host of a room decides. */
export interface RoomSettings {
  /** What the host calls the room, 0..{@linkcode NAME_LENGTH_MAX} characters. */
  readonly name: string;
  /** What is played. */
  readonly mode: GameMode;
  /** The name of the arena. */
  readonly map: string;
  /** Players in a team; where the mode has no teams, in the match; 1 or more. */
  readonly teamSize: number;
}

/** Why settings are not taken. */
export type SettingsRefusal =
  | "invalid_request"
  | "unknown_mode"
  | "unknown_map"
  | "invalid_team_size";

/** Settings, or why there are none. */
export type SettingsResult =
  | { readonly ok: true; readonly settings: RoomSettings }
  | { readonly ok: false; readonly refusal: SettingsRefusal };

/** The longest name of a room, in UTF-16 units. */
export const NAME_LENGTH_MAX = 48;

/** Nobody sees what they do, and some turn the rest of a line about: all but private use and unassigned. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * Reads `name`, `game_mode`, `map` and `team_size`. What is not said stays as it is in `base`; with another
 * mode the map and the size of teams become that mode's own, unless they are said too.
 *
 * @param base the settings until now; undefined: those of the mode of who asks for none
 */
export function readSettings(fields: JsonObject, base: RoomSettings | undefined): SettingsResult {
  const { game_mode: modeName = base?.mode.name ?? DEFAULT_MODE_NAME } = fields;
  if (typeof modeName !== "string") return refused("invalid_request");
  const mode = tryMode(modeName);
  if (mode === undefined) return refused("unknown_mode");
  const kept = mode.name === base?.mode.name ? base : undefined;
  const { map = kept?.map ?? mode.arenaName } = fields;
  if (typeof map !== "string") return refused("invalid_request");
  if (!ARENA_NAMES.includes(map)) return refused("unknown_map");
  const { team_size: teamSize = kept?.teamSize ?? teamSizeMax(mode) } = fields;
  if (typeof teamSize !== "number") return refused("invalid_request");
  if (!Number.isInteger(teamSize) || teamSize < 1 || teamSize > teamSizeMax(mode)) {
    return refused("invalid_team_size");
  }
  const { name: rawName = base?.name ?? "" } = fields;
  const name = typeof rawName === "string" ? rawName.trim() : undefined;
  if (name === undefined || name.length > NAME_LENGTH_MAX || HIDDEN.test(name)) {
    return refused("invalid_request");
  }
  const settings = { name, mode, map, teamSize };
  // A duel with one place would begin before anybody could come.
  if (membersMax(settings) < membersMin(settings)) return refused("invalid_team_size");
  return { ok: true, settings };
}

/** The numbers of the teams that players are put in: all but the bots' own; none: everybody alone. */
export function playerTeams({ rules }: GameMode): readonly number[] {
  const { teamCount, botTeam = 0 } = rules;
  const numbers = Array.from({ length: teamCount }, (_, index) => index + 1);
  return numbers.filter((team) => team !== botTeam);
}

/** How many members a room takes. */
export function membersMax({ mode, teamSize }: Pick<RoomSettings, "mode" | "teamSize">): number {
  return teamSize * Math.max(1, playerTeams(mode).length);
}

/** With how many members a match can begin: with one only against bots. */
export function membersMin({ mode }: Pick<RoomSettings, "mode">): number {
  return mode.rules.botTeam ? 1 : 2;
}

function teamSizeMax({ rules }: GameMode): number {
  const { tanksMax, teamCount } = rules;
  return Math.min(TANKS_MAX, teamCount === 0 ? tanksMax : Math.floor(tanksMax / teamCount));
}

function refused(refusal: SettingsRefusal): SettingsResult {
  return { ok: false, refusal };
}
