import { assertEquals } from "@std/assert";
import type { JsonObject } from "../json.ts";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import {
  generateSigningKey,
  importSigningKey,
  type KeyPairJwk,
  type PublicJwk,
  signJwt,
} from "./jwt.ts";
import { type TokenRefusal, TokenVerifier, type TokenVerifierOptions } from "./token_verifier.ts";

const TTL_S = 900;
const [first, second] = await Promise.all([generateSigningKey(), generateSigningKey()]);

interface Issuer {
  keys: readonly PublicJwk[];
  fetchCount: number;
  down: boolean;
  silent: boolean;
}

interface Bench {
  readonly clock: ManualClock;
  readonly verifier: TokenVerifier;
  readonly issuer: Issuer;
  sign(pair?: KeyPairJwk, claims?: JsonObject): Promise<string>;
}

function openBench(options: Partial<TokenVerifierOptions> = {}): Bench {
  const clock = new ManualClock();
  const issuer: Issuer = { keys: [first.publicJwk], fetchCount: 0, down: false, silent: false };
  const verifier = new TokenVerifier({
    clock,
    fetchKeys: () => {
      issuer.fetchCount++;
      if (issuer.silent) return Promise.withResolvers<never>().promise;
      return issuer.down ? Promise.reject(new Error("away")) : Promise.resolve(issuer.keys);
    },
    ...options,
  });
  const sign = async (pair = first, claims: JsonObject = {}): Promise<string> => {
    const nowS = Math.floor(clock.nowMs() / 1000);
    const all = {
      iss: "tanks-blitz",
      aud: "tanks-blitz",
      sub: "account",
      name: "player1",
      sid: "session",
      iat: nowS,
      exp: nowS + TTL_S,
      ...claims,
    };
    return signJwt(all, await importSigningKey(pair.privateJwk), { type: "at+jwt" });
  };
  return { clock, verifier, issuer, sign };
}

Deno.test("TokenVerifier says whom a token stands for", async () => {
  const { clock, verifier, sign } = openBench();
  assertEquals(await verifier.verify(await sign()), {
    ok: true,
    accountId: "account",
    username: "player1",
    sessionId: "session",
    expiresAtS: Math.floor(clock.nowMs() / 1000) + TTL_S,
  });
});

Deno.test("TokenVerifier refuses a remembered token once it has ended", async () => {
  const { clock, verifier, sign } = openBench();
  const token = await sign();
  await verifier.verify(token);
  await clock.advance((TTL_S + 4) * 1000);
  assertEquals((await verifier.verify(token)).ok, true);
  await clock.advance(1000);
  assertEquals(await verifier.verify(token), { ok: false, reason: "expired" });
  assertEquals(await verifier.verify(token), { ok: false, reason: "expired" });
});

Deno.test("TokenVerifier says why a token is refused", async (t) => {
  const cases: readonly (readonly [string, (bench: Bench) => Promise<string>, TokenRefusal])[] = [
    ["no token", () => Promise.resolve("nonsense"), "malformed"],
    ["too long", () => Promise.resolve("a".repeat(100_000)), "malformed"],
    ["another key", (bench) => bench.sign(second), "unknown_key"],
    ["a claim missing", (bench) => bench.sign(first, { sid: null }), "wrong_claims"],
    ["another audience", (bench) => bench.sign(first, { aud: "x" }), "wrong_claims"],
    ["ended", (bench) => bench.sign(first, { exp: 1 }), "expired"],
    [
      "signature of another token",
      async (bench) => {
        const [header, , signature] = (await bench.sign()).split(".");
        const [, body] = (await bench.sign(first, { sub: "somebody else" })).split(".");
        return `${header}.${body}.${signature}`;
      },
      "bad_signature",
    ],
  ];
  for (const [name, make, reason] of cases) {
    await t.step(name, async () => {
      const bench = openBench();
      const token = await make(bench);
      assertEquals(await bench.verifier.verify(token), { ok: false, reason });
    });
  }
});

Deno.test("TokenVerifier fetches the keys once for many tokens", async () => {
  const { verifier, issuer, sign } = openBench();
  const token = await sign();
  await Promise.all(Array.from({ length: 20 }, () => verifier.verify(token)));
  assertEquals(issuer.fetchCount, 1);
});

Deno.test("TokenVerifier fetches for unknown keys at most once an interval", async () => {
  const { clock, verifier, issuer, sign } = openBench({ fetchIntervalMs: 5_000 });
  const token = await sign(second);
  for (let attempt = 0; attempt < 20; attempt++) await verifier.verify(token);
  assertEquals(issuer.fetchCount, 1);
  issuer.keys = [second.publicJwk, first.publicJwk];
  await clock.advance(5_000);
  assertEquals((await verifier.verify(token)).ok, true);
  assertEquals(issuer.fetchCount, 2);
});

