import { tryJsonObject } from "../../core/json.ts";
import { isTestPath, type Module, resolvePath, type SourceTree } from "./module_graph.ts";
import { matchesAny, type PathPattern } from "./path_pattern.ts";

/** Files that are run, not imported. */
const ROOTS: readonly PathPattern[] = [
  "**/main.ts",
  "**/*_{test,bench}.{ts,js}",
  "deploy/*.ts",
  "tests/**",
];

/** Folders whose files may do nothing but export again: they stand in for packages. */
const BARREL_FOLDERS: readonly PathPattern[] = ["core/std/**"];

/** Rule 6: cycles of imports, types included, each reported once from its first file by name. */
export function findCycles(tree: SourceTree): string[] {
  const violations: string[] = [];
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      violations.push(describeCycle(trail.slice(start)));
      return;
    }
    if (finished.has(path)) return;
    for (const next of importedPaths(tree, path)) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of tree.modules.keys()) visit(path, []);
  return [...new Set(violations)];
}

function describeCycle(cycle: readonly string[]): string {
  const first = cycle.indexOf(cycle.toSorted()[0] ?? "");
  const turned = [...cycle.slice(first), ...cycle.slice(0, first)];
  return [...turned, turned[0]].join(" -> ");
}

/** The files that a file imports; one that it only starts as a worker may import it back. */
function importedPaths(tree: SourceTree, path: string): string[] {
  const imports = tree.modules.get(path)?.imports ?? [];
  return imports.flatMap(({ kind, target }) =>
    kind !== "url" && target.kind === "local" ? [target.path] : []
  );
}

/** Rule 6: files that only pass on what others export. */
export function findBarrels(tree: SourceTree): string[] {
  const violations: string[] = [];
  for (const module of tree.modules.values()) {
    if (matchesAny(module.path, BARREL_FOLDERS) || !isBarrel(module)) continue;
    violations.push(`${module.path} exports nothing of its own`);
  }
  return violations;
}

function isBarrel(module: Module): boolean {
  let rest = "";
  let offset = 0;
  let exportCount = 0;
  for (const { kind, start, end } of module.imports) {
    if (kind !== "import" && kind !== "export") continue;
    if (kind === "export") exportCount++;
    rest += module.code.slice(offset, Math.max(offset, start));
    offset = Math.max(offset, end);
  }
  rest += module.code.slice(offset);
  rest = rest.replaceAll(/\bexport\s*(?:type\s*)?\{[^}]*\}/g, () => {
    exportCount++;
    return "";
  });
  return exportCount > 0 && /^[\s;]*$/.test(rest);
}

/** Rule 6: files that nothing imports, or nothing but their own test. */
export function findUnusedModules(tree: SourceTree): string[] {
  const entries = [...tree.modules.keys()].filter((path) => matchesAny(path, ROOTS));
  const named = namedElsewhere(tree);
  const reached = new Set([...entries, ...named]);
  for (const path of reached) {
    for (const { target } of tree.modules.get(path)?.imports ?? []) {
      const isUse = target.kind === "local" && tree.modules.has(target.path);
      if (isUse && !isOwnTest(path, target.path)) reached.add(target.path);
    }
  }
  return [...tree.modules.keys()]
    .filter((path) => !reached.has(path))
    .map((path) => `${path} is imported by nothing but, at most, its own test`);
}

/** Whether a file is the unit test or benchmark of the other. */
function isOwnTest(path: string, subject: string): boolean {
  return isTestPath(path) && path.replace(/_(?:test|bench)\.(ts|js)$/, ".$1") === subject;
}

/** Modules that deno.json, a linked package or a page names. */
function namedElsewhere(tree: SourceTree): string[] {
  const named: string[] = [];
  for (const [path, text] of tree.sources) {
    if (path === "deno.json") {
      named.push(...[...text.matchAll(/[\w./-]+\.(?:ts|js)\b/g)].map(([word]) => word));
    } else if (path.endsWith("/deno.json")) {
      for (const exported of exportsOf(text)) named.push(resolvePath(exported, path));
    } else if (path.endsWith(".html")) {
      for (const [, source] of text.matchAll(/\b(?:src|href)\s*=\s*["']([^"'?#:]+)["']/g)) {
        if (source !== undefined) named.push(resolvePath(source, path));
      }
    }
  }
  return named.map((path) => path.replace(/^\.\//, "")).filter((path) => tree.modules.has(path));
}

function exportsOf(packageText: string): string[] {
  const exported = tryJsonObject(JSON.parse(packageText))?.exports;
  if (typeof exported === "string") return [exported];
  return Object.values(tryJsonObject(exported) ?? {}).filter((path) => typeof path === "string");
}
