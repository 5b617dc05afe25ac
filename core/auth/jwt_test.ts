import { assert, assertEquals, assertRejects } from "@std/assert";
import type { JsonObject } from "../json.ts";
import {
  generateSigningKey,
  importSigningKey,
  importVerifyingKey,
  type JwtRefusal,
  type JwtRules,
  signJwt,
  TOKEN_LENGTH_MAX,
  tryParsePublicJwk,
  tryReadClaimsUnverified,
  tryReadKeyId,
  verifyJwt,
} from "./jwt.ts";
import { Rng } from "../rng.ts";

const NOW_S = 1_700_000_000;
const RULES: JwtRules = {
  type: "at+jwt",
  issuer: "here",
  audience: "there",
  nowMs: NOW_S * 1000,
  clockToleranceS: 5,
};
const CLAIMS: JsonObject = { iss: "here", aud: "there", sub: "me", iat: NOW_S, exp: NOW_S + 60 };

const pair = await generateSigningKey();
const signingKey = await importSigningKey(pair.privateJwk);
const verifyingKey = await importVerifyingKey(pair.publicJwk);

function encode(value: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

Deno.test("Jwt gives the claims of a token it signed", async () => {
  const token = await signJwt(CLAIMS, signingKey, { type: "at+jwt" });
  assertEquals(await verifyJwt(token, verifyingKey, RULES), { ok: true, claims: CLAIMS });
  assertEquals(tryReadKeyId(token), pair.kid);
  assertEquals(tryReadClaimsUnverified(token), CLAIMS);
});

Deno.test("Jwt refuses claims that break a rule", async (t) => {
  const cases: readonly (readonly [string, JsonObject, JwtRefusal])[] = [
    ["expired", { ...CLAIMS, exp: NOW_S - 6 }, "expired"],
    ["another issuer", { ...CLAIMS, iss: "elsewhere" }, "wrong_claims"],
    ["another audience", { ...CLAIMS, aud: "elsewhere" }, "wrong_claims"],
    ["no audience", { iss: "here", iat: NOW_S, exp: NOW_S + 60 }, "wrong_claims"],
    ["no end", { iss: "here", aud: "there", iat: NOW_S }, "wrong_claims"],
    ["an end that is no number", { ...CLAIMS, exp: "never" }, "wrong_claims"],
    ["not yet valid", { ...CLAIMS, nbf: NOW_S + 60 }, "wrong_claims"],
  ];
  for (const [name, claims, reason] of cases) {
    await t.step(name, async () => {
      const token = await signJwt(claims, signingKey, { type: "at+jwt" });
      assertEquals(await verifyJwt(token, verifyingKey, RULES), { ok: false, reason });
    });
  }
});

Deno.test("Jwt allows the signer's clock to be off by the tolerance", async () => {
  const token = await signJwt({ ...CLAIMS, exp: NOW_S - 4 }, signingKey, { type: "at+jwt" });
  assert((await verifyJwt(token, verifyingKey, RULES)).ok);
});

Deno.test("Jwt refuses a token of another type", async () => {
  const token = await signJwt(CLAIMS, signingKey, { type: "JWT" });
  const verdict = await verifyJwt(token, verifyingKey, RULES);
  assertEquals(verdict, { ok: false, reason: "wrong_claims" });
});

Deno.test("Jwt refuses a token of another key", async () => {
  const other = await importSigningKey((await generateSigningKey()).privateJwk);
  const token = await signJwt(CLAIMS, { ...other, kid: pair.kid }, { type: "at+jwt" });
  const verdict = await verifyJwt(token, verifyingKey, RULES);
  assertEquals(verdict, { ok: false, reason: "bad_signature" });
});

Deno.test("Jwt accepts no algorithm but EdDSA", async (t) => {
  const body = encode(CLAIMS);
  const key = Uint8Array.fromBase64(pair.publicJwk.x, { alphabet: "base64url" });
  const hmacKey = await crypto.subtle.importKey(
    "raw",
    key,
    { name: "HMAC", hash: "SHA-256" },
    false,
    [
      "sign",
    ],
  );
  for (const alg of ["none", "HS256", "RS256", "ES256", "eddsa", "Ed448"]) {
    await t.step(alg, async () => {
      const signed = `${encode({ alg, typ: "at+jwt", kid: pair.kid })}.${body}`;
      const mac = await crypto.subtle.sign("HMAC", hmacKey, new TextEncoder().encode(signed));
      const signature = new Uint8Array(mac).toBase64({ alphabet: "base64url", omitPadding: true });
      for (const token of [`${signed}.`, `${signed}.${signature}`]) {
        assertEquals(tryReadKeyId(token), undefined);
        assertEquals((await verifyJwt(token, verifyingKey, RULES)).ok, false);
      }
    });
  }
});

Deno.test("Jwt never throws for a token that was tampered with", async () => {
  const seed = 20_240_607;
  const rng = new Rng(seed);
  const token = await signJwt(CLAIMS, signingKey, { type: "at+jwt" });
  const alphabet = 'Aa0_-.=+/{}" \u0000é\ud800';
  for (let round = 0; round < 1_000; round++) {
    const characters = [...token];
    for (let change = rng.below(3); change >= 0; change--) {
      const place = rng.below(characters.length);
      const replacement = alphabet.charAt(rng.below(alphabet.length));
      characters.splice(place, rng.below(3), replacement);
    }
    const tampered = characters.join("");
    if (tampered === token) continue;
    tryReadKeyId(tampered);
    tryReadClaimsUnverified(tampered);
    const verdict = await verifyJwt(tampered, verifyingKey, RULES);
    assert(!verdict.ok, `seed ${seed}, round ${round}: ${tampered}`);
  }
});

Deno.test("Jwt takes a signature written in one way only", async () => {
  const token = await signJwt(CLAIMS, signingKey, { type: "at+jwt" });
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const accepted: string[] = [];
  for (const last of alphabet) {
    const variant = token.slice(0, -1) + last;
    if ((await verifyJwt(variant, verifyingKey, RULES)).ok) accepted.push(variant);
  }
  assertEquals(accepted, [token]);
});

Deno.test("Jwt reads nothing from a text that is no token", () => {
  const texts = ["", ".", "..", "a.b.c", "null", "x".repeat(TOKEN_LENGTH_MAX + 1)];
  for (const text of [...texts, `${encode(null)}.${encode([])}.AA`]) {
    assertEquals(tryReadKeyId(text), undefined, text);
    assertEquals(tryReadClaimsUnverified(text), undefined, text);
  }
});

Deno.test("Jwt publishes no private half", () => {
  assertEquals(Object.keys(pair.publicJwk).sort(), ["alg", "crv", "kid", "kty", "use", "x"]);
  const parsed = tryParsePublicJwk(pair.privateJwk);
  assertEquals(parsed, pair.publicJwk);
});

Deno.test("Jwt takes only Ed25519 keys", async (t) => {
  const { publicJwk } = pair;
  const cases: readonly unknown[] = [
    null,
    [],
    {},
    { ...publicJwk, kty: "oct" },
    { ...publicJwk, crv: "X25519" },
    { ...publicJwk, x: 1 },
    { ...publicJwk, kid: "" },
  ];
  for (const value of cases) {
    await t.step(JSON.stringify(value), () => assertEquals(tryParsePublicJwk(value), undefined));
  }
  await assertRejects(() => importSigningKey({ ...publicJwk }), Error, "Cannot import signing key");
});
