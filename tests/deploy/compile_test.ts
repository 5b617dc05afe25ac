/** The task itself: what its parts do is tested beside them. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runDeno } from "../../deploy/run_deno.ts";
import { SERVICES } from "../../deploy/service_target.ts";
import { ROOT } from "./compose_file.ts";

Deno.test("deno task compile proves graph, files and permissions of every service", async () => {
  const { success, output, error } = await runDeno(["task", "--quiet", "compile"], { cwd: ROOT });
  assert(success, error);
  const lines = output.trim().split("\n");
  assertEquals(lines.map((line) => line.split(":")[0]), SERVICES.map((name) => `dist/${name}`));
  for (const line of lines) {
    assertMatch(
      line,
      /^dist\/[a-z-]+: \d+ files of ours, [1-9]\d* workers among them, and packages: /,
    );
  }
});

Deno.test("deno task compile names a service that there is not, and ends with an error", async () => {
  const args = ["task", "--quiet", "compile", "auth", "autth"];
  const { success, output } = await runDeno(args, { cwd: ROOT });
  assertEquals(success, false);
  assertEquals(
    output.trim(),
    "Cannot compile autth: there are auth, game, gateway, matchmaker, status-worker",
  );
});
