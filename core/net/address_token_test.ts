import { assert, assertEquals, assertThrows } from "@std/assert";
import { ManualClock } from "../manual_clock.ts";
import { Rng } from "../rng.ts";
import { ADDRESS_TOKEN_BYTES, AddressToken } from "./address_token.ts";

const LIFETIME_MS = 10_000;

function open(): { clock: ManualClock; tokens: AddressToken } {
  const clock = new ManualClock();
  const rng = new Rng(99);
  const randomBytes = (count: number): Uint8Array =>
    Uint8Array.from({ length: count }, () => rng.below(256));
  return { clock, tokens: new AddressToken({ secretLifetimeMs: LIFETIME_MS, clock, randomBytes }) };
}

Deno.test("AddressToken verifies what it issued, with and without a nonce", () => {
  const { tokens } = open();
  const nonce = Uint8Array.of(1, 2, 3);
  for (const hostname of ["192.0.2.1", "2001:db8::1", "", "h".repeat(255)]) {
    for (const port of [0, 1, 9_999, 65_535]) {
      const token = tokens.issue(hostname, port);
      assertEquals(token.byteLength, ADDRESS_TOKEN_BYTES);
      assert(tokens.verify(token, hostname, port));
      assert(tokens.verify(tokens.issue(hostname, port, nonce), hostname, port, nonce));
    }
  }
});

Deno.test("AddressToken is good for no other address, port or nonce", () => {
  const { tokens } = open();
  const nonce = Uint8Array.of(0x31, 0x32);
  const token = tokens.issue("192.0.2.1", 4_000, nonce);
  const others: readonly [string, number, Uint8Array | undefined][] = [
    ["192.0.2.2", 4_000, nonce],
    ["192.0.2.11", 4_000, nonce],
    ["192.0.2.1", 4_001, nonce],
    ["192.0.2.1", 4_000 - 256, nonce],
    ["192.0.2.1", 4_000, undefined],
    ["192.0.2.1", 4_000, Uint8Array.of(0x31)],
    ["192.0.2.1", 4_000, Uint8Array.of(0x31, 0x33)],
    // The same bytes, cut elsewhere.
    ["192.0.2.11", 4_000, Uint8Array.of(0x32)],
    ["192.0.2.112", 4_000, undefined],
    ["192.0.2.", 4_000, Uint8Array.of(0x31, 0x31, 0x32)],
  ];
  for (const [hostname, port, otherNonce] of others) {
    assertEquals(tokens.verify(token, hostname, port, otherNonce), false, `${hostname} ${port}`);
  }
});

Deno.test("AddressToken refuses a token changed in any bit or of another length", () => {
  const { tokens } = open();
  const token = tokens.issue("192.0.2.1", 4_000);
  for (let bit = 0; bit < token.byteLength * 8; bit++) {
    const changed = token.map((byte, index) => index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte);
    assertEquals(tokens.verify(changed, "192.0.2.1", 4_000), false, `bit ${bit}`);
  }
  for (const length of [0, 1, ADDRESS_TOKEN_BYTES - 1]) {
    assertEquals(tokens.verify(token.subarray(0, length), "192.0.2.1", 4_000), false);
  }
  assertEquals(tokens.verify(Uint8Array.of(...token, 0), "192.0.2.1", 4_000), false);
});

Deno.test("AddressToken is good for one rotation and not for two", async () => {
  const { clock, tokens } = open();
  await clock.advance(LIFETIME_MS - 1);
  const token = tokens.issue("192.0.2.1", 4_000);
  const verify = (): boolean => tokens.verify(token, "192.0.2.1", 4_000);
  await clock.advance(1);
  assert(verify());
  await clock.advance(LIFETIME_MS - 1);
  assert(verify());
  await clock.advance(1);
  assertEquals(verify(), false);
  assertEquals(clock.timerCount, 0);
});

Deno.test("AddressToken expires though nobody used it in the meantime", async () => {
  for (const [afterMs, isGood] of [[1.5, true], [2, false], [2.5, false], [3, false], [9, false]]) {
    const { clock, tokens } = open();
    const token = tokens.issue("192.0.2.1", 4_000);
    await clock.advance(Number(afterMs) * LIFETIME_MS);
    assertEquals(tokens.verify(token, "192.0.2.1", 4_000), isGood, `${afterMs} lifetimes`);
  }
});

Deno.test("AddressToken of another server is refused", () => {
  const token = open().tokens.issue("192.0.2.1", 4_000);
  const randomBytes = (count: number): Uint8Array => new Uint8Array(count).fill(7);
  const other = new AddressToken({
    secretLifetimeMs: LIFETIME_MS,
    clock: new ManualClock(),
    randomBytes,
  });
  assertEquals(other.verify(token, "192.0.2.1", 4_000), false);
});

Deno.test("AddressToken refuses what it cannot encode: issue throws, verify says no", () => {
  const { tokens } = open();
  const token = tokens.issue("192.0.2.1", 4_000);
  const bad: readonly [string, number, Uint8Array][] = [
    ["h".repeat(256), 1, new Uint8Array(0)],
    ["é".repeat(128), 1, new Uint8Array(0)],
    ["h", 65_536, new Uint8Array(0)],
    ["h", -1, new Uint8Array(0)],
    ["h", 1.5, new Uint8Array(0)],
    ["h", 1, new Uint8Array(256)],
  ];
  for (const [hostname, port, nonce] of bad) {
    assertThrows(() => tokens.issue(hostname, port, nonce), RangeError);
    assertEquals(tokens.verify(token, hostname, port, nonce), false);
  }
});
