/** The arguments of a service: what a container's health check and an operator ask it. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runDeno } from "../../deploy/run_deno.ts";
import { parseServiceTarget, SERVICES, toPermissionFlags } from "../../deploy/service_target.ts";
import { findLowPort } from "../brokers/low_port.ts";
import { ROOT } from "./compose_file.ts";
import { LoggedProcess } from "./logged_process.ts";

const denoJson = await Deno.readTextFile(new URL("deno.json", ROOT));

/** How a service is run with the rights of its executable. */
function argsOf(name: string, args: readonly string[] = []): string[] {
  const target = parseServiceTarget(denoJson, name);
  const flags = toPermissionFlags(target, { read: ["./core"] });
  return ["run", "--quiet", ...flags, target.main, ...args];
}

for (const name of SERVICES) {
  Deno.test(`${name} says its version, its variables, and that it can read them`, async () => {
    const run = (flag: string) => runDeno(argsOf(name, [flag]), { cwd: ROOT });
    const [version, help, check] = await Promise.all(
      ["--version", "--help", "--check-config"].map(run),
    );
    assertMatch(version?.output ?? "", new RegExp(`^tanks-blitz ${name} \\d+\\.\\d+\\.\\d+ `));
    assertStringIncludes(help?.output ?? "", "\n  LISTEN_HOST ");
    assertEquals(check?.output, `${name}: every variable can be read\n`);
    assertEquals([version, help, check].map((result) => result?.success), [true, true, true]);
    // An executable may read what its task may: each variable is among those.
    assertEquals(unreadable(name, help?.output ?? ""), []);
  });
}

Deno.test("a service's health is asked by another process of it, and is not good once it has ended", async () => {
  const dataDir = await Deno.makeTempDir();
  const env = {
    AUTH_TCP_PORT: "0",
    AUTH_OPS_PORT: String(findLowPort()),
    LISTEN_HOST: "127.0.0.1",
    DATA_DIR: dataDir,
  };
  const health = () =>
    runDeno(["run", "--quiet", "-A", "auth/main.ts", "--health"], {
      cwd: ROOT,
      env,
    });
  try {
    assertEquals((await health()).success, false);
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", "auth/main.ts"],
      cwd: ROOT,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    await using auth = new LoggedProcess(command);
    await auth.event({ event: "listening", name: "ops" });
    const good = await health();
    assertEquals([good.success, JSON.parse(good.output)], [true, { status: "ready", down: {} }]);
    auth.interrupt();
    assertEquals((await auth.ended()).code, 0);
    const gone = await health();
    assertEquals([gone.success, gone.output], [false, ""]);
    assertStringIncludes(gone.error, "Cannot ask");
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

/** The variables of a help text that the service's task does not let it read. */
function unreadable(name: string, help: string): string[] {
  const allowed = parseServiceTarget(denoJson, name).variables.split(",");
  const variables = [...help.matchAll(/^ {2}([A-Z][A-Z0-9_]+) /gm)].map(([, variable = ""]) =>
    variable
  );
  return variables.filter((variable) =>
    !allowed.some((pattern) =>
      pattern.endsWith("*") ? variable.startsWith(pattern.slice(0, -1)) : variable === pattern
    )
  );
}
