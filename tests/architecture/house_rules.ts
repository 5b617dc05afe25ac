import { isTestPath, lineAt, type Module, type SourceTree } from "./module_graph.ts";
import { matchesAny, type PathPattern } from "./path_pattern.ts";

/** Lines of a file that need no reason; a table of cases needs none up to {@linkcode LINES_MAX}. */
const LINES_FREE_MAX = 200;

/** Lines of a file that has its reason, a comment `// Long because …`, within the lines below. */
const LINES_MAX = 400;
const REASON_LINES_MAX = 10;
const LONG_REASON = /^\s*(?:\/\/|\*|\/\*\*?)\s*Long because \S/m;

const BANNED_NAMES: ReadonlySet<string> = new Set([
  "utils",
  "helpers",
  "types",
  "common",
  "index",
  "manager2",
]);

/** Files that bear a banned name because a convention has it so. */
const NAMED_BY_CONVENTION: readonly PathPattern[] = ["core/std/*/types.d.ts"];

/** The one folder that the owner named otherwise. */
const FOLDERS_NAMED_OTHERWISE: ReadonlySet<string> = new Set(["status-worker"]);

/** Modules and folders whose names are not snake_case. */
export function findMisspeltNames(tree: SourceTree): string[] {
  return [...tree.modules.keys()].filter((path) => {
    const folders = path.split("/");
    const file = (folders.pop() ?? "").replace(/(?:\.d)?\.\w+$/, "");
    return ![file, ...folders].every((name) =>
      FOLDERS_NAMED_OTHERWISE.has(name) || /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(name)
    );
  });
}

/** Modules and folders whose names say nothing. */
export function findBannedNames(tree: SourceTree): string[] {
  return [...tree.modules.keys()].filter((path) => {
    if (matchesAny(path, NAMED_BY_CONVENTION)) return false;
    const names = path.split("/").map((name) => name.replace(/(?:_test|_bench)?\..*$/, ""));
    return names.some((name) => BANNED_NAMES.has(name));
  });
}

/** Modules that are too long, or long without a reason. */
export function findLongFiles(tree: SourceTree): string[] {
  const violations: string[] = [];
  for (const { path, text } of tree.modules.values()) {
    const lines = text.split("\n");
    const count = lines.at(-1) === "" ? lines.length - 1 : lines.length;
    const hasReason = LONG_REASON.test(lines.slice(0, REASON_LINES_MAX).join("\n"));
    if (count > LINES_MAX) violations.push(`${path} has ${count} lines, above ${LINES_MAX}`);
    else if (count > LINES_FREE_MAX && !hasReason && !path.endsWith("_test.ts")) {
      violations.push(`${path} has ${count} lines and no "// Long because …" at its top`);
    }
  }
  return violations;
}

/** Comments that put something off, or that switch a check off without saying why. */
export function findBadComments(tree: SourceTree): string[] {
  const violations: string[] = [];
  for (const { path, text, comments } of tree.modules.values()) {
    for (const comment of comments) {
      const mark = /@ts-(?:ignore|expect-error|nocheck)\b|\b(?:TODO|FIXME|XXX|HACK)\b/
        .exec(comment.text)?.[0] ?? unexplainedIgnore(comment.text);
      if (mark) violations.push(`${path}:${lineAt(text, comment.offset)} says ${mark}`);
    }
  }
  return violations;
}

function unexplainedIgnore(comment: string): string | undefined {
  const ignore = /^(?:\/\/|\/\*)\s*(deno-lint-ignore(?:-file)?)\b(.*)/.exec(comment);
  return ignore && !/\s--\s+\S/.test(ignore[2] ?? "")
    ? `${ignore[1]} without -- reason`
    : undefined;
}

const ANY_TYPE =
  /(?:[:<,|&(=[]|=>|\b(?:as|extends|is|satisfies|keyof|readonly))\s*(any)\b(?!\s*[:(.?])/g;

/** Types that say `any`. */
export function findAnyTypes(tree: SourceTree): string[] {
  return findInCode(tree, ANY_TYPE, { suffix: ".ts", what: "says any" });
}

/** Default exports, which every importer names as it likes. */
export function findDefaultExports(tree: SourceTree): string[] {
  return findInCode(tree, /(?<![.\w$])export\s+default\b/g, {
    suffix: "",
    what: "exports default",
  });
}

function findInCode(
  tree: SourceTree,
  pattern: RegExp,
  options: { readonly suffix: string; readonly what: string },
): string[] {
  const violations: string[] = [];
  for (const { path, text, code } of tree.modules.values()) {
    if (!path.endsWith(options.suffix)) continue;
    for (const { index } of code.matchAll(pattern)) {
      violations.push(`${path}:${lineAt(text, index)} ${options.what}`);
    }
  }
  return violations;
}

/** Where what is exported has to be tested. */
const TESTED_FILES: readonly PathPattern[] = ["{core,auth,game,status-worker}/**"];
const UNTESTED_FILES: readonly PathPattern[] = [
  "**/main.ts",
  // A page is tested in a browser.
  "game/web/**",
];

/**
 * Modules that export a function or class and that are tested nowhere: no test stands beside them, none
 * imports them, and no neighbour that uses them has a test beside it.
 */
export function findUntestedModules(tree: SourceTree): string[] {
  const tested = new Set<string>();
  const markImports = (path: string, isMeant: (imported: string) => boolean): void => {
    for (const { target } of tree.modules.get(path)?.imports ?? []) {
      if (target.kind === "local" && isMeant(target.path)) tested.add(target.path);
    }
  };
  for (const { path } of tree.modules.values()) {
    if (!isTestPath(path)) continue;
    const subject = path.replace(/_test\.(ts|js)$/, ".$1");
    markImports(path, () => true);
    // An inner file of a module is tested through the file that it serves.
    if (subject !== path) markImports(subject, (imported) => folderOf(imported) === folderOf(path));
  }
  return [...tree.modules.values()].filter((module) => {
    const { path } = module;
    if (!matchesAny(path, TESTED_FILES) || matchesAny(path, UNTESTED_FILES)) return false;
    return !isTestPath(path) && !tested.has(path) && exportsCode(module) &&
      !tree.modules.has(path.replace(/\.(ts|js)$/, "_test.$1"));
  }).map(({ path }) => `${path} has no test beside it and is imported by none`);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** Whether a module exports a function or class; an error that only bears a name does not count. */
function exportsCode({ path, code }: Module): boolean {
  if (path.endsWith(".d.ts")) return false;
  return /(?<![.\w$])export\s+(?:async\s+)?(?:abstract\s+)?(?:function|class)\b(?!\s+\w+\s+extends\s+\w*Error\b)/
    .test(code);
}
