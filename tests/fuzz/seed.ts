/** The seed of whoever sets none: the same bytes every time, so that a failure comes again. */
const DEFAULT_SEED = 20_261_121;
const TIMES_MAX = 1_000;

/**
 * The seed of a fuzz test: `FUZZ_SEED`, or the same one every time. Prints it, so that a failure can
 * be had again.
 *
 * @throws Error when `FUZZ_SEED` is no whole number
 */
export function openSeed(testName: string): number {
  const text = Deno.env.get("FUZZ_SEED") || String(DEFAULT_SEED);
  const seed = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(seed)) {
    throw new Error(`Cannot read FUZZ_SEED: must be a whole number, is ${JSON.stringify(text)}`);
  }
  say(`${testName}: FUZZ_SEED=${seed}`);
  return seed;
}

/**
 * How many times as much is thrown as by default: `FUZZ_TIMES`, or 1. `deno task fuzz` sets it.
 *
 * @throws Error when `FUZZ_TIMES` is no whole number from 1 to 1 000
 */
export function fuzzTimes(): number {
  const text = Deno.env.get("FUZZ_TIMES") || "1";
  const times = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (times >= 1 && times <= TIMES_MAX) return times;
  throw new Error(
    `Cannot read FUZZ_TIMES: must be 1..${TIMES_MAX}, is ${JSON.stringify(text)}`,
  );
}

/** Prints a line about a run: figures that a reader wants beside the verdict. */
export function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
