/** The seed of whoever sets none: the same bytes every time, so that a failure comes again. */
const DEFAULT_SEED = 20_261_121;

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

/** Prints a line about a run: figures that a reader wants beside the verdict. */
export function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
