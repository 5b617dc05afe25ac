import { assertEquals, assertStrictEquals } from "@std/assert";
import { tryDecodeUtf8 } from "./utf8.ts";

Deno.test("tryDecodeUtf8 gives the text of UTF-8, a byte order mark included", () => {
  for (const text of ["", "a", "танк", "🎯", "\u0000", "\ufeffa", "\ufffd"]) {
    assertEquals(tryDecodeUtf8(new TextEncoder().encode(text)), text);
  }
});

Deno.test("tryDecodeUtf8 gives undefined for malformed bytes and works on", () => {
  const malformed: readonly number[][] = [
    [0xff],
    [0x80],
    [0xc3],
    [0xc0, 0x80], // overlong NUL
    [0xed, 0xa0, 0x80], // a surrogate
    [0xf4, 0x90, 0x80, 0x80], // above U+10FFFF
    [0x61, 0xe2, 0x82],
  ];
  for (const bytes of malformed) {
    assertStrictEquals(tryDecodeUtf8(Uint8Array.from(bytes)), undefined, `${bytes}`);
    assertEquals(tryDecodeUtf8(Uint8Array.of(0x61)), "a");
  }
});