Deno.test("TokenVerifier forgets a key that is no longer published", async () => {
  const { clock, verifier, issuer, sign } = openBench({ keysMaxAgeMs: 60_000 });
  const token = await sign();
  assertEquals((await verifier.verify(token)).ok, true);
  issuer.keys = [second.publicJwk];
  await clock.advance(60_000);
  await verifier.verify(token);
  await clock.advance(0);
  for (let turn = 0; turn < 50 && (await verifier.verify(token)).ok; turn++) {
    // The import of a key ends on a thread of its own.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals(await verifier.verify(token), { ok: false, reason: "unknown_key" });
});

Deno.test("TokenVerifier that nobody asked for long takes no token under a key that has ended", async () => {
  const { clock, verifier, issuer, sign } = openBench({ keysMaxAgeMs: 60_000 });
  const token = await sign();
  assertEquals((await verifier.verify(token)).ok, true);
  issuer.keys = [second.publicJwk];
  await clock.advance(120_000);
  const tokens = [token, await sign(first), await sign(first, { jti: "x" })];
  const verdicts = await Promise.all(tokens.map((each) => verifier.verify(each)));
  assertEquals(verdicts, tokens.map(() => ({ ok: false, reason: "unknown_key" })));
  assertEquals((await verifier.verify(await sign(second))).ok, true);
  assertEquals([issuer.fetchCount, clock.timerCount], [2, 0]);
});

Deno.test("TokenVerifier that nobody asked for long waits a little for an issuer that is silent, and not again", async () => {
  const { clock, verifier, issuer, sign } = openBench({ keysMaxAgeMs: 60_000 });
  const token = await sign();
  await verifier.verify(token);
  issuer.silent = true;
  await clock.advance(120_000);
  let isAnswered = false;
  const verdict = verifier.verify(token).finally(() => isAnswered = true);
  await clock.advance(1_999);
  assertEquals(isAnswered, false);
  await clock.advance(1);
  assertEquals((await verdict).ok, true);
  assertEquals((await verifier.verify(token)).ok, true);
});

Deno.test("TokenVerifier goes on with known keys while the issuer is away", async () => {
  const { clock, verifier, issuer, sign } = openBench({ keysMaxAgeMs: 60_000 });
  const token = await sign();
  await verifier.verify(token);
  issuer.down = true;
  for (let minute = 0; minute < 5; minute++) {
    await clock.advance(60_000);
    assertEquals((await verifier.verify(token)).ok, true);
    assertEquals((await verifier.verify(await sign())).ok, true);
  }
  assertEquals(issuer.fetchCount, 6);
});

Deno.test("TokenVerifier says that it has no keys, and recovers", async () => {
  const { clock, verifier, issuer, sign } = openBench({ fetchIntervalMs: 5_000 });
  issuer.down = true;
  const token = await sign();
  assertEquals(await verifier.verify(token), { ok: false, reason: "keys_unavailable" });
  issuer.down = false;
  assertEquals(await verifier.verify(token), { ok: false, reason: "keys_unavailable" });
  await clock.advance(5_000);
  assertEquals((await verifier.verify(token)).ok, true);
});

Deno.test("TokenVerifier remembers no more than it may and stays right", async () => {
  const { verifier, sign } = openBench({ cacheMax: 2 });
  const tokens = await Promise.all(["a", "b", "c", "d"].map((jti) => sign(first, { jti })));
  for (const token of [...tokens, ...tokens]) {
    assertEquals((await verifier.verify(token)).ok, true);
  }
  assertEquals(verifier.rememberedCount, 2);
});

interface Revocations {
  readonly ended: Set<string>;
  askedCount: number;
  down: boolean;
  isRevoked(sessionId: string): Promise<boolean>;
}

function openRevocations(): Revocations {
  const revocations: Revocations = {
    ended: new Set(),
    askedCount: 0,
    down: false,
    isRevoked: (sessionId) => {
      revocations.askedCount++;
      if (revocations.down) return Promise.reject(new Error("away"));
      return Promise.resolve(revocations.ended.has(sessionId));
    },
  };
  return revocations;
}

const REVOKED = { ok: false, reason: "revoked" } as const;

Deno.test("TokenVerifier refuses the token of an ended session within the age of what it asked", async () => {
  const revocations = openRevocations();
  const { clock, verifier, sign } = openBench({ isRevoked: revocations.isRevoked });
  const token = await sign();
  assertEquals((await verifier.verify(token)).ok, true);
  revocations.ended.add("session");
  await clock.advance(1_999);
  assertEquals((await verifier.verify(token)).ok, true);
  assertEquals(revocations.askedCount, 1);
  await clock.advance(1);
  assertEquals(await verifier.verify(token), REVOKED);
  revocations.ended.clear();
  await clock.advance(10_000);
  assertEquals(await verifier.verify(token), REVOKED);
  assertEquals(revocations.askedCount, 2);
});

Deno.test("TokenVerifier asks about an unknown token at once, and once for many who show it", async () => {
  const revocations = openRevocations();
  const { verifier, sign } = openBench({ isRevoked: revocations.isRevoked });
  revocations.ended.add("session");
  const token = await sign();
  assertEquals(await verifier.verify(token), REVOKED);
  const verdicts = await Promise.all(Array.from({ length: 5 }, () => verifier.verify(token)));
  assertEquals(verdicts, verdicts.map(() => REVOKED));
  assertEquals(revocations.askedCount, 1);
});

Deno.test("TokenVerifier takes tokens while nobody answers for revocations, and says so once", async () => {
  const revocations = openRevocations();
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (event: string): void => void warnings.push(event) };
  const { clock, verifier, sign } = openBench({ isRevoked: revocations.isRevoked, log });
  revocations.down = true;
  revocations.ended.add("session");
  const token = await sign();
  for (let round = 0; round < 3; round++) {
    assertEquals((await verifier.verify(token)).ok, true);
    await clock.advance(2_000);
  }
  assertEquals(warnings, ["revocations_not_asked"]);
  revocations.down = false;
  assertEquals(await verifier.verify(token), REVOKED);
});
