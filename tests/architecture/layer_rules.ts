import { isTestPath, type SourceTree } from "./module_graph.ts";
import { matchesAny, type PathPattern } from "./path_pattern.ts";

/** The parts of the program: each service is one, and so is what several of them share. */
type Part =
  | "core"
  | "auth"
  | "status-worker"
  | "game server"
  | "gateway"
  | "matchmaking"
  | "game shared"
  | "web"
  | "tests"
  | "deploy"
  | "all in one";

const EVERY_PART: readonly Part[] = [
  "core",
  "auth",
  "status-worker",
  "game server",
  "gateway",
  "matchmaking",
  "game shared",
  "web",
  "tests",
  "deploy",
  "all in one",
];

/** Where each part is; the first pattern that matches counts. */
const PART_PATTERNS: readonly [PathPattern, Part][] = [
  ["core/**", "core"],
  ["auth/**", "auth"],
  ["status-worker/**", "status-worker"],
  ["game/gateway/**", "gateway"],
  ["game/matchmaking/**", "matchmaking"],
  ["game/{simulation,wire,replay,bots,rooms,client}/**", "game shared"],
  ["game/web/**", "web"],
  ["game/**", "game server"],
  ["tests/**", "tests"],
  ["deploy/all_in_one.ts", "all in one"],
  ["deploy/**", "deploy"],
];

const MAY_IMPORT: Readonly<Record<Part, readonly Part[]>> = {
  "core": ["core"],
  "auth": ["auth", "core"],
  "status-worker": ["status-worker", "core"],
  "game server": ["game server", "game shared", "core"],
  // The gateway serves the page.
  "gateway": ["gateway", "game shared", "web", "core"],
  "matchmaking": ["matchmaking", "game shared", "core"],
  "game shared": ["game shared", "core"],
  // A page is served as it is: nothing outside its folder reaches the browser.
  "web": ["web"],
  "tests": EVERY_PART,
  "deploy": ["deploy", "core"],
  "all in one": EVERY_PART,
};

/** What unit tests and benchmarks import besides: the suites and the harness. */
const UNIT_TEST_MAY_IMPORT: readonly Part[] = ["tests"];

/** What the tests of the page import besides: the code that it repeats in JavaScript. */
const WEB_TEST_MAY_IMPORT: readonly Part[] = ["tests", "core", "game shared"];

/** Through which files all-in-one and tests reach a service. */
const SERVICE_ENTRANCES: readonly PathPattern[] = ["**/service.ts", "**/config.ts"];

/** What tests reach besides: the folders that game's services share. */
const SHARED_FOLDERS: readonly PathPattern[] = [
  "game/{simulation,wire,replay,bots,rooms,client}/**",
];

/** Rule 1: imports from a part into one that it may not know. */
export function findForbiddenImports(tree: SourceTree): string[] {
  const violations: string[] = [];
  for (const { path, imports } of tree.modules.values()) {
    const from = partOf(path);
    if (from === undefined) continue;
    const allowed = [...MAY_IMPORT[from], ...testImports(path, from)];
    for (const { target, line } of imports) {
      const to = target.kind === "local" ? partOf(target.path) : undefined;
      if (target.kind !== "local" || to === undefined || allowed.includes(to)) continue;
      violations.push(`${path}:${line} (${from}) imports ${target.path} (${to})`);
    }
  }
  return violations;
}

/** Rule 2: imports of all-in-one and of tests into the inside of a service. */
export function findDeepServiceImports(tree: SourceTree): string[] {
  const violations: string[] = [];
  for (const { path, imports } of tree.modules.values()) {
    const from = partOf(path);
    if (from !== "tests" && from !== "all in one") continue;
    const allowed = from === "tests"
      ? [...SERVICE_ENTRANCES, ...SHARED_FOLDERS]
      : SERVICE_ENTRANCES;
    for (const { target, line } of imports) {
      if (target.kind !== "local" || !isOfService(target.path)) continue;
      if (matchesAny(target.path, allowed)) continue;
      violations.push(
        `${path}:${line} imports ${target.path}, which is no service.ts or config.ts`,
      );
    }
  }
  return violations;
}

function testImports(path: string, part: Part): readonly Part[] {
  if (!isTestPath(path)) return [];
  return part === "web" ? WEB_TEST_MAY_IMPORT : UNIT_TEST_MAY_IMPORT;
}

function isOfService(path: string): boolean {
  return matchesAny(path, ["{auth,game,status-worker}/**"]);
}

function partOf(path: string): Part | undefined {
  return PART_PATTERNS.find(([pattern]) => matchesAny(path, [pattern]))?.[1];
}
