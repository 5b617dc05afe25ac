import { assertEquals } from "@std/assert";
import { parseTree } from "./module_graph.ts";
import { findProcessCalls } from "./process_rules.ts";

function callsIn(path: string, text: string): string[] {
  return findProcessCalls(parseTree(new Map([[path, text]])));
}

const SOURCES: readonly [text: string, calls: string[]][] = [
  ['const port = Deno.env.get("PORT");', ["Deno.env"]],
  ["Deno.exit(1);", ["Deno.exit"]],
  ['Deno.addSignalListener("SIGTERM", stop);', ["Deno.addSignalListener"]],
  ['Deno.removeSignalListener("SIGTERM", stop);', ["Deno.removeSignalListener"]],
  ["globalThis.Deno.exit();", ["globalThis.Deno.exit"]],
  ["const { env } = Deno;", ["Deno"]],
  ['Deno["exit"]();', ["Deno["]],
  ["process.exit(1); process.env.PORT;", ["process.exit", "process.env"]],
  ["Deno.exit(1); Deno.exit(2);", ["Deno.exit", "Deno.exit"]],
  ["// Deno.env\nconst text = 'Deno.exit';", []],
  ["Deno.environment; worker.process.exit; myDeno.exit();", []],
  ["const { size } = Deno.statSync(path);", []],
];

for (const [text, calls] of SOURCES) {
  Deno.test(`findProcessCalls finds [${calls}] in ${text}`, () => {
    assertEquals(callsIn("core/log.ts", text), calls.map((call) => `core/log.ts:1 uses ${call}`));
  });
}

const PATHS: readonly [path: string, isAllowed: boolean][] = [
  ["game/main.ts", true],
  ["game/gateway/main.ts", true],
  ["core/lifecycle.ts", true],
  ["deploy/all_in_one.ts", true],
  ["tests/e2e/play_test.ts", true],
  ["core/config.ts", false],
  ["core/config_test.ts", false],
  ["game/service.ts", false],
  ["game/domain.ts", false],
];

for (const [path, isAllowed] of PATHS) {
  Deno.test(`findProcessCalls ${isAllowed ? "passes" : "finds"} Deno.exit in ${path}`, () => {
    assertEquals(callsIn(path, "\nDeno.exit();"), isAllowed ? [] : [`${path}:2 uses Deno.exit`]);
  });
}
