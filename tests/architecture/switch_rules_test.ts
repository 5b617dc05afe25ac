import { assertEquals } from "@std/assert";
import { parseTree } from "./module_graph.ts";
import { findOpenSwitches } from "./switch_rules.ts";

function openIn(text: string, path = "game/match.ts"): string[] {
  return findOpenSwitches(parseTree(new Map([[path, text]])));
}

const SOURCES: readonly (readonly [text: string, lines: readonly number[]])[] = [
  ['switch (a.kind) { case "x": return; default: return unreachable(a); }', []],
  ['switch (a.kind) { case "x": return; }', [1]],
  ['\nswitch (a(b)) { case "x": { return { default: 1 }; } }', [2]],
  ["switch (a) { case 1: switch (b) { default: break; } }", [1]],
  ["switch (a) { case 1: switch (b) { case 2: break; } default: break; }", [1]],
  ["switch (a) { case 1: // default:\n }", [1]],
  ['const text = "switch (a) { }"; this.switch(a); // switch (b) {}', []],
];

for (const [text, lines] of SOURCES) {
  Deno.test(`findOpenSwitches finds [${lines}] in ${JSON.stringify(text)}`, () => {
    const found = lines.map((line) =>
      `game/match.ts:${line} has a switch that does not end in unreachable`
    );
    assertEquals(openIn(text), found);
  });
}

Deno.test("findOpenSwitches passes tests", () => {
  const text = "switch (a) { case 1: }";
  assertEquals(openIn(text, "game/match_test.ts"), []);
  assertEquals(openIn(text, "tests/harness.ts"), []);
  assertEquals(openIn(text, "core/net/a.ts").length, 1);
});
