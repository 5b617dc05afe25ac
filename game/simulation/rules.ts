/** How a match is played and when it ends. */
export interface MatchRules {
  /** 0: everybody alone, each tank its own team, numbered slot + 1; else 2..8. */
  readonly teamCount: number;
  /** Tanks in the match at most, 1..{@linkcode TANKS_MAX}. */
  readonly tanksMax: number;
  /** The first team with this score wins, 1..10000. */
  readonly scoreLimit: number;
  /** The match ends after this long, 1 s to 1 h. */
  readonly timeLimitMs: number;
  /** From a tank's destruction to its return, 0..60 s; at least a tick. */
  readonly respawnMs: number;
  /** Whether shells hurt the shooter's own team; they never hit the shooter. */
  readonly friendlyFire: boolean;
  /** A team that nobody is put in unless it is asked for by number, for bots; 0 or absent: none. */
  readonly botTeam?: number;
}

/** A kind of match that players can ask for. */
export interface GameMode {
  /** What players ask for it by. */
  readonly name: string;
  /** The arena in which it is played unless another is asked for. */
  readonly arenaName: string;
  /** How it is played. */
  readonly rules: MatchRules;
}

/** The most tanks that one world holds. */
export const TANKS_MAX = 100;
/** The most teams, where there are teams. */
export const TEAMS_MAX = 8;

/** The mode of who asks for none. */
export const DEFAULT_MODE_NAME = "team";

const MINUTE_MS = 60_000;

const TEAM_RULES: MatchRules = {
  teamCount: 2,
  tanksMax: 10,
  scoreLimit: 20,
  timeLimitMs: 5 * MINUTE_MS,
  respawnMs: 3_000,
  friendlyFire: false,
};

const MODES: ReadonlyMap<string, GameMode> = new Map(
  [
    { name: "team", arenaName: "crossroads", rules: TEAM_RULES },
    {
      name: "ffa",
      arenaName: "crossroads",
      rules: { ...TEAM_RULES, teamCount: 0, scoreLimit: 15 },
    },
    {
      name: "pve_heist",
      arenaName: "crossroads",
      rules: { ...TEAM_RULES, timeLimitMs: 8 * MINUTE_MS, botTeam: 2 },
    },
    {
      name: "duel",
      arenaName: "proving_ground",
      rules: { ...TEAM_RULES, tanksMax: 2, scoreLimit: 5 },
    },
    {
      name: "steppe_war",
      arenaName: "steppe",
      rules: { ...TEAM_RULES, tanksMax: 100, scoreLimit: 200, timeLimitMs: 15 * MINUTE_MS },
    },
  ].map((mode) => [mode.name, mode]),
);

/** The names that {@linkcode tryMode} knows. */
export const MODE_NAMES: readonly string[] = [...MODES.keys()];

/** The built-in mode of that name, or undefined where there is none. */
export function tryMode(name: string): GameMode | undefined {
  return MODES.get(name);
}

/** The number of the highest team: with everybody alone, as many as there may be tanks. */
export function teamNumberMax(rules: MatchRules): number {
  return rules.teamCount === 0 ? rules.tanksMax : rules.teamCount;
}

/** Holds the rules against their bounds. @throws RangeError naming the rule that breaks its bounds */
export function checkRules(rules: MatchRules): void {
  if (rules.teamCount !== 0) check("teamCount", rules.teamCount, 2, TEAMS_MAX);
  check("tanksMax", rules.tanksMax, 1, TANKS_MAX);
  check("scoreLimit", rules.scoreLimit, 1, 10_000);
  check("timeLimitMs", rules.timeLimitMs, 1_000, 60 * MINUTE_MS);
  check("respawnMs", rules.respawnMs, 0, MINUTE_MS);
  check("botTeam", rules.botTeam ?? 0, 0, rules.teamCount);
}

function check(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`Cannot use match rules: ${name} must be ${min}..${max}, is ${value}`);
}
