import { assertEquals, assertRejects } from "@std/assert";
import type { JsonValue } from "../json.ts";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import { MemoryRpc } from "../ports/memory_rpc.ts";
import { AuthClient } from "./auth_client.ts";
import { generateSigningKey, importSigningKey, signJwt } from "./jwt.ts";

const CREDENTIALS = { username: "Player1", password: "password123", ip: "192.0.2.1" };
const UNAVAILABLE = {
  ok: false,
  message: "Authentication service unavailable",
  reply: { status: "error", message: "Authentication service unavailable" },
} as const;
const pair = await generateSigningKey();

interface Bench extends AsyncDisposable {
  readonly client: AuthClient;
  readonly clock: ManualClock;
  readonly requests: JsonValue[];
}

async function openBench(reply: JsonValue | undefined): Promise<Bench> {
  const clock = new ManualClock();
  const rpc = new MemoryRpc({ clock, log: silentLog });
  const requests: JsonValue[] = [];
  await rpc.serve("auth", (request) => {
    requests.push(request);
    return reply === undefined ? Promise.reject(new Error("broken")) : Promise.resolve(reply);
  });
  return {
    client: new AuthClient({ rpc }),
    clock,
    requests,
    [Symbol.asyncDispose]: () => rpc.close(),
  };
}

Deno.test("AuthClient reads a login that succeeded", async () => {
  const claims = { sub: "account", name: "player1", sid: "session", exp: 1 };
  const token = await signJwt(claims, await importSigningKey(pair.privateJwk), { type: "at+jwt" });
  const message = "User player1 authenticated";
  const reply = { status: "success", message, session_id: "session", token } as const;
  await using bench = await openBench(reply);
  assertEquals(await bench.client.login(CREDENTIALS), {
    ok: true,
    message,
    accountId: "account",
    username: "player1",
    sessionId: "session",
    token,
    reply,
  });
  assertEquals(bench.requests, [{ action: "login", ...CREDENTIALS }]);
});

Deno.test("AuthClient passes a refusal on", async () => {
  const message = "Authentication failed: Invalid password";
  const code = "invalid_credentials";
  const reply = { status: "failure", message, code } as const;
  await using bench = await openBench(reply);
  assertEquals(await bench.client.login(CREDENTIALS), { ok: false, message, code, reply });
});

Deno.test("AuthClient leaves out a code that it does not know", async () => {
  await using bench = await openBench({ status: "error", message: "New", code: "brand_new" });
  const reply = { status: "error", message: "New" } as const;
  assertEquals(await bench.client.login(CREDENTIALS), { ok: false, message: "New", reply });
});

Deno.test("AuthClient says that auth is unavailable when there is no sound reply", async (t) => {
  const replies: readonly (JsonValue | undefined)[] = [
    undefined,
    null,
    [],
    {},
    { status: "fine", message: "?" },
    { status: "success", message: "but no token" },
    { status: "success", message: "but no token", token: "a.b.c" },
  ];
  for (const reply of replies) {
    await t.step(JSON.stringify(reply) ?? "a rejection", async () => {
      await using bench = await openBench(reply);
      assertEquals(await bench.client.login(CREDENTIALS), UNAVAILABLE);
    });
  }
});

Deno.test("AuthClient gives up at its deadline", async () => {
  const clock = new ManualClock();
  const rpc = new MemoryRpc({ clock, log: silentLog });
  const never = Promise.withResolvers<JsonValue>();
  await rpc.serve("auth", () => never.promise);
  const login = new AuthClient({ rpc, deadlineMs: 100 }).login(CREDENTIALS);
  await clock.advance(100);
  assertEquals(await login, UNAVAILABLE);
  never.resolve(null);
  await rpc.close();
});

Deno.test("AuthClient says that auth is unavailable when nobody serves it", async () => {
  const rpc = new MemoryRpc({ clock: new ManualClock(), log: silentLog });
  assertEquals(await new AuthClient({ rpc }).login(CREDENTIALS), UNAVAILABLE);
  await rpc.close();
});

Deno.test("AuthClient fetches keys and skips what is none", async () => {
  const keys = [pair.publicJwk, { kty: "RSA" }];
  await using bench = await openBench({ status: "success", message: "Keys", keys });
  assertEquals(await bench.client.fetchKeys(), [pair.publicJwk]);
  assertEquals(bench.requests, [{ action: "jwks" }]);
});

Deno.test("AuthClient rejects an answer without keys", async () => {
  await using bench = await openBench({ status: "error", message: "Internal server error" });
  await assertRejects(() => bench.client.fetchKeys(), Error, "sent none");
});
