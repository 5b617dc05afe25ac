/** What auth takes for a line and a request, over the real socket: PROTOCOL section 1. */
import { assertEquals, assertMatch } from "@std/assert";
import { askOnce, PLAYER1, withLines } from "../clients/auth_requests.ts";
import { parseJsonObject } from "../clients/json_fields.ts";
import { assertReply } from "../clients/reply_shape.ts";
import { withSystem } from "../harness.ts";

const LINE_BYTES_MAX = 8_192;
const LOGIN = JSON.stringify({ action: "login", ...PLAYER1 });

const UNKNOWN_ACTIONS: readonly string[] = [
  "{}",
  '{"username":"player1","password":"password123"}',
  "5",
  "-0.5e3",
  "[]",
  '[{"action":"login"}]',
  "null",
  "true",
  '"login"',
  '{"action":null}',
  '{"action":5}',
  '{"action":["login"]}',
  '{"action":""}',
  '{"action":"dance"}',
  '{"action":"LOGIN"}',
  '{"action":"login "}',
  '{"action":"constructor"}',
  '{"action":"__proto__"}',
  '{"action":"toString"}',
  '{"Action":"login"}',
];

const NOT_JSON: readonly string[] = [
  "",
  "   ",
  "\r",
  "hello",
  "{",
  '{"action":"login"',
  "{'action':'login'}",
  '{"action":"login",}',
  "{action:login}",
  "NaN",
  "undefined",
  "\u0000",
  `${LOGIN}${LOGIN}`,
  "GET / HTTP/1.1",
];

const NOT_UTF8: readonly (readonly number[])[] = [
  [0xff, 0xfe],
  [0x80],
  [0xc3],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [...new TextEncoder().encode('{"action":"login","username":"'), 0xe9, 0x22, 0x7d],
];

Deno.test("Auth names an action that it does not know", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      for (const line of UNKNOWN_ACTIONS) {
        const reply = await client.askJson(line);
        assertEquals(reply.message, "Unknown or missing action", line);
        assertReply(reply, { status: "error", message: "Unknown or missing action" });
      }
      assertEquals((await client.askJson(LOGIN)).status, "success");
    });
  });
});

Deno.test("Auth refuses what is not JSON", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      for (const line of NOT_JSON) {
        const reply = await client.askJson(line);
        assertEquals(reply.message, "Invalid JSON format", JSON.stringify(line));
        assertReply(reply, { status: "error", message: "Invalid JSON format" });
      }
      assertEquals((await client.askJson(LOGIN)).status, "success");
    });
  });
});

Deno.test("Auth refuses what is not UTF-8", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      for (const bytes of NOT_UTF8) {
        await client.send(new Uint8Array([...bytes, 10]));
        const message = "Invalid character encoding. UTF-8 expected.";
        assertReply(await client.readJson(), { status: "error", message });
      }
      assertEquals((await client.askJson(LOGIN)).status, "success");
    });
  });
});

Deno.test("Auth takes JSON however it is spaced", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      const spaced = '{ "action" : "login",\t"username": "player1" , "password":"password123" }';
      const escaped = LOGIN.replace("player1", "\\u0070layer1");
      for (const line of [`  ${LOGIN}  `, `${LOGIN}\r`, spaced, escaped]) {
        assertEquals((await client.askJson(line)).status, "success", line);
      }
    });
  });
});

Deno.test("Auth takes a line of 8192 bytes and ends the connection at a longer one", async () => {
  const [head, tail] = ['{"action":"dance","pad":"', '"}'];
  const line = (size: number): string =>
    `${head}${"x".repeat(size - head.length - tail.length)}${tail}\n`;
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      await client.send(line(LINE_BYTES_MAX));
      assertEquals((await client.readJson()).message, "Unknown or missing action");
      await client.send(line(LINE_BYTES_MAX + 1));
      const lines = await client.readUntilClosed();
      assertEquals(lines.length, 1);
      const reply = parseJsonObject(lines.join());
      assertReply(reply, { status: "error", message: "Message too long" });
    });
  });
});

Deno.test("Auth counts a line in bytes, not in characters", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      await client.sendLine("ж".repeat(LINE_BYTES_MAX / 2));
      assertEquals((await client.readJson()).message, "Invalid JSON format");
      await client.sendLine("ж".repeat(LINE_BYTES_MAX / 2 + 1));
      assertMatch((await client.readUntilClosed()).join(), /Message too long/);
    });
  });
});

Deno.test("Auth does not wait for the end of a line that is too long", async () => {
  await withSystem({}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      await client.send(`${LOGIN}\n${"x".repeat(LINE_BYTES_MAX + 1)}`);
      const lines = await client.readUntilClosed();
      const messages = lines.map((line) => parseJsonObject(line).message);
      assertEquals(messages, ["User player1 authenticated", "Message too long"]);
    });
    assertEquals((await askOnce(auth.addresses.tcp, LOGIN)).status, "success");
  });
});
