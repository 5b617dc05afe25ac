import { assertEquals, assertThrows } from "@std/assert";
import { checkSubject, matchesPattern, parsePattern, SUBJECT_LENGTH_MAX } from "./subject.ts";

Deno.test("matchesPattern follows the wildcard rules", () => {
  const cases: [pattern: string, subject: string, expected: boolean][] = [
    ["a.b", "a.b", true],
    ["a.b", "a", false],
    ["a.b", "a.b.c", false],
    ["a.*", "a.b", true],
    ["a.*", "a", false],
    ["a.*", "a.b.c", false],
    ["*.b", "a.b", true],
    ["*", "a", true],
    ["*", "a.b", false],
    ["a.>", "a.b", true],
    ["a.>", "a.b.c.d", true],
    ["a.>", "a", false],
    ["a.>", "b.c", false],
    [">", "a", true],
    [">", "a.b.c", true],
    ["a.*.c.>", "a.b.c.d", true],
    ["a.*.c.>", "a.b.c", false],
    ["a.*.c.>", "a.b.x.d", false],
  ];
  for (const [pattern, subject, expected] of cases) {
    const { words } = parsePattern(pattern);
    assertEquals(matchesPattern(subject.split("."), words), expected, `${pattern} ~ ${subject}`);
  }
});

Deno.test("parsePattern tells exact subjects from patterns", () => {
  assertEquals(parsePattern("a.b").exact, true);
  assertEquals(parsePattern("a.*").exact, false);
  assertEquals(parsePattern("x.>").exact, false);
});

Deno.test("checkSubject and parsePattern refuse bad subjects", () => {
  const bad = ["", ".", "a.", ".a", "a..b", "a b", "a\n", "a\0b", "a.b*", ">.a", "a>", "**"];
  for (const subject of [...bad, "x".repeat(SUBJECT_LENGTH_MAX + 1)]) {
    assertThrows(() => checkSubject(subject), TypeError, "Cannot use subject");
    assertThrows(() => parsePattern(subject), TypeError, "Cannot listen to subject");
  }
  for (const subject of ["*", "a.*", ">", "a.>"]) {
    assertThrows(() => checkSubject(subject), TypeError);
  }
});
