import { assertEquals, assertThrows } from "@std/assert";
import { eagerClosure, lineAt, parseTree, type SourceTree } from "./module_graph.ts";

const CONFIG = JSON.stringify({
  imports: {
    "@std/assert": "jsr:@std/assert@^1.0.19",
    "jose": "npm:jose@^6.2.17",
    "core/": "./core/",
    "clock": "./core/clock.ts",
  },
});

function treeOf(files: Record<string, string>): SourceTree {
  return parseTree(new Map(Object.entries({ "deno.json": CONFIG, ...files })));
}

const TARGETS: readonly [path: string, specifier: string, target: unknown][] = [
  ["game/main.ts", "./service.ts", { kind: "local", path: "game/service.ts" }],
  ["game/main.ts", "../core/log.ts", { kind: "local", path: "core/log.ts" }],
  ["game/wire/codec.ts", "../../core/../core/rng.ts", { kind: "local", path: "core/rng.ts" }],
  ["game/web/app/main.js", "/view.js", { kind: "local", path: "game/web/view.js" }],
  ["game/main.ts", "core/log.ts", { kind: "local", path: "core/log.ts" }],
  ["game/main.ts", "clock", { kind: "local", path: "core/clock.ts" }],
  ["core/log.ts", "npm:kafkajs@2.2.4", { kind: "npm", name: "kafkajs" }],
  ["core/log.ts", "npm:@scope/name@1/sub.js", { kind: "npm", name: "@scope/name" }],
  ["core/log.ts", "npm:/kafkajs@2.2.4", { kind: "npm", name: "kafkajs" }],
  ["core/log.ts", "jsr:@std/log@0.224.14", { kind: "jsr", name: "@std/log" }],
  ["core/log.ts", "@std/assert", { kind: "jsr", name: "@std/assert" }],
  ["core/log.ts", "@std/assert/equals", { kind: "jsr", name: "@std/assert" }],
  ["core/log.ts", "jose", { kind: "npm", name: "jose" }],
  ["core/log.ts", "node:sqlite", { kind: "node", name: "node:sqlite" }],
  ["core/log.ts", "node:fs/promises", { kind: "node", name: "node:fs/promises" }],
  ["core/log.ts", "https://a.test/b.ts", { kind: "remote", name: "https://a.test/b.ts" }],
  ["core/log.ts", "lodash", { kind: "unknown", name: "lodash" }],
];

for (const [path, specifier, target] of TARGETS) {
  Deno.test(`parseTree resolves ${specifier} in ${path}`, () => {
    const tree = treeOf({ [path]: `import "${specifier}";` });
    assertEquals<unknown>(tree.modules.get(path)?.imports[0]?.target, target);
  });
}

Deno.test("parseTree resolves the module of a worker and leaves a computed import unknown", () => {
  const tree = treeOf({
    "game/main.ts": 'new URL("udp_worker.ts", import.meta.url);\nimport(name);',
  });
  assertEquals(
    tree.modules.get("game/main.ts")?.imports.map(({ target, line }) => [target, line]),
    [
      [{ kind: "local", path: "game/udp_worker.ts" }, 1],
      [{ kind: "unknown", name: "a computed specifier" }, 2],
    ],
  );
});

Deno.test("parseTree takes TypeScript and JavaScript for modules and keeps every other path", () => {
  const tree = treeOf({ "a.ts": "", "b.js": "", "c.d.ts": "", "README.md": "", "d.tsx.txt": "" });
  assertEquals([...tree.modules.keys()], ["a.ts", "b.js", "c.d.ts"]);
  assertEquals(tree.sources.has("README.md"), true);
});

Deno.test("parseTree throws where deno.json is no JSON object", () => {
  for (const text of ["", "[]", "{"]) {
    assertThrows(() => treeOf({ "deno.json": text }), Error, "Cannot read deno.json");
  }
  assertEquals(parseTree(new Map()).config, {});
});

Deno.test("lineAt counts from one", () => {
  const lines = [0, 1, 2, 3, 4].map((offset) => lineAt("a\n\nb", offset));
  assertEquals(lines, [1, 1, 2, 3, 3]);
});

Deno.test("eagerClosure follows what runs with a module, and neither types nor lazy imports", () => {
  const tree = treeOf({
    "a.ts": 'import "./b.ts"; import type { C } from "./c.ts"; await import("./d.ts");',
    "b.ts": 'export * from "./e.ts"; new URL("./f.ts", import.meta.url);',
    "c.ts": "",
    "d.ts": "",
    "e.ts": 'import "./a.ts";',
    "f.ts": "",
  });
  assertEquals([...eagerClosure(tree, "a.ts")], [
    ["a.ts", undefined],
    ["b.ts", "a.ts"],
    ["e.ts", "b.ts"],
  ]);
});
