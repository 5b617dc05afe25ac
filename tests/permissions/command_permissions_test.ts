/**
 * What an operator's command may not do, tried in its own process with the very flags of its task.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { SERVICES } from "../../deploy/service_target.ts";
import { notRefused, tryProbeReport } from "./probe_report.ts";
import { probedCommand, readLimitedTasks, readTaskWords, ROOT } from "./task_command.ts";

/** The tasks, what each is asked, and with what code it ends where accounts are an empty file. */
const COMMANDS: Readonly<Record<string, { readonly args: string[]; readonly code: number }>> = {
  replay: { args: ["--list"], code: 2 },
  accounts: { args: ["list"], code: 0 },
  "auth:rotate-key": { args: [], code: 0 },
};

Deno.test("every task with rights of its own is probed", async () => {
  const probed = [...SERVICES, "dev", ...Object.keys(COMMANDS)];
  assertEquals((await readLimitedTasks()).toSorted(), probed.toSorted());
});

for (const [name, { args, code }] of Object.entries(COMMANDS)) {
  Deno.test(`${name} works with the rights of its task, and has no others`, async () => {
    const dataDir = `data/permissions-${crypto.randomUUID()}`;
    await Deno.mkdir(new URL(dataDir, ROOT), { recursive: true });
    await Deno.writeFile(new URL(`${dataDir}/tanks.sqlite`, ROOT), new Uint8Array());
    try {
      const env = { DATA_DIR: dataDir, KAFKA_SASL_PASSWORD: "kafka", AWS_SECRET_ACCESS_KEY: "x" };
      const words = [...await readTaskWords(name), ...args];
      const ended = await probedCommand(words, env).output();
      const [output = "", error] = [ended.stdout, ended.stderr].map((bytes) =>
        new TextDecoder().decode(bytes)
      );
      assertEquals(ended.code, code, error);
      const [report] = output.split("\n").flatMap((line) => tryProbeReport(line) ?? []);
      assert(report !== undefined, output);
      assertEquals(notRefused(report), ["connect_loopback"], JSON.stringify(report.outcomes));
      assertEquals(report.importable, []);
      assertEquals(report.variables.includes("AWS_SECRET_ACCESS_KEY"), false);
      assertEquals(report.variables.includes("KAFKA_SASL_PASSWORD"), name === "replay");
    } finally {
      await Deno.remove(new URL(dataDir, ROOT), { recursive: true });
    }
  });
}
