/**
 * Measures what the services do beside what the machine does, each pair in one run: `deno task bench`
 * prints a table, with `--json` an object. Names of cases (`moves`, `steps`, `logins`,
 * `verifications`) run those alone.
 *
 * @module
 */
import { type Figure, tableOf } from "./figure.ts";
import { measureLogins } from "./logins.ts";
import { measureMoves } from "./moves.ts";
import { measureSteps } from "./steps.ts";
import { measureVerifications } from "./verifications.ts";

/** Beyond this something hangs; the cases take about a minute and a half together. */
const RUN_MS_MAX = 180_000;

type Case = (dataDir: string) => Promise<Figure[]> | Figure[];

const CASES: ReadonlyMap<string, Case> = new Map<string, Case>([
  ["moves", measureMoves],
  ["steps", measureSteps],
  ["logins", measureLogins],
  ["verifications", measureVerifications],
]);

const asJson = Deno.args.includes("--json");
const wanted = Deno.args.filter((word) => word !== "--json");
const unknown = wanted.filter((name) => !CASES.has(name));
if (unknown.length > 0) {
  say(
    Deno.stderr,
    `Cannot measure ${unknown.join(", ")}: there are ${[...CASES.keys()].join(", ")}`,
  );
  Deno.exit(2);
}
const watchdog = setTimeout(() => {
  say(Deno.stderr, `Cannot finish: not done after ${RUN_MS_MAX} ms`);
  Deno.exit(1);
}, RUN_MS_MAX);
const dataDir = await Deno.makeTempDir({ prefix: "tanks-bench-" });
try {
  const figures: Figure[] = [];
  for (const [name, measure] of CASES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    say(Deno.stderr, `measuring ${name}`);
    figures.push(...await measure(dataDir));
  }
  // What else the machine does is in the figures.
  say(Deno.stderr, `load average ${Deno.loadavg().map((load) => load.toFixed(2)).join(" ")}`);
  say(Deno.stdout, asJson ? JSON.stringify(reportOf(figures), null, 2) : tableOf(figures));
} finally {
  clearTimeout(watchdog);
  await Deno.remove(dataDir, { recursive: true });
}

function reportOf(figures: readonly Figure[]): Readonly<Record<string, unknown>> {
  return {
    deno: Deno.version.deno,
    os: `${Deno.build.os} ${Deno.build.arch}`,
    cores: navigator.hardwareConcurrency,
    figures,
  };
}

function say(output: { writeSync(bytes: Uint8Array): number }, text: string): void {
  output.writeSync(new TextEncoder().encode(`${text}\n`));
}
