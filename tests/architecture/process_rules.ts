import { lineAt, type SourceTree } from "./module_graph.ts";
import { matchesAny, type PathPattern } from "./path_pattern.ts";

/** The files that may read the environment, end the process, and listen to its signals. */
const PROCESS_FILES: readonly PathPattern[] = [
  "**/main.ts",
  "core/lifecycle.ts",
  "deploy/**",
  "tests/**",
];

const PROCESS_CALLS: readonly RegExp[] = [
  /(?<![.\w$])(?:globalThis\s*\.\s*)?Deno\s*\.\s*(?:env|exit|addSignalListener|removeSignalListener)\b/g,
  // What is taken out of Deno by another name cannot be followed.
  /(?<=\}\s*=\s*)(?:globalThis\s*\.\s*)?Deno\b(?!\s*\.)/g,
  /(?<![.\w$])(?:globalThis\s*\.\s*)?Deno\s*\[/g,
  /(?<![.\w$])process\s*\.\s*(?:env|exit)\b/g,
];

/** Rule 5: uses of the environment, of exit and of signals outside the entrypoints. */
export function findProcessCalls(tree: SourceTree): string[] {
  const violations: string[] = [];
  for (const { path, text, code } of tree.modules.values()) {
    if (matchesAny(path, PROCESS_FILES)) continue;
    for (const pattern of PROCESS_CALLS) {
      for (const match of code.matchAll(pattern)) {
        violations.push(`${path}:${lineAt(text, match.index)} uses ${match[0].trim()}`);
      }
    }
  }
  return violations;
}
