/**
 * `deno task soak`: the whole system on real brokers and databases behind the real nginx, with players who
 * go the whole way again and again, while one thing after another goes wrong. Prints a report in Markdown,
 * also where it cannot go on; ends with 1 where something did not hold, with 2 where the command line cannot
 * be read.
 *
 * @module
 */
import { parseSoakOptions, type SoakOptions } from "./soak_options.ts";
import { reportOf } from "./soak_report.ts";
import { runSoak } from "./run_soak.ts";

const options = readOptions();
const result = await runSoak(options, { say: (text) => write(Deno.stderr, text) });
const report = reportOf(result);
try {
  // The file first: nobody may be reading the output any more.
  if (options.reportPath !== undefined) await Deno.writeTextFile(options.reportPath, `${report}\n`);
} finally {
  write(Deno.stdout, report);
}
Deno.exit(result.ledger.some(({ faults }) => faults.length > 0) ? 1 : 0);

function readOptions(): SoakOptions {
  try {
    return parseSoakOptions(Deno.args);
  } catch (error) {
    write(Deno.stderr, error instanceof Error ? error.message : String(error));
    return Deno.exit(2);
  }
}

function write(output: typeof Deno.stdout | typeof Deno.stderr, text: string): void {
  const bytes = new TextEncoder().encode(`${text}\n`);
  for (let sent = 0; sent < bytes.length;) sent += output.writeSync(bytes.subarray(sent));
}
