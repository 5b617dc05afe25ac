import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  agreementKeysFrom,
  deriveBytes,
  type SessionTerms,
  tryAgree,
  tryDeriveSessionKeys,
} from "./session_keys.ts";

// RFC 7748, section 6.1.
const ALICE = agreementKeysFrom(
  bytesOf("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"),
);
const BOB = agreementKeysFrom(
  bytesOf("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"),
);
const SHARED = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";

Deno.test("agreementKeysFrom and tryAgree give what RFC 7748 gives", () => {
  assertEquals(
    ALICE.publicKey,
    bytesOf("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"),
  );
  assertEquals(
    BOB.publicKey,
    bytesOf("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"),
  );
  assertEquals(tryAgree(ALICE, BOB.publicKey), bytesOf(SHARED));
  assertEquals(tryAgree(BOB, ALICE.publicKey), bytesOf(SHARED));
});

Deno.test("deriveBytes gives what RFC 5869 gives", () => {
  const first = deriveBytes(new Uint8Array(22).fill(0x0b), {
    salt: bytesOf("000102030405060708090a0b0c"),
    info: bytesOf("f0f1f2f3f4f5f6f7f8f9"),
    count: 42,
  });
  assertEquals(
    first,
    bytesOf(
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
  );
  const third = deriveBytes(new Uint8Array(22).fill(0x0b), {
    salt: new Uint8Array(0),
    info: new Uint8Array(0),
    count: 42,
  });
  assertEquals(
    third,
    bytesOf(
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ),
  );
});

const TERMS: SessionTerms = {
  clientNonce: bytesOf("0001020304050607"),
  serverNonce: bytesOf("08090a0b0c0d0e0f"),
  clientPublicKey: ALICE.publicKey,
  serverPublicKey: BOB.publicKey,
};

Deno.test("tryDeriveSessionKeys gives both sides the same two keys", () => {
  const client = tryDeriveSessionKeys(ALICE, TERMS);
  const server = tryDeriveSessionKeys(BOB, TERMS);
  assert(client !== undefined);
  assertEquals(client, server);
  assertEquals(client.clientToServer.length, 16);
  assertNotEquals(client.clientToServer, client.serverToClient);
});

Deno.test("tryDeriveSessionKeys gives other keys where any of the terms differs", () => {
  const keys = new Set([hexOfKeys(TERMS)]);
  const nonce = new Uint8Array(8);
  const carol = agreementKeysFrom(new Uint8Array(32).fill(9));
  keys.add(hexOfKeys({ ...TERMS, clientNonce: nonce }));
  keys.add(hexOfKeys({ ...TERMS, serverNonce: nonce }));
  keys.add(hexOfKeys({ ...TERMS, serverPublicKey: carol.publicKey }));
  assertEquals(keys.size, 4);
});

Deno.test("tryAgree refuses keys that give no secret", () => {
  const one = new Uint8Array(32);
  one[0] = 1;
  for (const key of [new Uint8Array(32), one, new Uint8Array(31), new Uint8Array(33)]) {
    assertEquals(tryAgree(ALICE, key), undefined);
  }
  const terms = { ...TERMS, serverPublicKey: new Uint8Array(32) };
  assertEquals(tryDeriveSessionKeys(ALICE, terms), undefined);
});

Deno.test("Keys and nonces of other lengths are errors of the caller", () => {
  assertThrows(() => agreementKeysFrom(new Uint8Array(31)), RangeError);
  for (const name of ["clientNonce", "serverNonce", "clientPublicKey", "serverPublicKey"]) {
    const terms = { ...TERMS, [name]: new Uint8Array(7) };
    assertThrows(() => tryDeriveSessionKeys(ALICE, terms), RangeError);
  }
});

function hexOfKeys(terms: SessionTerms): string {
  const keys = tryDeriveSessionKeys(ALICE, terms);
  return `${keys?.clientToServer.toHex()} ${keys?.serverToClient.toHex()}`;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.fromHex(hex);
}
