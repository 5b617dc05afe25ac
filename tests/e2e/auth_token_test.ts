/** Tokens over the real socket: PROTOCOL section 1. */
import { assertEquals, assertNotEquals } from "@std/assert";
import type { JsonValue } from "../../core/json.ts";
import { loginToken, PLAYER1, TESTUSER, withLines } from "../clients/auth_requests.ts";
import { textAt } from "../clients/json_fields.ts";
import { assertReply, isNumber, isText } from "../clients/reply_shape.ts";
import { withHurriedSystem } from "../clients/hurried_system.ts";
import { eventually } from "../contract/eventually.ts";
import { withSystem } from "../harness.ts";

const INVALID_TOKEN = { status: "failure", message: "Invalid token" };
const INVALID_REFRESH = { status: "failure", message: "Invalid refresh token" };

const REFRESHED = {
  status: "success",
  message: "Token refreshed",
  session_id: isText,
  token: isText,
  refresh_token: isText,
  expires_in: 900,
};

function base64Url(value: JsonValue): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Tokens that look like a good one and are none. */
function forge(token: string): string[] {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const claims = JSON.parse(
    new TextDecoder().decode(Uint8Array.fromBase64(payload, { alphabet: "base64url" })),
  );
  const other = signature.startsWith("A") ? "B" : "A";
  return [
    `${header}.${payload}.${other}${signature.slice(1)}`,
    `${header}.${payload}.`,
    `${header}.${payload}`,
    `${header}.${base64Url({ ...claims, exp: claims.exp + 900 })}.${signature}`,
    `${header}.${base64Url({ ...claims, sub: "somebody-else" })}.${signature}`,
    `${base64Url({ alg: "none", typ: "JWT" })}.${payload}.`,
    `${base64Url({ alg: "HS256", typ: "JWT" })}.${payload}.${signature}`,
    ` ${token}`,
    token.slice(1),
  ];
}

const NO_TOKENS: readonly (JsonValue | undefined)[] = [
  undefined,
  null,
  "",
  ".",
  "..",
  "a.b.c",
  "not a token",
  5,
  true,
  ["a.b.c"],
  { token: "a.b.c" },
  "x".repeat(4_096),
];

Deno.test("Auth verifies the tokens that it issued", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      const account = { username: "verified", password: "password-1" };
      const registered = await client.askJson({ action: "register", ...account });
      const nowS = Date.now() / 1_000;
      const token = await loginToken(auth.addresses.tcp, account);
      const reply = await client.askJson({ action: "verify", token });
      assertReply(reply, {
        status: "success",
        message: "Token valid",
        account_id: textAt(registered, "account_id"),
        username: "verified",
        expires_at: isNumber,
      });
      assertEquals(Math.round((Number(reply.expires_at) - nowS - 900) / 10), 0, "15 minutes on");
    });
  });
});

Deno.test("Auth verifies no other token", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      const token = await loginToken(auth.addresses.tcp, PLAYER1);
      for (const bad of [...NO_TOKENS, ...forge(token)]) {
        const reply = await client.askJson({ action: "verify", token: bad });
        assertEquals(reply.message, "Invalid token", JSON.stringify(bad));
        assertReply(reply, INVALID_TOKEN);
      }
    });
  });
});

Deno.test("Auth verifies no token that has expired", async () => {
  await withHurriedSystem(10, { AUTH_ACCESS_TOKEN_TTL_S: "10" }, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      const token = await loginToken(auth.addresses.tcp, PLAYER1);
      assertEquals((await client.askJson({ action: "verify", token })).status, "success");
      await eventually(async () => {
        assertReply(await client.askJson({ action: "verify", token }), INVALID_TOKEN);
      }, 5_000);
    });
  });
});

Deno.test("Auth keeps the tokens of two accounts apart", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      const accounts: (JsonValue | undefined)[] = [];
      for (const account of [PLAYER1, TESTUSER]) {
        const token = await loginToken(auth.addresses.tcp, account);
        const reply = await client.askJson({ action: "verify", token });
        assertEquals(reply.username, account.username);
        accounts.push(reply.account_id);
      }
      assertNotEquals(accounts[0], accounts[1]);
    });
  });
});

Deno.test("Auth exchanges a refresh token once", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      const first = await client.askJson({ action: "login", ...PLAYER1 });
      const refresh_token = textAt(first, "refresh_token");
      const second = await client.askJson({ action: "refresh", refresh_token });
      assertReply(second, REFRESHED);
      assertNotEquals(second.refresh_token, refresh_token);
      const verified = await client.askJson({ action: "verify", token: textAt(second, "token") });
      assertEquals([verified.status, verified.username], ["success", "player1"]);
      assertReply(await client.askJson({ action: "refresh", refresh_token }), INVALID_REFRESH);
    });
  });
});

Deno.test("Auth revokes the family of a refresh token that is used again", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      const refresh = (reply: { readonly refresh_token?: JsonValue }): ReturnType<
        typeof client.askJson
      > => client.askJson({ action: "refresh", refresh_token: reply.refresh_token });
      const other = await client.askJson({ action: "login", ...PLAYER1 });
      const first = await client.askJson({ action: "login", ...PLAYER1 });
      const second = await refresh(first);
      const third = await refresh(second);
      assertReply(third, REFRESHED);
      assertReply(await refresh(first), INVALID_REFRESH);
      assertReply(await refresh(third), INVALID_REFRESH);
      assertReply(await refresh(other), REFRESHED);
    });
  });
});

Deno.test("Auth exchanges nothing else for tokens", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      const token = await loginToken(auth.addresses.tcp, PLAYER1);
      for (const bad of [...NO_TOKENS, token]) {
        const reply = await client.askJson({ action: "refresh", refresh_token: bad });
        assertReply(reply, INVALID_REFRESH);
      }
    });
  });
});
