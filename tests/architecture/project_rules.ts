import { tryJsonObject } from "../../core/json.ts";
import type { SourceTree } from "./module_graph.ts";

/** What the owner's design card lets stand at the top, apart from dot-files. */
const TOP_LEVEL: ReadonlySet<string> = new Set([
  "deno.json",
  "deno.lock",
  "auth",
  "game",
  "status-worker",
  "core",
  "tests",
  "deploy",
  "compose.yaml",
  "README.md",
]);

/** Files and folders at the top that the design card does not name. */
export function findTopLevelStrangers(tree: SourceTree): string[] {
  const names = new Set([...tree.sources.keys()].map((path) => path.split("/")[0] ?? path));
  return [...names].filter((name) => !name.startsWith(".") && !TOP_LEVEL.has(name));
}

/** Tasks in deno.json that do not say what they do. */
export function findUndescribedTasks(tree: SourceTree): string[] {
  const tasks = Object.entries(tryJsonObject(tree.config.tasks) ?? {});
  return tasks
    .filter(([, task]) => {
      const description = tryJsonObject(task)?.description;
      return typeof description !== "string" || description.trim() === "";
    })
    .map(([name]) => `deno.json: task ${name} has no description`);
}

/** Imports of @std in deno.json that do not come from JSR. */
export function findStdOutsideJsr(tree: SourceTree): string[] {
  const imports = Object.entries(tryJsonObject(tree.config.imports) ?? {});
  return imports
    .filter(([name, target]) => {
      return name.startsWith("@std/") &&
        !(typeof target === "string" && target.startsWith("jsr:@std/"));
    })
    .map(([name, target]) => `deno.json: ${name} is ${target}, not jsr:`);
}
