import { assertEquals } from "@std/assert";
import {
  findAnyTypes,
  findBadComments,
  findBannedNames,
  findDefaultExports,
  findLongFiles,
  findMisspeltNames,
  findUntestedModules,
} from "./house_rules.ts";
import { parseTree, type SourceTree } from "./module_graph.ts";

function treeOf(files: Record<string, string>): SourceTree {
  return parseTree(new Map(Object.entries(files)));
}

const NAMES: readonly [path: string, isSnakeCase: boolean, saysSomething: boolean][] = [
  ["core/net/json_lines.ts", true, true],
  ["core/net/json_lines_test.ts", true, true],
  ["status-worker/status.ts", true, true],
  ["game/web/view2.js", true, true],
  ["core/std/assert/types.d.ts", true, true],
  ["core/jsonLines.ts", false, true],
  ["core/JsonLines.ts", false, true],
  ["core/json-lines.ts", false, true],
  ["core/json.lines.ts", false, true],
  ["core/2d.ts", false, true],
  ["core/my-net/http.ts", false, true],
  ["core/utils.ts", true, false],
  ["core/utils_test.ts", true, false],
  ["core/helpers/http.ts", true, false],
  ["core/types.ts", true, false],
  ["game/types.d.ts", true, false],
  ["game/common.ts", true, false],
  ["game/web/index.js", true, false],
  ["game/manager2.ts", true, false],
];

for (const [path, isSnakeCase, saysSomething] of NAMES) {
  Deno.test(`findMisspeltNames ${isSnakeCase ? "passes" : "finds"} ${path}`, () => {
    assertEquals(findMisspeltNames(treeOf({ [path]: "" })), isSnakeCase ? [] : [path]);
  });
  Deno.test(`findBannedNames ${saysSomething ? "passes" : "finds"} ${path}`, () => {
    assertEquals(findBannedNames(treeOf({ [path]: "" })), saysSomething ? [] : [path]);
  });
}

const LENGTHS: readonly [lineCount: number, top: string, isTooLong: boolean][] = [
  [200, "", false],
  [201, "", true],
  [201, "// Long because the table is one idea.\n", false],
  [201, "/**\n * A table.\n *\n * Long because the table is one idea.\n */\n", false],
  [201, "// Long because\n", true],
  [201, "// It is long because it is.\n", true],
  [201, "\n".repeat(10) + "// Long because the table is one idea.\n", true],
  [400, "// Long because the table is one idea.\n", false],
  [401, "// Long because the table is one idea.\n", true],
];

for (const [lineCount, top, isTooLong] of LENGTHS) {
  const name = `${lineCount} lines under ${JSON.stringify(top)}`;
  Deno.test(`findLongFiles ${isTooLong ? "finds" : "passes"} ${name}`, () => {
    const text = top + "x;\n".repeat(lineCount - top.split("\n").length + 1);
    assertEquals(findLongFiles(treeOf({ "a.ts": text })).length, isTooLong ? 1 : 0);
  });
}

Deno.test("findLongFiles wants no reason of a test, but holds it to the same limit", () => {
  const findIn = (lineCount: number): number =>
    findLongFiles(treeOf({ "a_test.ts": "x;\n".repeat(lineCount) })).length;
  assertEquals([findIn(201), findIn(400), findIn(401)], [0, 0, 1]);
});

const COMMENTS: readonly [text: string, found: string | undefined][] = [
  ["// A reason.", undefined],
  ["// @ts-ignore it is late", "@ts-ignore"],
  ["/* @ts-expect-error */", "@ts-expect-error"],
  ["// @ts-nocheck", "@ts-nocheck"],
  ["// TODO later", "TODO"],
  ["/** FIXME */", "FIXME"],
  ["// XXX", "XXX"],
  ["/* A HACK. */", "HACK"],
  ["// TODOS, hacks and HACKED", undefined],
  ["const text = '// TODO';", undefined],
  ["// deno-lint-ignore no-explicit-any", "deno-lint-ignore without -- reason"],
  ["// deno-lint-ignore no-explicit-any -- ", "deno-lint-ignore without -- reason"],
  ["// deno-lint-ignore-file", "deno-lint-ignore-file without -- reason"],
  ["// deno-lint-ignore no-control-regex -- names are refused by what they contain", undefined],
  ["// A deno-lint-ignore needs its reason.", undefined],
];

