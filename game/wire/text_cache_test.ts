import { assertEquals } from "@std/assert";
import { TextCache } from "./text_cache.ts";

const encoder = new TextEncoder();

Deno.test("TextCache gives each text as its bytes have it, however many share its slots", () => {
  const cache = new TextCache();
  for (let turn = 0; turn < 2; turn++) {
    for (let number = 0; number < 5_000; number++) {
      const bytes = encoder.encode(`<player-${number}>`);
      assertEquals(cache.textOf(bytes, 1, bytes.length - 1), `player-${number}`);
    }
  }
  assertEquals(cache.textOf(new Uint8Array(), 0, 0), "");
});

Deno.test("TextCache keeps nothing of the buffer that it was given", () => {
  const cache = new TextCache();
  const bytes = encoder.encode("ann");
  assertEquals(cache.textOf(bytes, 0, 3), "ann");
  bytes.set(encoder.encode("bob"));
  assertEquals(cache.textOf(bytes, 0, 3), "bob");
  assertEquals(cache.textOf(encoder.encode("ann"), 0, 3), "ann");
});
