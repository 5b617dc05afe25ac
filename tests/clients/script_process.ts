import { systemClock } from "../../core/clock.ts";

const DEADLINE_MS = 30_000;

/** How a script ended. */
export interface EndedScript {
  /** Its exit code. */
  readonly code: number;
  /** What it wrote: its standard output, and then its errors. */
  readonly text: string;
}

/**
 * Runs a script in a process of its own, at the root of this repository, until it ends by itself; after half a
 * minute it is killed. `onStarted` is called when it has written the line `started`.
 */
export async function runScript(
  script: string,
  { env = {}, onStarted = (): void => {} }: {
    readonly env?: Readonly<Record<string, string>>;
    readonly onStarted?: (process: Deno.ChildProcess) => void;
  } = {},
): Promise<EndedScript> {
  const deadline = new AbortController();
  const cancel = systemClock.after(DEADLINE_MS, () => deadline.abort());
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "--no-check", "--ext=ts", "--allow-all", "-"],
    cwd: new URL("../..", import.meta.url),
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    // One that never ends fails the test instead of holding it up.
    signal: deadline.signal,
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const errors = new Response(process.stderr).text();
  let output = "";
  let isStarted = false;
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    if (isStarted || !output.includes("started\n")) continue;
    isStarted = true;
    onStarted(process);
  }
  const { code } = await process.status;
  cancel();
  return { code, text: output + await errors };
}
