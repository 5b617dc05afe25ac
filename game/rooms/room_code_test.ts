import { assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { makeRoomCode, tryParseRoomCode } from "./room_code.ts";

const LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ";

Deno.test("A room's code has six letters that are taken for no other", () => {
  const code = makeRoomCode((size) => crypto.getRandomValues(new Uint8Array(size)));
  assertEquals(new RegExp(`^[${LETTERS}]{6}$`).test(code), true, code);
  assertEquals(tryParseRoomCode(code), code);
});

Deno.test("A room's code has each letter as often as any other", () => {
  const rng = new Rng(7);
  const counts = new Map<string, number>();
  const codes = 20_000;
  for (let made = 0; made < codes; made++) {
    const code = makeRoomCode((size) => Uint8Array.from({ length: size }, () => rng.below(256)));
    for (const letter of code) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  }
  assertEquals([...counts.keys()].toSorted().join(""), LETTERS);
  const expected = codes * 6 / LETTERS.length;
  // A letter that two bytes more stood for would come a sixth more often than the others.
  for (const count of counts.values()) {
    assertEquals(Math.abs(count - expected) < expected * 0.06, true, `${count} of ${expected}`);
  }
});

Deno.test("A room's code is made of the bytes that stand for a letter, whatever comes between", () => {
  const bytes = [253, 255, 0, 254, 1, 22, 23, 252, 24];
  let given = 0;
  const code = makeRoomCode((size) =>
    Uint8Array.from({ length: size }, () => bytes[given++ % bytes.length] ?? 0)
  );
  assertEquals(code, "ABZAZB");
});

Deno.test("A room's code is read in any case, and nothing else is one", () => {
  assertEquals(tryParseRoomCode("abcdef"), "ABCDEF");
  for (const text of ["", "ABCDE", "ABCDEFG", "ABCDEI", "ABCDE0", " ABCDEF", "room:A"]) {
    assertEquals(tryParseRoomCode(text), undefined, text);
  }
});
