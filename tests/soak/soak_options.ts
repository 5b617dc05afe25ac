import { parseIntegerFlag } from "./integer_flag.ts";

/** How long a soak runs, with whom, and how often something fails. */
export interface SoakOptions {
  /** How long faults go on, in milliseconds. */
  readonly durationMs: number;
  /** Players at once. */
  readonly players: number;
  /** All of chance: who plays how, and what fails when. */
  readonly seed: number;
  /** From the beginning of a fault to that of the next, in milliseconds. */
  readonly faultEveryMs: number;
  /** Only faults that have this in their name, such as `freeze game`; empty: all. */
  readonly only: string;
  /** Where the report goes besides standard output; undefined: nowhere. */
  readonly reportPath: string | undefined;
}

/** Of fewer nobody wants a duel, and nothing is rated. */
const PLAYERS_MIN = 8;
const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;
const PATH_FLAG = "--report=";
const ONLY_FLAG = "--only=";

/** How it is called. */
export const SOAK_USAGE =
  "soak [--minutes=5] [--players=40] [--seed=1] [--every=30] [--only=<fault>] [--report=<file>]";

/** Reads the command line. @throws TypeError naming what cannot be read */
export function parseSoakOptions(args: readonly string[]): SoakOptions {
  const known = ["--minutes=", "--players=", "--seed=", "--every=", ONLY_FLAG, PATH_FLAG];
  const unknown = args.find((arg) => !known.some((flag) => arg.startsWith(flag)));
  if (unknown !== undefined) throw new TypeError(`Cannot read ${unknown}: ${SOAK_USAGE}`);
  const integer = (name: string, fallback: number, min: number, max: number): number =>
    parseIntegerFlag(args, name, { fallback, min, max });
  return {
    durationMs: integer("minutes", 5, 1, 1_440) * MINUTE_MS,
    players: integer("players", 40, PLAYERS_MIN, 1_000),
    seed: integer("seed", 1, 0, 0xffff_ffff),
    faultEveryMs: integer("every", 30, 10, 3_600) * SECOND_MS,
    only: textOf(args, ONLY_FLAG) ?? "",
    reportPath: textOf(args, PATH_FLAG),
  };
}

function textOf(args: readonly string[], flag: string): string | undefined {
  return args.findLast((arg) => arg.startsWith(flag))?.slice(flag.length);
}
