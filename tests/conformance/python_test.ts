import { assert, assertEquals } from "@std/assert";

const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const RUNNER = new URL("./run.ts", import.meta.url).pathname;
const DECODER = new URL("./python/decoder.py", import.meta.url).pathname;

const hasPython = await succeeds(["python3", "--version"]);

Deno.test({
  name: hasPython
    ? "The decoder that was written from the specification alone answers every vector"
    : "The decoder that was written from the specification alone (skipped: python3 is not installed)",
  ignore: !hasPython,
  fn: async () => {
    const args = [
      "run",
      "--quiet",
      "--no-check",
      `--config=${CONFIG}`,
      "--allow-read",
      "--allow-run",
    ];
    const command = [...args, RUNNER, "--", "python3", DECODER];
    const { code, stdout } = await new Deno.Command(Deno.execPath(), { args: command }).output();
    const said = new TextDecoder().decode(stdout).trim();
    const [, agreed, cases] = said.match(/^(\d+) of (\d+) cases agree$/m) ?? [];
    assertEquals([code, agreed], [0, cases], said);
    assert(Number(cases) > 200, said);
  },
});

/** Whether a command can be run and ends with 0. */
async function succeeds([program = "", ...args]: readonly string[]): Promise<boolean> {
  try {
    const options = { args, stdin: "null", stdout: "null", stderr: "null" } as const;
    return (await new Deno.Command(program, options).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
