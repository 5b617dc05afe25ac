/** What a flag may say, and what is meant where it is not there. */
export interface IntegerFlag {
  /** Where the flag is not there. */
  readonly fallback: number;
  /** At least. */
  readonly min: number;
  /** At most. */
  readonly max: number;
}

/** Reads `--name=<integer>`; of several the last counts. @throws TypeError naming flag, range and value */
export function parseIntegerFlag(
  args: readonly string[],
  name: string,
  { fallback, min, max }: IntegerFlag,
): number {
  const text = args.findLast((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  if (text === undefined) return fallback;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new TypeError(`Cannot read --${name}: must be ${min}..${max}, is "${text}"`);
}
