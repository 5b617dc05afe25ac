/** Login over the real socket: PROTOCOL section 1. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { PLAYER1, TESTUSER, withLines } from "../clients/auth_requests.ts";
import { textAt } from "../clients/json_fields.ts";
import { assertReply, isText, type ReplyShape } from "../clients/reply_shape.ts";
import { withSystem } from "../harness.ts";

/** What a login is answered with. */
function loginReply(username: string): ReplyShape {
  return {
    status: "success",
    message: `User ${username} authenticated`,
    session_id: isText,
    token: isText,
    refresh_token: isText,
    expires_in: 900,
  };
}

const REFUSED: readonly [what: string, request: JsonObject, message: string][] = [
  [
    "a wrong password",
    { username: "player1", password: "password124" },
    "Authentication failed: Invalid password",
  ],
  [
    "a password in another case",
    { username: "player1", password: "Password123" },
    "Authentication failed: Invalid password",
  ],
  [
    "an empty password",
    { username: "player1", password: "" },
    "Authentication failed: Invalid password",
  ],
  [
    "somebody else's password",
    { username: "player1", password: "testpass" },
    "Authentication failed: Invalid password",
  ],
  [
    "an unknown user",
    { username: "nobody", password: "password123" },
    "Authentication failed: User not found",
  ],
  [
    "a name that is none",
    { username: "a b", password: "password123" },
    "Authentication failed: User not found",
  ],
];

const WITHOUT_CREDENTIALS: readonly JsonObject[] = [
  {},
  { username: "player1" },
  { password: "password123" },
  { username: 5, password: "password123" },
  { username: "player1", password: null },
  { username: ["player1"], password: "password123" },
  { username: "player1", password: { toString: "password123" } },
  { username: true, password: false },
];

Deno.test("Auth logs in the accounts that it is seeded with", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      for (const account of [PLAYER1, TESTUSER]) {
        const reply = await client.askJson({ action: "login", ...account });
        assertReply(reply, loginReply(account.username));
      }
    });
  });
});

Deno.test("Auth refuses a login and says why", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      for (const [what, request, message] of REFUSED) {
        const reply = await client.askJson({ action: "login", ...request });
        assertEquals(reply.message, message, what);
        assertReply(reply, { status: "failure", message });
      }
    });
  });
});

Deno.test("Auth answers a login without credentials as a failed one", async () => {
  for (const uniform of ["false", "true"]) {
    await withSystem({ env: { AUTH_UNIFORM_FAILURES: uniform } }, async ({ auth }) => {
      await withLines(auth.addresses.tcp, async (client) => {
        for (const request of WITHOUT_CREDENTIALS) {
          const reply = await client.askJson({ action: "login", ...request });
          assertEquals(reply.status, "failure", JSON.stringify(request));
          assertMatch(textAt(reply, "message"), /^Authentication failed/);
          assertEquals(reply.code, "missing_credentials", JSON.stringify(request));
        }
      });
    });
  }
});

Deno.test("Auth hides why it refuses a login where failures are uniform", async () => {
  await withSystem({ env: { AUTH_UNIFORM_FAILURES: "true" } }, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      const replies = new Set<string>();
      for (const [, request] of REFUSED) {
        const reply = await client.askJson({ action: "login", ...request });
        assertReply(reply, { status: "failure", message: "Authentication failed" });
        replies.add(JSON.stringify(reply));
      }
      assertEquals(replies.size, 1, "the replies differ");
      assertReply(await client.askJson({ action: "login", ...PLAYER1 }), loginReply("player1"));
    });
  });
});

Deno.test("Auth ignores fields that it does not know", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      const extras = { version: 3, nested: { action: "register" }, token: 5, "": null };
      const reply = await client.askJson({ ...extras, action: "login", ...PLAYER1, more: [1] });
      assertReply(reply, loginReply("player1"));
    });
  });
});

Deno.test("Auth gives every login a session and tokens of its own", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      const seen: Record<string, Set<string>> = {
        session_id: new Set(),
        token: new Set(),
        refresh_token: new Set(),
      };
      const count = 25;
      for (let index = 0; index < count; index++) {
        const reply = await client.askJson({ action: "login", ...PLAYER1 });
        for (const [field, values] of Object.entries(seen)) values.add(textAt(reply, field));
      }
      for (const [field, values] of Object.entries(seen)) assertEquals(values.size, count, field);
    });
  });
});

Deno.test("Auth issues a JWT that lives as long as it says", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      const reply = await client.askJson({ action: "login", ...PLAYER1 });
      const parts = textAt(reply, "token").split(".");
      assertEquals(parts.length, 3);
      const [header, payload] = parts.slice(0, 2).map((part) => {
        const bytes = Uint8Array.fromBase64(part, { alphabet: "base64url" });
        return JSON.parse(new TextDecoder().decode(bytes));
      });
      assertEquals(header.alg, "EdDSA");
      assert(typeof header.kid === "string", "the header names no key");
      assertEquals(payload.exp - payload.iat, 900);
      assert(!JSON.stringify(payload).includes("password123"));
    });
  });
});

Deno.test("Auth says that it is busy where too many wait for a hash", async () => {
  const env = { AUTH_HASHES_IN_FLIGHT_MAX: "1", AUTH_HASH_QUEUE_MAX: "1" };
  await withSystem({ env, realHashes: true }, async ({ auth }) => {
    const replies = await Promise.all(Array.from({ length: 6 }, () => {
      return withLines(
        auth.addresses.tcp,
        (client) => client.askJson({ action: "login", ...PLAYER1 }),
      );
    }));
    const busy = replies.filter((reply) => reply.status === "error");
    for (const reply of busy) assertReply(reply, { status: "error", message: "Server busy" });
    for (const reply of replies) {
      if (reply.status !== "error") assertReply(reply, loginReply("player1"));
    }
    assert(busy.length > 0 && busy.length < replies.length, `${busy.length} of 6 were busy`);
  });
});
