/**
 * Runs the whole topology from many seeds, each in one thread and under faults: `deno task simulate`.
 *
 *     deno task simulate                           1 000 seeds from 1
 *     deno task simulate --from 5000 --seeds 200
 *     deno task simulate --jobs 1                  on one core; on all of them where it is not said
 *     deno task simulate --seed 89                 one seed again, with its trace
 *     deno task simulate --faults-ms 0             nothing goes wrong
 *
 * What does not hold is printed with its seed, and the exit code is then 1. A seed stands for the same run as long as
 * the code is the same.
 *
 * @module
 */
import type { SeedOrder, SeedReport } from "./seed_worker.ts";
import { FAULTS_MS, simulate } from "./simulation.ts";
import { say } from "../fuzz/seed.ts";

const SEEDS = 1_000;
const SEEDS_MAX = 1_000_000;
const FAULTS_MS_MAX = 600_000;
const SEED_MAX = 2 ** 31;
const JOBS_MAX = 64;
/** Seeds between two lines that say how far it is. */
const TOLD_EVERY = 100;
const OPTIONS = ["--seed", "--seeds", "--from", "--jobs", "--faults-ms"] as const;

const values = readOptions(Deno.args);
const faultsMs = integerOf("--faults-ms", FAULTS_MS, { min: 0, max: FAULTS_MS_MAX });
const failed = values.has("--seed")
  ? await replay(integerOf("--seed", 1, { min: 0, max: SEED_MAX }))
  : await runSeeds({
    from: integerOf("--from", 1, { min: 0, max: SEED_MAX }),
    count: integerOf("--seeds", SEEDS, { min: 1, max: SEEDS_MAX }),
    jobs: integerOf("--jobs", navigator.hardwareConcurrency, { min: 1, max: JOBS_MAX }),
  });
Deno.exitCode = failed === 0 ? 0 : 1;

/** Runs one seed and prints its trace; gives 1 where a promise was not kept. */
async function replay(seed: number): Promise<number> {
  const { violations, traceHash } = await simulate(seed, { faultsMs, onLine: say });
  for (const violation of violations) say(`seed ${seed}: ${violation}`);
  say(`trace ${traceHash}`);
  return violations.length === 0 ? 0 : 1;
}

/** Runs seeds on several threads; gives how many failed. */
async function runSeeds(
  work: { readonly from: number; readonly count: number; readonly jobs: number },
): Promise<number> {
  const startMs = performance.now();
  const sums = { begun: 0, done: 0, faults: 0, failed: 0 };
  const take = ({ seed, violations, faultCount }: SeedReport): void => {
    sums.done++;
    sums.faults += faultCount;
    if (violations.length > 0) sums.failed++;
    for (const violation of violations) say(`seed ${seed}: ${violation}`);
    if (sums.done % TOLD_EVERY !== 0 && sums.done !== work.count) return;
    const passedS = ((performance.now() - startMs) / 1_000).toFixed(1);
    say(`${sums.done} seeds, ${sums.faults} faults, ${sums.failed} seeds failed, ${passedS} s`);
  };
  const runJob = async (): Promise<void> => {
    const worker = new Worker(new URL("./seed_worker.ts", import.meta.url), { type: "module" });
    while (sums.begun < work.count) {
      take(await runSeed(worker, { seed: work.from + sums.begun++, faultsMs }));
    }
    worker.terminate();
  };
  await Promise.all(Array.from({ length: work.jobs }, runJob));
  return sums.failed;
}

function runSeed(worker: Worker, order: SeedOrder): Promise<SeedReport> {
  return new Promise((resolve, reject) => {
    worker.onmessage = (event: MessageEvent<SeedReport>): void => resolve(event.data);
    worker.onerror = (event): void => reject(new Error(event.message));
    worker.postMessage(order);
  });
}

/** Names and values in turn. @throws Error naming what is neither */
function readOptions(args: readonly string[]): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  for (let index = 0; index < args.length; index += 2) {
    const [name = "", value = ""] = args.slice(index, index + 2);
    if (!OPTIONS.some((known) => known === name)) {
      throw new Error(`Cannot read ${name}: there are ${OPTIONS.join(", ")}`);
    }
    read.set(name, value);
  }
  return read;
}

function integerOf(
  name: typeof OPTIONS[number],
  fallback: number,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const text = values.get(name) ?? String(fallback);
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new Error(`Cannot read ${name}: must be ${min}..${max}, is ${JSON.stringify(text)}`);
}
