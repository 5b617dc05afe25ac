import { type JsonObject, type JsonValue, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { type GameMode, MODE_NAMES, TANKS_MAX, tryMode } from "../simulation/rules.ts";

/** What players can ask for, and how it is found for them. */
export interface SearchMode {
  /** What players ask for it by. */
  readonly name: string;
  /** What is played. */
  readonly game: GameMode;
  /**
   * `drop_in`: a match at once, to which others come; `by_skill`: a match when those who are to play it
   * are there.
   */
  readonly matching: "drop_in" | "by_skill";
  /** The numbers of the teams that players are put in; none where everybody plays alone. */
  readonly teams: readonly number[];
  /** Players in a team at most; where there are no teams, in the match. */
  readonly teamSize: number;
  /** With how many players a match starts when somebody has waited for `waitMaxMs`. */
  readonly playersMin: number;
  /** How long somebody waits at most, in milliseconds. */
  readonly waitMaxMs: number;
  /** How far a rating may be from that of who has waited longest, at first. */
  readonly skillWindow: number;
  /** How much farther with each second of waiting. */
  readonly skillWindowPerS: number;
  /** How far at most. */
  readonly skillWindowMax: number;
  /** After how long bots take the places that are free, in milliseconds; undefined: never. */
  readonly botsAfterMs: number | undefined;
}

/** The modes that there are, by name. */
export type SearchModes = ReadonlyMap<string, SearchMode>;

/** Modes at most. */
const MODES_MAX = 100;
const NAME = /^[a-z0-9_]{1,64}$/;
const WAIT_MS_MAX = 600_000;
const SKILL_MAX = 10_000;

/** Modes beside those that the game knows by itself, which are drop-in. */
const BUILT_IN: JsonObject = {
  ranked_duel: { game_mode: "duel", matching: "by_skill" },
  ranked_team: { game_mode: "team", matching: "by_skill", bots_after_ms: 30_000 },
  pve_squad: { game_mode: "pve_heist", matching: "by_skill", bots_after_ms: 15_000 },
};

/** The modes that there are where nobody has said otherwise. */
export const DEFAULT_MODES: SearchModes = readModes({});

/**
 * Reads `{"<name>":{…},…}` beside the modes that are there anyway; one of the same name is replaced, and
 * `null` takes it away. What a mode does not say follows from its game mode.
 *
 * @throws TypeError naming the mode and the field that is bad
 */
export function parseSearchModes(text: string): SearchModes {
  const fields = tryJsonObject(tryParseJson(text));
  if (fields === undefined) throw new TypeError("must be a JSON object of modes by name");
  return readModes(fields);
}

function readModes(fields: JsonObject): SearchModes {
  const modes = new Map<string, SearchMode>();
  const dropIn: JsonObject = Object.fromEntries(
    MODE_NAMES.map((name) => [name, { game_mode: name }]),
  );
  const all: JsonObject = { ...dropIn, ...BUILT_IN, ...fields };
  for (const [name, value] of Object.entries(all)) {
    if (value === null || value === undefined) continue;
    modes.set(name, readMode(name, value));
  }
  if (modes.size > MODES_MAX) throw new TypeError(`must be at most ${MODES_MAX} modes`);
  return modes;
}

function readMode(name: string, value: JsonValue): SearchMode {
  const fields = tryJsonObject(value);
  if (fields === undefined || !NAME.test(name)) throw new TypeError(`mode ${name} is none`);
  const game = typeof fields.game_mode === "string" ? tryMode(fields.game_mode) : undefined;
  if (game === undefined) throw new TypeError(`game_mode of mode ${name} is none`);
  const { matching = "drop_in" } = fields;
  if (matching !== "drop_in" && matching !== "by_skill") {
    throw new TypeError(`matching of mode ${name} must be drop_in or by_skill`);
  }
  const teams = playerTeams(game);
  const integer = (field: string, fallback: number, range: readonly [number, number]): number =>
    readInteger({ name, field, value: fields[field] ?? fallback }, range);
  const teamSizeMax = sizeOfTeam(game);
  const teamSize = integer("team_size", teamSizeMax, [1, teamSizeMax]);
  const playersMax = teamSize * Math.max(1, teams.length);
  const { bots_after_ms: botsAfter = null } = fields;
  const botsAfterMs = botsAfter === null
    ? undefined
    : integer("bots_after_ms", 0, [0, WAIT_MS_MAX]);
  // Alone against bots, or against nobody, is no versus match.
  const alone = botsAfterMs !== undefined || game.rules.botTeam ? 1 : playersMax;
  return {
    name,
    game,
    matching,
    teams,
    teamSize,
    playersMin: integer("players_min", alone, [1, playersMax]),
    waitMaxMs: integer("wait_max_ms", 60_000, [1_000, WAIT_MS_MAX]),
    skillWindow: integer("skill_window", 100, [0, SKILL_MAX]),
    skillWindowPerS: integer("skill_window_per_s", 20, [0, SKILL_MAX]),
    skillWindowMax: integer("skill_window_max", 1_000, [0, SKILL_MAX]),
    botsAfterMs,
  };
}

function readInteger(
  { name, field, value }: { readonly name: string; readonly field: string; value: JsonValue },
  [min, max]: readonly [number, number],
): number {
  const isInteger = typeof value === "number" && Number.isInteger(value);
  if (isInteger && value >= min && value <= max) return value;
  throw new TypeError(`${field} of mode ${name} must be ${min}..${max}`);
}

/** The teams that players are put in: all but the bots' own; none where everybody plays alone. */
function playerTeams({ rules }: GameMode): readonly number[] {
  const { teamCount, botTeam = 0 } = rules;
  const numbers = Array.from({ length: teamCount }, (_, index) => index + 1);
  return numbers.filter((team) => team !== botTeam);
}

function sizeOfTeam({ rules }: GameMode): number {
  const { tanksMax, teamCount } = rules;
  return Math.min(TANKS_MAX, teamCount === 0 ? tanksMax : Math.floor(tanksMax / teamCount));
}
