/**
 * `deno task load`: bots play the whole journey, and what they see is measured. README.md beside it says
 * how. With the one argument `--share` it is one of the processes of another that runs.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";
import { runLoadProgram } from "./load_program.ts";
import { serveShare } from "./serve_share.ts";

/** A terminal's Ctrl-C comes twice, from a task runner again: only what comes later is a second one. */
const SIGNAL_ECHO_MS = 1_000;
const EXIT_INTERRUPTED = 130;
const RUN_ID_BYTES = 4;

const stop = new AbortController();
let firstSignalMs: number | undefined;
const isShare = Deno.args.length === 1 && Deno.args[0] === "--share";

function onSignal(): void {
  // A share ends with whoever started it.
  if (isShare) return;
  const nowMs = systemClock.monotonicMs();
  firstSignalMs ??= nowMs;
  if (nowMs - firstSignalMs > SIGNAL_ECHO_MS) Deno.exit(EXIT_INTERRUPTED);
  stop.abort(new Error("The load was interrupted"));
}

function writeTo(output: { writeSync(bytes: Uint8Array): number }): (text: string) => void {
  return (text) => {
    for (let rest = new TextEncoder().encode(text); rest.length > 0;) {
      rest = rest.subarray(output.writeSync(rest));
    }
  };
}

for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, onSignal);
if (isShare) {
  await serveShare({ input: Deno.stdin.readable, write: writeTo(Deno.stdout) });
  Deno.exit(0);
}
Deno.exit(
  await runLoadProgram(Deno.args, {
    write: writeTo(Deno.stdout),
    writeAside: writeTo(Deno.stderr),
    isTerminal: Deno.stderr.isTerminal(),
    signal: stop.signal,
    runId: crypto.getRandomValues(new Uint8Array(RUN_ID_BYTES)).toHex(),
  }),
);