for (const [text, found] of COMMENTS) {
  Deno.test(`findBadComments ${found ? "finds" : "passes"} ${text}`, () => {
    const expected = found === undefined ? [] : [`a.ts:2 says ${found}`];
    assertEquals(findBadComments(treeOf({ "a.ts": `\n${text}` })), expected);
  });
}

const TYPES: readonly [text: string, isAny: boolean][] = [
  ["let a: any;", true],
  ["const a = b as any;", true],
  ["const a = <any> b;", true],
  ["function f(a: any, b: Map<string, any>): any[] {}", true],
  ["type A = any | undefined;", true],
  ["type A = (a: string) => any;", true],
  ["type A = { b: any };", true],
  ["const a = Promise.any(list);", false],
  ["const any = 1;", false],
  ["f(any.b);", false],
  ["const a = { any: 1, b: 2 };", false],
  ["// any", false],
  ["const a: unknown = 'any';", false],
  ["let a: anything;", false],
];

for (const [text, isAny] of TYPES) {
  Deno.test(`findAnyTypes ${isAny ? "finds" : "passes"} ${text}`, () => {
    assertEquals(findAnyTypes(treeOf({ "a.ts": text, "b.js": text })).length > 0, isAny);
  });
}

Deno.test("findAnyTypes looks at TypeScript alone and says where it stands", () => {
  const text = "\nlet a: any;";
  assertEquals(findAnyTypes(treeOf({ "a.ts": text, "b.js": text })), ["a.ts:2 says any"]);
});

Deno.test("findDefaultExports finds a default export", () => {
  const tree = treeOf({ "a.ts": "\nexport default 1;", "b.ts": "export const defaults = 1;" });
  assertEquals(findDefaultExports(tree), ["a.ts:2 exports default"]);
});

const CODE = "export function f(): void {}";

const UNTESTED: readonly [name: string, files: Record<string, string>, found: string[]][] = [
  ["a function without a test", { "core/a.ts": CODE }, ["core/a.ts"]],
  ["a class without a test", { "core/a.ts": "export abstract class A {}" }, ["core/a.ts"]],
  ["an async function without a test", { "core/a.ts": `export async ${CODE.slice(7)}` }, [
    "core/a.ts",
  ]],
  ["a test beside it", { "core/a.ts": CODE, "core/a_test.ts": "" }, []],
  ["a test that imports it", { "core/a.ts": CODE, "tests/b.ts": 'import "../core/a.ts";' }, []],
  ["a benchmark that imports it", {
    "core/a.ts": CODE,
    "core/b_bench.ts": 'import "./a.ts";',
  }, []],
  ["a neighbour with a test that uses it", {
    "core/a.ts": CODE,
    "core/b.ts": `import "./a.ts"; ${CODE}`,
    "core/b_test.ts": 'import "./b.ts";',
  }, []],
  ["another folder's file with a test that uses it", {
    "core/a.ts": CODE,
    "game/b.ts": `import "../core/a.ts"; ${CODE}`,
    "game/b_test.ts": 'import "./b.ts";',
  }, ["core/a.ts"]],
  ["an interface", { "core/a.ts": "export interface A {}" }, []],
  ["an error that only bears a name", { "core/a.ts": "export class A extends Error {}" }, []],
  ["an entrypoint", { "game/main.ts": CODE }, []],
  ["a page", { "game/web/view.js": CODE }, []],
  ["a file for deployment", { "deploy/all_in_one.ts": CODE }, []],
  ["a declaration", { "core/a.d.ts": "export function f(): void;" }, []],
];

for (const [name, files, found] of UNTESTED) {
  Deno.test(`findUntestedModules finds ${found.length} in ${name}`, () => {
    const paths = findUntestedModules(treeOf(files)).map((violation) => violation.split(" ")[0]);
    assertEquals(paths, found);
  });
}
