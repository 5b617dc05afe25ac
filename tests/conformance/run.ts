/**
 * Holds any codec against the golden vectors:
 *
 *     deno run --allow-read=tests/conformance --allow-run tests/conformance/run.ts -- python3 decoder.py
 *
 * The command gets all requests as JSON lines, `{"id":7,"op":"decode",…}`, on standard input, and writes
 * a line `{"id":7,"response":{…}}` for each on standard output, in any order. An answer that is missing or
 * differs is printed with its name, and the exit code is then 1.
 */
import { tryJsonObject } from "../../core/json.ts";
import { readVectors, runVectors } from "./vector_runner.ts";

const command = Deno.args[0] === "--" ? Deno.args.slice(1) : Deno.args;
const { cases, failures } = await runVectors(command, await readVectors());
for (const { name, expected, received } of failures) {
  print(`FAILED ${name}\n  expected ${brief(expected)}\n  received ${brief(received)}`);
}
print(`${cases - failures.length} of ${cases} cases agree`);
Deno.exitCode = failures.length === 0 ? 0 : 1;

function brief(value: unknown): string {
  const text = JSON.stringify(tryJsonObject(value) ?? null);
  return text.length > 2_000 ? `${text.slice(0, 2_000)}…` : text;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
