import { assertEquals } from "@std/assert";
import { parseTree, type SourceTree } from "./module_graph.ts";
import { findStdOutsideJsr, findTopLevelStrangers, findUndescribedTasks } from "./project_rules.ts";

function treeWith(config: unknown): SourceTree {
  return parseTree(new Map([["deno.json", JSON.stringify(config)]]));
}

Deno.test("findTopLevelStrangers finds what the design does not name", () => {
  const paths = [
    "deno.json",
    "deno.lock",
    "compose.yaml",
    "README.md",
    ".gitignore",
    "auth/main.ts",
    "status-worker/main.ts",
    "package.json",
    "docs/a.md",
    "docs/b.md",
  ];
  const tree = parseTree(new Map(paths.map((path) => [path, path === "deno.json" ? "{}" : ""])));
  assertEquals(findTopLevelStrangers(tree), ["package.json", "docs"]);
});

Deno.test("findUndescribedTasks finds a task that does not say what it does", () => {
  const tasks = {
    good: { description: "Starts all.", command: "deno run a.ts" },
    bare: "deno run a.ts",
    blank: { description: " ", command: "deno run a.ts" },
    none: { command: "deno run a.ts" },
  };
  assertEquals(findUndescribedTasks(treeWith({ tasks })), [
    "deno.json: task bare has no description",
    "deno.json: task blank has no description",
    "deno.json: task none has no description",
  ]);
  assertEquals(findUndescribedTasks(treeWith({})), []);
});

Deno.test("findStdOutsideJsr finds @std from elsewhere", () => {
  const imports = {
    "@std/assert": "jsr:@std/assert@^1.0.19",
    "@std/log": "./core/std/log/mod.ts",
    "@std/path": "npm:deno-std@1.4.0/path/mod.js",
    "jose": "npm:jose@^6.2.17",
  };
  assertEquals(findStdOutsideJsr(treeWith({ imports })), [
    "deno.json: @std/log is ./core/std/log/mod.ts, not jsr:",
    "deno.json: @std/path is npm:deno-std@1.4.0/path/mod.js, not jsr:",
  ]);
});
