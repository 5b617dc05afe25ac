import { assertEquals } from "@std/assert";
import { parseSoakOptions } from "./soak_options.ts";
import { reportOf } from "./soak_report.ts";
import { runSoak } from "./run_soak.ts";
import type { SoakSystem } from "./soak_system.ts";
import { SoakTroubles } from "./soak_troubles.ts";

Deno.test("SoakTroubles keeps what was thrown, and what nobody has caught", async () => {
  const troubles = new SoakTroubles();
  assertEquals(await troubles.guard("could not count", () => 3), 3);
  assertEquals(
    await troubles.guard("could not read", () => Promise.reject(new Error("gone"))),
    undefined,
  );
  const caught = Promise.withResolvers<void>();
  {
    using _strays = troubles.watchStrays();
    globalThis.addEventListener("unhandledrejection", () => caught.resolve(), { once: true });
    void Promise.reject(new Error("astray"));
    await caught.promise;
  }
  const starts = troubles.line().faults.map((text) => text.split(": ")[0]);
  assertEquals(starts, ["could not read", "nobody caught"]);
});

Deno.test("runSoak has a report also where it cannot begin", async () => {
  const open = (): Promise<never> => Promise.reject(new Error("Cannot run: no such program"));
  const result = await runSoak(parseSoakOptions([]), { say: () => {}, open });
  assertEquals(result.ledger.map(({ faults }) => faults.length), [1]);
  const report = reportOf(result);
  assertEquals(report.includes("**did not hold**"), true);
  assertEquals(report.includes("no such program"), true, report);
});

Deno.test("soak writes its report and ends with 1 where a broker is not installed", async () => {
  const path = await Deno.makeTempFile({ prefix: "tanks-" });
  try {
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--quiet",
        "--allow-all",
        "tests/soak/main.ts",
        `--report=${path}`,
      ],
      env: { PATH: "/nowhere" },
      stdout: "null",
      stderr: "null",
    }).output();
    assertEquals(code, 1);
    assertEquals((await Deno.readTextFile(path)).startsWith("# Soak\n"), true);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("runSoak says what it has seen where it cannot go on, and closes what it opened", async () => {
  let closeCount = 0;
  const close = (): Promise<void> => {
    closeCount++;
    return Promise.reject(new Error("does not close"));
  };
  // The first player asks for what is not there.
  const system = { faults: [], close } as Partial<SoakSystem> as SoakSystem;
  const open = (): Promise<SoakSystem> => Promise.resolve(system);
  const { ledger } = await runSoak(parseSoakOptions([]), { say: () => {}, open });
  const starts = ledger.flatMap(({ faults }) => faults).map((text) => text.split(": ")[0]);
  assertEquals(starts, ["could not go on", "could not run"]);
  assertEquals(closeCount, 1);
});
