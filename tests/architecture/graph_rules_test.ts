import { assertEquals } from "@std/assert";
import { findBarrels, findCycles, findStaleTestSupport, findUnusedModules } from "./graph_rules.ts";
import { parseTree, type SourceTree } from "./module_graph.ts";

function treeOf(files: Record<string, string>): SourceTree {
  return parseTree(new Map(Object.entries(files)));
}

Deno.test("findCycles passes a tree without cycles", () => {
  const tree = treeOf({
    "a.ts": 'import "./b.ts"; import "./c.ts";',
    "b.ts": 'import "./c.ts";',
    "c.ts": "",
  });
  assertEquals(findCycles(tree), []);
});

Deno.test("findCycles finds each cycle once, from its first file by name", () => {
  const tree = treeOf({
    "c.ts": 'import "./a.ts";',
    "b.ts": 'import "./c.ts";',
    "a.ts": 'import "./b.ts";',
    "d.ts": 'import "./a.ts"; import "./e.ts";',
    "e.ts": 'import "./d.ts";',
    "f.ts": 'import "./f.ts";',
  });
  assertEquals(findCycles(tree), [
    "a.ts -> b.ts -> c.ts -> a.ts",
    "d.ts -> e.ts -> d.ts",
    "f.ts -> f.ts",
  ]);
});

Deno.test("findCycles counts types and lazy imports, but not the modules of workers", () => {
  const back = 'import type { A } from "./a.ts";';
  assertEquals(findCycles(treeOf({ "a.ts": 'await import("./b.ts");', "b.ts": back })), [
    "a.ts -> b.ts -> a.ts",
  ]);
  const worker = 'new Worker(new URL("./b.ts", import.meta.url));';
  assertEquals(findCycles(treeOf({ "a.ts": worker, "b.ts": back })), []);
});

const BARRELS: readonly [text: string, isBarrel: boolean][] = [
  ['export * from "./a.ts";', true],
  ['// All of it.\nexport * from "./a.ts";\nexport { b } from "./b.ts";\n', true],
  ['export type { A } from "./a.ts";', true],
  ['import { a } from "./a.ts";\nexport { a };', true],
  ['export * from "./a.ts";\nexport const b = 1;', false],
  ['export { a } from "./a.ts";\nconst b = 1;\nexport { b };', false],
  ["export const a = 1;", false],
  ['import "./a.ts";', false],
  ["", false],
];

for (const [text, isBarrel] of BARRELS) {
  Deno.test(`findBarrels ${isBarrel ? "finds" : "passes"} ${JSON.stringify(text)}`, () => {
    const expected = isBarrel ? ["core/net/all.ts exports nothing of its own"] : [];
    assertEquals(findBarrels(treeOf({ "core/net/all.ts": text })), expected);
  });
}

Deno.test("findBarrels passes the stand-ins for packages", () => {
  assertEquals(findBarrels(treeOf({ "core/std/log/mod.ts": 'export * from "./a.ts";' })), []);
});

function unusedIn(files: Record<string, string>): string[] {
  return findUnusedModules(treeOf(files)).map((violation) => violation.split(" ")[0] ?? "");
}

Deno.test("findUnusedModules finds what no entrypoint or page leads to", () => {
  const unused = unusedIn({
    "game/main.ts": 'import "./service.ts";',
    "game/service.ts": 'import type { A } from "./a.ts"; new URL("./worker.ts", import.meta.url);',
    "game/a.ts": 'await import("./lazy.ts");',
    "game/lazy.ts": "",
    "game/worker.ts": "",
    "game/island.ts": 'import "./shore.ts";',
    "game/shore.ts": 'import "./island.ts";',
  });
  assertEquals(unused, ["game/island.ts", "game/shore.ts"]);
});

Deno.test("findUnusedModules finds what nothing but tests and benchmarks import", () => {
  const unused = unusedIn({
    "core/a.ts": "",
    "core/a_test.ts": 'import "./a.ts";',
    "core/a_bench.ts": 'import "./a.ts";',
    "core/b.ts": "",
    "tests/e2e/b_test.ts": 'import "../../core/b.ts"; import "../clients/c.ts";',
    "tests/clients/c.ts": "",
    "deno.json": '{"tasks":{"chaos":"deno test tests/e2e/b_test.ts"}}',
  });
  assertEquals(unused, ["core/a.ts", "core/b.ts"]);
});

Deno.test("findUnusedModules passes what is there for tests, where one uses it", () => {
  const unused = unusedIn({
    "core/manual_clock.ts": "",
    "game/testing.ts": "",
    "game/a_test.ts": 'import "../core/manual_clock.ts";',
  });
  assertEquals(unused, ["game/testing.ts"]);
});

Deno.test("findStaleTestSupport finds patterns that name no file", () => {
  const stale = findStaleTestSupport(treeOf({ "core/manual_clock.ts": "" }));
  assertEquals(stale.some((text) => text.includes(" core/manual_clock.ts ")), false);
  assertEquals(stale.some((text) => text.includes(" **/*_fixture.ts ")), true);
});

Deno.test("findUnusedModules passes what deno.json, a linked package or a page names", () => {
  const unused = unusedIn({
    "deno.json": '{"tasks":{"load":"deno run ./game/load.ts --include=game/worker.ts"}}',
    "game/load.ts": "",
    "game/worker.ts": "",
    "core/std/log/deno.json": '{"name":"@std/log","exports":"./mod.ts"}',
    "core/std/log/mod.ts": "",
    "core/std/a/deno.json": '{"exports":{".":"./mod.ts"}}',
    "core/std/a/mod.ts": 'export * from "./b.ts";',
    "core/std/a/b.ts": '// @ts-types="./b.d.ts"\nexport * from "npm:b";',
    "core/std/a/b.d.ts": "",
    "game/web/index.html": '<script type="module" src="/app.js"></script>',
    "game/web/app.js": 'import "./view.js";',
    "game/web/view.js": "",
    "game/web/old.js": "",
  });
  assertEquals(unused, ["game/web/old.js"]);
});
