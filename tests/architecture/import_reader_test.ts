import { assertEquals } from "@std/assert";
import { type ImportKind, readImports } from "./import_reader.ts";
import { scanSource } from "./source_scanner.ts";

type Found = [kind: ImportKind, specifier: string | undefined, isTypeOnly: boolean];

function found(text: string): Found[] {
  return readImports(text, scanSource(text)).map((ref) => [
    ref.kind,
    ref.specifier,
    ref.isTypeOnly,
  ]);
}

const FOUND: readonly [text: string, found: Found[]][] = [
  ['import { a } from "./a.ts";', [["import", "./a.ts", false]]],
  ["import { a } from './a.ts'", [["import", "./a.ts", false]]],
  ['import a from "./a.ts";', [["import", "./a.ts", false]]],
  ['import a, { b as c } from "./a.ts";', [["import", "./a.ts", false]]],
  ['import * as a from "./a.ts";', [["import", "./a.ts", false]]],
  ['import{a}from"./a.ts";', [["import", "./a.ts", false]]],
  ['import {\n  a, // from "./no.ts"\n  b,\n} from "./a.ts";', [["import", "./a.ts", false]]],
  ['import "./a.ts";', [["import", "./a.ts", false]]],
  ['import a from "./a.json" with { type: "json" };', [["import", "./a.json", false]]],
  ['import type { A } from "./a.ts";', [["import", "./a.ts", true]]],
  ['import type A from "./a.ts";', [["import", "./a.ts", true]]],
  ['import type from "./a.ts";', [["import", "./a.ts", false]]],
  ['import { type A, type B } from "./a.ts";', [["import", "./a.ts", true]]],
  ['import { type A, b } from "./a.ts";', [["import", "./a.ts", false]]],
  ['import { type } from "./a.ts";', [["import", "./a.ts", false]]],
  ['import {} from "./a.ts";', [["import", "./a.ts", false]]],
  ['export * from "./a.ts";', [["export", "./a.ts", false]]],
  ['export * as a from "./a.ts";', [["export", "./a.ts", false]]],
  ['export { a, b as c } from "./a.ts";', [["export", "./a.ts", false]]],
  ['export type { A } from "./a.ts";', [["export", "./a.ts", true]]],
  ['export type * from "./a.ts";', [["export", "./a.ts", true]]],
  ['const a = await import("./a.ts");', [["dynamic", "./a.ts", false]]],
  ['import("./a.json", { with: {} })', [["dynamic", "./a.json", false]]],
  ["import(path)", [["dynamic", undefined, false]]],
  ['import("./a" + b)', [["dynamic", undefined, false]]],
  ["import(`./${a}.ts`)", [["dynamic", undefined, false]]],
  ['let a: import("./a.ts").A;', [["dynamic", "./a.ts", false]]],
  ['new Worker(new URL("./a.ts", import.meta.url))', [["url", "./a.ts", false]]],
  ['new URL(\n  "./a.ts",\n  import.meta.url,\n)', [["url", "./a.ts", false]]],
  ['// @ts-types="./a.d.ts"\nexport * from "npm:a";', [
    ["import", "./a.d.ts", true],
    ["export", "npm:a", false],
  ]],
  ['/// <reference types="./a.d.ts" />', [["import", "./a.d.ts", true]]],
  ['import "./a.ts";\nimport { b } from "./b.ts";\nexport * from "./c.ts";', [
    ["import", "./a.ts", false],
    ["import", "./b.ts", false],
    ["export", "./c.ts", false],
  ]],
  ['export const a = 1;\nimport { b } from "./b.ts";', [["import", "./b.ts", false]]],
  ['export { a };\nconst from = "./b.ts";', []],
  ['export type A = { from: "./a.ts" };', []],
  ['export default "./a.ts";', []],
  ['// import "./a.ts"', []],
  ['/* import { a } from "./a.ts" */', []],
  ["const text = 'import \"./a.ts\"';", []],
  ['const text = `import("./a.ts") ${1}`;', []],
  ["const re = /import '.*'/;", []],
  ["const base = import.meta.url;", []],
  ['a.import("./a.ts")', []],
  ['const a = { import: "./a.ts", export: "./b.ts" };', []],
  ['new URL("/path", base)', []],
];

for (const [text, expected] of FOUND) {
  Deno.test(`readImports finds ${expected.length} in ${JSON.stringify(text)}`, () => {
    assertEquals(found(text), expected);
  });
}

Deno.test("readImports tells where each statement starts and ends", () => {
  const text = 'const a = 1;\nimport { b } from "./b.ts"; b();';
  const [ref] = readImports(text, scanSource(text));
  assertEquals(text.slice(ref?.start, ref?.end), 'import { b } from "./b.ts"');
});
