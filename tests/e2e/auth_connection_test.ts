/** How a connection to auth lives and ends, over the real socket: PROTOCOL section 1. */
import { assertEquals } from "@std/assert";
import { askOnce, PLAYER1, withLines } from "../clients/auth_requests.ts";
import { parseJsonObject } from "../clients/json_fields.ts";
import { assertReply } from "../clients/reply_shape.ts";
import { withSystem } from "../harness.ts";

const LOGIN = JSON.stringify({ action: "login", ...PLAYER1 });
const TIMED_OUT = { status: "error", message: "Request timeout" };

function messagesOf(lines: readonly string[]): unknown[] {
  return lines.map((line) => parseJsonObject(line).message);
}

Deno.test("Auth ends a connection on which nothing comes", async () => {
  await withSystem({ env: { AUTH_IDLE_TIMEOUT_MS: "100" } }, async ({ auth }) => {
    for (const before of ["", "{", LOGIN.slice(0, -1)]) {
      await withLines(auth.addresses.tcp, async (client) => {
        await client.send(before);
        const lines = await client.readUntilClosed();
        assertEquals(lines.length, 1, `after ${JSON.stringify(before)}`);
        assertReply(parseJsonObject(lines.join()), TIMED_OUT);
      });
    }
  });
});

Deno.test("Auth ends a connection that falls silent after a request", async () => {
  await withSystem({ env: { AUTH_IDLE_TIMEOUT_MS: "200" } }, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      await client.sendLine(LOGIN);
      const messages = messagesOf(await client.readUntilClosed());
      assertEquals(messages, ["User player1 authenticated", "Request timeout"]);
    });
  });
});

Deno.test("Auth answers many requests of one write in their order", async () => {
  const requests: string[] = [];
  const expected: string[] = [];
  for (let index = 0; index < 100; index++) {
    // Some take a hash and some take none: the order must not show it.
    const username = `piped-${index}`;
    requests.push(JSON.stringify({ action: "register", username, password: "password-1" }));
    expected.push(`User ${username} registered`);
    requests.push("nonsense", "{}", LOGIN);
    expected.push("Invalid JSON format", "Unknown or missing action", "User player1 authenticated");
  }
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      await client.send(`${requests.join("\n")}\n`);
      const messages: unknown[] = [];
      for (const _ of requests) messages.push((await client.readJson()).message);
      assertEquals(messages, expected);
    });
  });
});

Deno.test("Auth answers a client that has closed its side", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      await client.send(`${LOGIN}\n{}\n${LOGIN}\n`);
      await client.closeWrite();
      const messages = messagesOf(await client.readUntilClosed());
      const success = "User player1 authenticated";
      assertEquals(messages, [success, "Unknown or missing action", success]);
    });
  });
});

Deno.test("Auth answers a last line without a newline", async () => {
  await withSystem({}, async ({ auth }) => {
    for (const before of ["", "{}\n"]) {
      await withLines(auth.addresses.tcp, async (client) => {
        await client.send(`${before}${LOGIN}`);
        await client.closeWrite();
        const messages = messagesOf(await client.readUntilClosed());
        assertEquals(messages.at(-1), "User player1 authenticated");
        assertEquals(messages.length, before === "" ? 1 : 2);
      });
    }
  });
});

Deno.test("Auth says nothing to a client that comes and goes", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      await client.closeWrite();
      assertEquals(await client.readUntilClosed(), []);
    });
  });
});

Deno.test("Auth goes on when clients break off in the middle", async () => {
  await withSystem({}, async ({ auth }) => {
    for (const sent of ["", "{", LOGIN, `${LOGIN}\n`, `${LOGIN}\n${LOGIN.slice(0, 20)}`]) {
      await withLines(auth.addresses.tcp, (client) => client.send(sent));
    }
    assertEquals((await askOnce(auth.addresses.tcp, LOGIN)).status, "success");
  });
});

Deno.test("Auth serves a client while others hold connections with half a line", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (slow) => {
      await slow.send(LOGIN.slice(0, 20));
      assertEquals((await askOnce(auth.addresses.tcp, LOGIN)).status, "success");
      await slow.send(`${LOGIN.slice(20)}\n`);
      assertEquals((await slow.readJson()).status, "success");
    });
  });
});
