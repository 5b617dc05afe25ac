/** Requests to auth, cut at every byte into two packets: PROTOCOL section 1. */
import { assertEquals } from "@std/assert";
import { PLAYER1, withLines } from "../clients/auth_requests.ts";
import type { LineClient } from "../clients/line_client.ts";
import { textAt } from "../clients/json_fields.ts";
import { withSystem } from "../harness.ts";

/** A request that fails is sent hundreds of times. */
const UNTHROTTLED = {
  env: { AUTH_THROTTLE_ADDRESS_FAILURES: "1000000", AUTH_THROTTLE_ACCOUNT_FAILURES: "1000000" },
};

const LOGIN = JSON.stringify({ action: "login", ...PLAYER1 });
const LOGIN_REPLY = "User player1 authenticated";

/** Requests and the messages that answer them. */
const REQUESTS: readonly [request: Uint8Array, messages: readonly string[]][] = [
  [bytesOf(`${LOGIN}\n`), [LOGIN_REPLY]],
  // Two lines, so that a cut may leave a whole one before it; and letters of more than one byte.
  [bytesOf(`{}\n${LOGIN}\n`), ["Unknown or missing action", LOGIN_REPLY]],
  [
    bytesOf('{"action":"login","username":"Ж\u20ac\u{1F417}","password":"Ж\u20ac\u{1F417}"}\n'),
    ["Authentication failed: User not found"],
  ],
  [bytesOf('{"action":"log\r\n'), ["Invalid JSON format"]],
  [
    new Uint8Array([0x22, 0xe2, 0x82, 0x22, 0x0a]),
    ["Invalid character encoding. UTF-8 expected."],
  ],
];

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A round trip on another connection: the service has had its turn to read what was sent. */
async function letServiceRead(other: LineClient): Promise<void> {
  await other.askJson("{}");
}

async function readMessages(client: LineClient, count: number): Promise<string[]> {
  const messages: string[] = [];
  while (messages.length < count) messages.push(textAt(await client.readJson(), "message"));
  return messages;
}

Deno.test("Auth answers a request that is cut at any byte as if it were whole", async () => {
  await withSystem(UNTHROTTLED, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (other) => {
      await withLines(auth.addresses.tcp, async (client) => {
        for (const [request, expected] of REQUESTS) {
          for (let cut = 0; cut <= request.length; cut++) {
            await client.send(request.subarray(0, cut));
            await letServiceRead(other);
            await client.send(request.subarray(cut));
            const messages = await readMessages(client, expected.length);
            assertEquals(messages, [...expected], `cut at byte ${cut}`);
          }
        }
      });
    });
  });
});

Deno.test("Auth answers a request that comes byte by byte", async () => {
  await withSystem(UNTHROTTLED, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (other) => {
      await withLines(auth.addresses.tcp, async (client) => {
        for (const [request, expected] of REQUESTS) {
          for (const byte of request) {
            await client.send(new Uint8Array([byte]));
            await letServiceRead(other);
          }
          assertEquals(await readMessages(client, expected.length), [...expected]);
        }
      });
    });
  });
});

Deno.test("Auth answers a last line, cut at any byte, on each of its connections", async () => {
  await withSystem(UNTHROTTLED, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (other) => {
      const request = bytesOf(LOGIN);
      for (let cut = 0; cut <= request.length; cut++) {
        await withLines(auth.addresses.tcp, async (client) => {
          await client.send(request.subarray(0, cut));
          await letServiceRead(other);
          await client.send(request.subarray(cut));
          await client.closeWrite();
          assertEquals(await readMessages(client, 1), [LOGIN_REPLY], `cut at byte ${cut}`);
          const end = await client.untilEnd();
          assertEquals(end, "end_of_stream");
        });
      }
    });
  });
});
