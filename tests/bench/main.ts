/**
 * Measures what the services do beside what the machine does, each pair in one run: `deno task bench`
 * prints a table, with `--json` an object. Names of cases (`moves`, `udp`, `sizes`, `players`, `steps`,
 * `logins`, `verifications`, `verification-latency`, `events`, `history`, `commands`, `finds`, `relay`,
 * `status`, `memory`) run those alone. `--soak-minutes=10` has `memory` watch for so long, 1 to 20.
 *
 * @module
 */
import { measureCommands } from "./commands.ts";
import { measureEvents } from "./events.ts";
import { type Figure, type Skipped, tableOf } from "./figure.ts";
import { measureFinds } from "./finds.ts";
import { measureHistory } from "./history.ts";
import { measureMemory } from "./memory.ts";
import { measureLogins } from "./logins.ts";
import { measureMoves } from "./moves.ts";
import { measurePlayers } from "./players.ts";
import { measureRelay } from "./relay.ts";
import { measureSizes } from "./sizes.ts";
import { measureStatus } from "./status.ts";
import { measureSteps } from "./steps.ts";
import { measureUdp } from "./udp.ts";
import { measureVerificationLatency } from "./verification_latency.ts";
import { measureVerifications } from "./verifications.ts";

/** Beyond this something hangs; the cases take about a quarter of an hour together. */
const RUN_MS_MAX = 1_800_000;

type Case = (dataDir: string) => Promise<Figure[] | Skipped> | Figure[];

const CASES: ReadonlyMap<string, Case> = new Map<string, Case>([
  ["moves", measureMoves],
  ["udp", measureUdp],
  ["sizes", measureSizes],
  ["players", measurePlayers],
  ["steps", measureSteps],
  ["logins", measureLogins],
  ["verifications", measureVerifications],
  ["verification-latency", measureVerificationLatency],
  ["events", measureEvents],
  ["history", measureHistory],
  ["commands", measureCommands],
  ["finds", measureFinds],
  ["relay", measureRelay],
  ["status", measureStatus],
  ["memory", (dataDir) => measureMemory(dataDir, soakMinutes)],
]);

const SOAK_OPTION = /^--soak-minutes=([1-9]|1[0-9]|20)$/;
const SOAK_MINUTES = 1;

const asJson = Deno.args.includes("--json");
const soakMinutes = Number(
  Deno.args.map((word) => SOAK_OPTION.exec(word)?.[1]).find(Boolean) ?? SOAK_MINUTES,
);
const wanted = Deno.args.filter((word) => word !== "--json" && !SOAK_OPTION.test(word));
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
  const skipped: Skipped[] = [];
  let hasFailed = false;
  for (const [name, measure] of CASES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    say(Deno.stderr, `measuring ${name}`);
    try {
      const measured = await measure(dataDir);
      if (Array.isArray(measured)) figures.push(...measured);
      else skipped.push(measured);
    } catch (error) {
      // What the others have measured is told all the same.
      hasFailed = true;
      skipped.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  // What else the machine does is in the figures.
  say(Deno.stderr, `load average ${Deno.loadavg().map((load) => load.toFixed(2)).join(" ")}`);
  const report = { ...about(), figures, skipped };
  say(Deno.stdout, asJson ? JSON.stringify(report, null, 2) : tableOf(figures, skipped));
  if (hasFailed) Deno.exitCode = 1;
} finally {
  clearTimeout(watchdog);
  await Deno.remove(dataDir, { recursive: true });
}

function about(): Readonly<Record<string, unknown>> {
  return {
    deno: Deno.version.deno,
    os: `${Deno.build.os} ${Deno.build.arch}`,
    cores: navigator.hardwareConcurrency,
  };
}

function say(output: { writeSync(bytes: Uint8Array): number }, text: string): void {
  output.writeSync(new TextEncoder().encode(`${text}\n`));
}
