import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotInstanceOf,
  assertNotMatch,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
  unimplemented,
  unreachable,
} from "@std/assert";

class Shape {}
class Circle extends Shape {}

const ASSERTIONS: readonly [name: string, holds: () => unknown, fails: () => unknown][] = [
  ["assert", () => assert(1), () => assert(0)],
  ["assertFalse", () => assertFalse(0), () => assertFalse(1)],
  ["assertAlmostEquals", () => assertAlmostEquals(0.3, 0.1 + 0.2), () => assertAlmostEquals(1, 2)],
  [
    "assertAlmostEquals within a tolerance",
    () => assertAlmostEquals(1, 1.4, 0.5),
    () => assertAlmostEquals(1, 1.6, 0.5),
  ],
  [
    "assertArrayIncludes",
    () => assertArrayIncludes([1, { a: 2 }], [{ a: 2 }]),
    () => assertArrayIncludes([1], [2]),
  ],
  ["assertEquals", () => assertEquals({ a: [1] }, { a: [1] }), () => assertEquals([1], [2])],
  ["assertNotEquals", () => assertNotEquals([1], [2]), () => assertNotEquals([1], [1])],
  ["assertExists", () => assertExists(0), () => assertExists(null)],
  ["assertGreater", () => assertGreater(2, 1), () => assertGreater(1, 1)],
  ["assertGreaterOrEqual", () => assertGreaterOrEqual(1, 1), () => assertGreaterOrEqual(0, 1)],
  ["assertLess", () => assertLess(1, 2), () => assertLess(1, 1)],
  ["assertLessOrEqual", () => assertLessOrEqual(1, 1), () => assertLessOrEqual(2, 1)],
  [
    "assertInstanceOf",
    () => assertInstanceOf(new Circle(), Shape),
    () => assertInstanceOf(new Shape(), Circle),
  ],
  [
    "assertNotInstanceOf",
    () => assertNotInstanceOf(new Shape(), Circle),
    () => assertNotInstanceOf(new Circle(), Shape),
  ],
  [
    "assertIsError",
    () => assertIsError(new RangeError("too far"), RangeError, /far/),
    () => assertIsError(new RangeError("too far"), TypeError),
  ],
  ["assertMatch", () => assertMatch("tank", /^t/), () => assertMatch("tank", /^a/)],
  ["assertNotMatch", () => assertNotMatch("tank", /^a/), () => assertNotMatch("tank", /^t/)],
  ["assertStrictEquals", () => assertStrictEquals(NaN, NaN), () => assertStrictEquals([], [])],
  [
    "assertNotStrictEquals",
    () => assertNotStrictEquals([], []),
    () => assertNotStrictEquals(1, 1),
  ],
  [
    "assertObjectMatch",
    () => assertObjectMatch({ a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } }),
    () => assertObjectMatch({ a: 1 }, { a: 2 }),
  ],
  [
    "assertStringIncludes",
    () => assertStringIncludes("tank", "an"),
    () => assertStringIncludes("tank", "xx"),
  ],
  ["assertThrows", () => assertThrows(() => fail()), () => assertThrows(() => 0)],
  [
    "assertThrows with a class and a text",
    () => assertThrows(() => JSON.parse("{"), SyntaxError, "JSON"),
    () => assertThrows(() => JSON.parse("{"), SyntaxError, "no such text"),
  ],
];

for (const [name, holds, fails] of ASSERTIONS) {
  Deno.test(`${name} throws AssertionError only where it does not hold`, () => {
    holds();
    assertThrows(fails, AssertionError);
  });
}

Deno.test("fail, unimplemented and unreachable always throw AssertionError with the message", () => {
  for (const always of [fail, unimplemented, unreachable]) {
    assertThrows(() => always("why"), AssertionError, "why");
  }
});

Deno.test("equal compares deeply", () => {
  assert(equal(new Map([["a", [1]]]), new Map([["a", [1]]])));
  assertFalse(equal(new Set([1]), new Set([2])));
});

Deno.test("assertRejects gives the error with its type and fails where nothing rejects", async () => {
  const error = await assertRejects(
    () => Promise.reject(new AssertionError("down", { cause: 1 })),
    AssertionError,
    "down",
  );
  assertEquals(error.cause, 1);
  await assertRejects(
    async () => void await assertRejects(() => Promise.resolve()),
    AssertionError,
  );
});

Deno.test("Assertions narrow the type of what they looked at", () => {
  const value: unknown = new RangeError("far");
  assertInstanceOf(value, Error);
  assertEquals(value.message, "far");

  const found = ["far"].find((word) => word === "far");
  assertExists(found);
  assertEquals(found.length, 3);

  const reply: { ok: true; count: number } | { ok: false } = JSON.parse('{"ok":true,"count":2}');
  assert(reply.ok);
  assertEquals(reply.count, 2);
});
