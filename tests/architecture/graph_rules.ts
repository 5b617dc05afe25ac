import { tryJsonObject } from "../../core/json.ts";
import { isTestPath, type Module, resolvePath, type SourceTree } from "./module_graph.ts";
import { matchesAny, type PathPattern, stalePatterns } from "./path_pattern.ts";

/** Files that users run, and those that they import: nothing here has to import them. */
const ROOTS: readonly PathPattern[] = [
  "{auth,game,status-worker}/**/main.ts",
  "deploy/{all_in_one,compile}.ts",
  // The Dockerfile runs it.
  "deploy/image_root.ts",
  "tests/load/main.ts",
  // The client library's doors, of which the README tells.
  "game/client/{open_udp_client,match_view}.ts",
];

/** Files that are there for tests, which alone import them. */
const TEST_SUPPORT: readonly PathPattern[] = [
  "core/manual_clock.ts",
  "**/testing.ts",
  "**/*_{testing,fixture}.ts",
  // Compares what the two ends of a connection have.
  "game/wire/frame_hash.ts",
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

/** Rule 6: files that nothing imports, or nothing but tests. */
export function findUnusedModules(tree: SourceTree): string[] {
  const paths = [...tree.modules.keys()];
  const roots = paths.filter((path) => matchesAny(path, ROOTS));
  const named = namedElsewhere(tree).filter((path) => !isTestPath(path));
  const used = reachedFrom([...roots, ...named], tree);
  const testSupport = reachedFrom(paths.filter(isTestPath), tree);
  return paths
    .filter((path) => !isTestPath(path) && !used.has(path))
    .filter((path) => !matchesAny(path, TEST_SUPPORT) || !testSupport.has(path))
    .map((path) => `${path} is imported by nothing but, at most, tests`);
}
/** Patterns of {@linkcode TEST_SUPPORT} and {@linkcode ROOTS} that name no file. */
export function findStaleTestSupport(tree: SourceTree): string[] {
  return stalePatterns([...tree.modules.keys()], [...ROOTS, ...TEST_SUPPORT])
    .map((pattern) => `tests/architecture/graph_rules.ts: ${pattern} names no file`);
}

/** The modules, and all that they lead to. */
function reachedFrom(paths: readonly string[], tree: SourceTree): Set<string> {
  const reached = new Set(paths);
  for (const path of reached) {
    for (const { target } of tree.modules.get(path)?.imports ?? []) {
      if (target.kind === "local" && tree.modules.has(target.path)) reached.add(target.path);
    }
  }
  return reached;
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
