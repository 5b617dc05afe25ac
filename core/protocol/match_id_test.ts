import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { matchIdTimeMs, newMatchId } from "./match_id.ts";

const randomBytes = (size: number): Uint8Array => crypto.getRandomValues(new Uint8Array(size));

Deno.test("newMatchId makes the UUID of RFC 9562's example", () => {
  // Appendix A.6: 2022-02-22 19:22:22 GMT, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F.
  const random = Uint8Array.fromHex("0cc318c4dc0c0c07398f");
  const id = newMatchId({ nowMs: 0x017f_22e2_79b0, randomBytes: () => random });
  assertEquals(id, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  assertEquals(matchIdTimeMs(id), 0x017f_22e2_79b0);
});

Deno.test("newMatchId makes another each time, whatever comes by chance", () => {
  const nowMs = Date.UTC(2026, 5, 1);
  const id = newMatchId({ nowMs, randomBytes });
  assertNotEquals(newMatchId({ nowMs, randomBytes }), id);
  for (const byte of [0x00, 0xff]) {
    const made = newMatchId({ nowMs, randomBytes: (size) => new Uint8Array(size).fill(byte) });
    assertMatch(made, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assertEquals(matchIdTimeMs(made), nowMs);
  }
});

Deno.test("matchIdTimeMs tells nothing of an id from elsewhere", () => {
  for (const id of ["", "match-1", crypto.randomUUID(), "017F22E2-79B0-7CC3-98C4-DC0C0C07398F"]) {
    assertEquals(matchIdTimeMs(id), undefined, id);
  }
});
