import { eagerClosure, isTestPath, lineAt, type Module, type SourceTree } from "./module_graph.ts";
import { matchesAny, type PathPattern, stalePatterns } from "./path_pattern.ts";

/** Files whose result depends on their arguments alone; tests and benchmarks are not meant. */
const PURE_FILES: readonly PathPattern[] = [
  "game/simulation/**",
  "game/wire/**",
  // Of the client, all but the handshake's keys, and what holds a socket or a timer.
  "game/client/{binary_session,json_client,match_view,client_output,datagram_channel}.ts",
  "game/client/{prediction,interpolation_buffer,playout_delay,own_motion,seen_frame}.ts",
  "game/client/{input_log,input_pacer,retry_timer,round_trip,server_time,json_states}.ts",
  "game/bots/**",
  "game/replay/{match_recorder,match_replay,match_record,timeline}.ts",
  "game/rooms/**",
  "game/matchmaking/{pool,placement,parties,team_split,group_order,rated_match,search,search_modes,geo,regions}.ts",
  "auth/{accounts,throttle,requests,replies}.ts",
  "status-worker/status.ts",
  "**/connection.ts",
  "**/*_connection.ts",
];

/** Files that the patterns above take in and that are none of them. */
const IMPURE_FILES: readonly PathPattern[] = [
  // An adapter's connection holds a socket; it is no state machine.
  "core/adapters/**",
  // The directory of rooms keeps them in a KvStore.
  "game/rooms/*directory*.ts",
];

/** What is not pure, with the name under which it is reported. */
const IMPURITIES: readonly [RegExp, string][] = [
  [/(?<![.\w$])Deno\b/, "Deno"],
  [/(?<![.\w$])(?:setTimeout|setInterval|setImmediate)\b/, "a timer"],
  [/(?<![.\w$])queueMicrotask\b/, "queueMicrotask"],
  [/(?<![.\w$])Date\s*\.\s*now\b/, "Date.now"],
  [/(?<![.\w$])new\s+Date\b/, "new Date"],
  [/(?<![.\w$])performance\b(?!\s*[:?])/, "performance"],
  [/(?<![.\w$])Math\s*\.\s*random\b/, "Math.random"],
  [/(?<![.\w$])crypto\b(?!\s*[:?])/, "crypto"],
  [/(?<![.\w$])await\b/, "await"],
  [/(?<![.\w$])async\b/, "async"],
];

/** Rule 3: what makes a pure file impure, in itself or in what it imports. */
export function findImpurities(tree: SourceTree): string[] {
  const violations: string[] = [];
  for (const module of tree.modules.values()) {
    if (!isPurePath(module.path)) continue;
    for (const { line, what } of impuritiesOf(module)) {
      violations.push(`${module.path}:${line} uses ${what}`);
    }
    for (const path of eagerClosure(tree, module.path).keys()) {
      const imported = tree.modules.get(path);
      // Another pure file's impurity is reported there.
      if (imported === undefined || isPurePath(path)) continue;
      const [first] = impuritiesOf(imported);
      if (first) violations.push(`${module.path} imports ${path}, which uses ${first.what}`);
    }
  }
  return violations;
}

/** Patterns above that name no file, and so guard none. */
export function findStalePureFiles(tree: SourceTree): string[] {
  return stalePatterns([...tree.modules.keys()], [...PURE_FILES, ...IMPURE_FILES])
    .map((pattern) => `tests/architecture/purity_rules.ts: ${pattern} names no file`);
}

function isPurePath(path: string): boolean {
  return matchesAny(path, PURE_FILES) && !matchesAny(path, IMPURE_FILES) && !isTestPath(path);
}

function impuritiesOf(module: Module): { readonly line: number; readonly what: string }[] {
  const found: { line: number; what: string }[] = [];
  for (const [pattern, what] of IMPURITIES) {
    const at = module.code.search(pattern);
    if (at >= 0) found.push({ line: lineAt(module.text, at), what });
  }
  // A vendor's types would tie a pure file to the vendor all the same.
  for (const { target, line } of module.imports) {
    if (target.kind !== "local") found.push({ line, what: target.name });
  }
  return found;
}
