import { assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { scanSource } from "./source_scanner.ts";

// In the table a middle dot stands for a blank, so that lengths are seen.
const CODE: readonly [name: string, text: string, code: string][] = [
  ["a line comment", "a // b", "a ····"],
  ["a comment that its line ends", "a // b\nc", "a ····\nc"],
  ["a block comment", "a /* b\nc */ d", "a ····\n···· d"],
  ["an unclosed block comment", "a /* b", "a ····"],
  ["double quotes", 'f("//");', 'f("··");'],
  ["single quotes", "f('/*');", "f('··');"],
  ["an escaped quote", '"a\\"b" + c', '"····" + c'],
  ["an escaped backslash", '"\\\\" + "c"', '"··" + "·"'],
  ["a quote of the other kind", `"it's" + 'a"b'`, `"····" + '···'`],
  ["a string that its line ends", 'x = "ab\ny', 'x = "·b\ny'],
  ["a template", "`a b` + c", "`···` + c"],
  ["a substitution", "`a${b}c` + d", "`·${b}·` + d"],
  ["a template in a substitution", "`${`a${b}`}c`", "`${`·${b}`}·`"],
  ["an object in a substitution", "`${f({ a: 1 })}b`", "`${f({ a: 1 })}·`"],
  ["a string in a substitution", '`${f("}")}b`', '`${f("·")}·`'],
  ["an escaped substitution", "`\\${a}` + b", "`·····` + b"],
  ["an unclosed template", "`a", "`·"],
  ["comment marks in a template", "`// ${a} /*` + b", "`···${a}···` + b"],
  ["a regular expression", 'x = /"/.test(a)', "x = /·/.test(a)"],
  ["a regular expression with a class", "x = /[/'\"]/.exec(a)", "x = /·····/.exec(a)"],
  ["a regular expression with an escape", "f(/\\//, '')", "f(/··/, '')"],
  ["a regular expression as an argument", "f(/'/g, 1)", "f(/·/g, 1)"],
  ["a regular expression after return", "return /'/;", "return /·/;"],
  ["a division", "a / b / c", "a / b / c"],
  ["a division after a call", "f(a) / b / c", "f(a) / b / c"],
  ["a division after an index", "a[0] / b / c", "a[0] / b / c"],
  ["a division after a string", "'a' / b / c", "'·' / b / c"],
  ["a division after a comment", "a /* b */ / c / d", "a ······· / c / d"],
  ["a hashbang", "#!/usr/bin/deno\na", "···············\na"],
  ["a private field", "this.#a / 2", "this.#a / 2"],
];

for (const [name, text, code] of CODE) {
  Deno.test(`scanSource keeps the code round ${name}`, () => {
    assertEquals(scanSource(text).code, code.replaceAll("·", " "));
  });
}

Deno.test("scanSource gives the comments with their places", () => {
  assertEquals(scanSource('a // b\n"// no" /* c\nd */ e').comments, [
    { text: "// b", offset: 2 },
    { text: "/* c\nd */", offset: 15 },
  ]);
});

Deno.test("scanSource keeps length and line breaks of any text", () => {
  const seed = 20_240_601;
  const rng = new Rng(seed);
  const parts = ["/", "*", "//", "/*", "*/", '"', "'", "`", "${", "}", "{", "\\", "\n", "a", " "];
  for (let turn = 0; turn < 2000; turn++) {
    let text = "";
    for (let length = rng.below(20); length > 0; length--) text += rng.pick(parts) ?? "";
    const { code } = scanSource(text);
    assertEquals(code.length, text.length, `seed ${seed}, turn ${turn}: ${JSON.stringify(text)}`);
    assertEquals(
      code.split("\n").map((line) => line.length),
      text.split("\n").map((line) => line.length),
    );
  }
});
