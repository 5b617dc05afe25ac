/** How good a bot is. */
export interface BotSkill {
  /** From seeing something to acting on it, and between two decisions; milliseconds. */
  readonly reactionMs: number;
  /** How far its aim is off at most, either way, in headings; small errors are likelier. */
  readonly aimErrorMax: number;
  /** It shoots at what is at most so far away, µm. */
  readonly rangeUm: number;
}

/** The names of the skills, the least first. */
export const BOT_SKILL_NAMES = ["easy", "normal", "hard"] as const;

/** One of {@linkcode BOT_SKILL_NAMES}. */
export type BotSkillName = typeof BOT_SKILL_NAMES[number];

/** The skills by name; an aim error of 182 is a degree. */
export const BOT_SKILLS: Readonly<Record<BotSkillName, BotSkill>> = {
  easy: { reactionMs: 600, aimErrorMax: 1_820, rangeUm: 30_000_000 },
  normal: { reactionMs: 300, aimErrorMax: 910, rangeUm: 45_000_000 },
  hard: { reactionMs: 130, aimErrorMax: 270, rangeUm: 60_000_000 },
};
