import { isTestPath, lineAt, type SourceTree } from "./module_graph.ts";
import { matchesAny, type PathPattern } from "./path_pattern.ts";

/** Where switches are looked at. */
const SWITCH_FILES: readonly PathPattern[] = ["{auth,core,deploy,game,status-worker}/**/*.ts"];

/** Files whose switches need no end. */
const SWITCHES_WITHOUT_END: readonly PathPattern[] = [
  // Its one switch gives a result in each case: the compiler tells where one is missing.
  "game/wire/world_view.ts",
  // It switches over bits that it has found itself, one case each, where every field costs time.
  "game/wire/json_scanner.ts",
  // Packages that stand in for others' code.
  "core/std/**",
];

/**
 * STYLE 6: switches without a `default`. One over a union ends in `unreachable`, which the compiler refuses
 * while a case is missing; without it a new member of the union is passed over, and nobody is told.
 */
export function findOpenSwitches(tree: SourceTree): string[] {
  const violations: string[] = [];
  for (const { path, text, code } of tree.modules.values()) {
    if (isTestPath(path) || !matchesAny(path, SWITCH_FILES)) continue;
    if (matchesAny(path, SWITCHES_WITHOUT_END)) continue;
    for (const { index, 0: { length } } of code.matchAll(/(?<![.\w$#])switch\s*(?=\()/g)) {
      if (hasDefault(code, index + length)) continue;
      violations.push(
        `${path}:${lineAt(text, index)} has a switch that does not end in unreachable`,
      );
    }
  }
  return violations;
}

/** Whether the switch whose parenthesis opens at `start` has a `default` of its own. */
function hasDefault(code: string, start: number): boolean {
  const block = code.indexOf("{", endOfPair(code, start));
  const end = endOfPair(code, block);
  for (const { index } of code.slice(block, end).matchAll(/(?<![.\w$#])default\s*:/g)) {
    if (depthBetween(code, block, block + index) === 1) return true;
  }
  return false;
}

const OPENING = "({[";
const CLOSING = ")}]";

/** The offset behind the bracket that closes the one at `start`; the end of the code where none does. */
function endOfPair(code: string, start: number): number {
  let depth = 0;
  for (let at = start; at < code.length; at++) {
    const char = code.charAt(at);
    if (OPENING.includes(char)) depth++;
    else if (CLOSING.includes(char) && --depth === 0) return at + 1;
  }
  return code.length;
}

/** How many brackets are open at `to` that open from `from` on. */
function depthBetween(code: string, from: number, to: number): number {
  let depth = 0;
  for (let at = from; at < to; at++) {
    const char = code.charAt(at);
    if (OPENING.includes(char)) depth++;
    else if (CLOSING.includes(char)) depth--;
  }
  return depth;
}
