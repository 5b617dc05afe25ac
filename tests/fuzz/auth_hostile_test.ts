/** Clients that mean harm, each kind against auth as a process, and a good one who is served meanwhile. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { PLAYER1, withLines } from "../clients/auth_requests.ts";
import { LineClient } from "../clients/line_client.ts";
import { eventually } from "../contract/eventually.ts";
import { GoodClient } from "./good_client.ts";
import { fuzzTimes, say } from "./seed.ts";
import { type Address, ServiceProcess } from "./service_process.ts";

const SLOW_CLIENTS = 200;
const HALF_CLIENTS = 200;
const FLOOD_CLIENTS = 200;
const FLOOD_REQUESTS = 20;
const IDLE_CLIENTS = 2_000 * fuzzTimes();
/** What a process needs besides its connections: files, pipes, the good client. */
const SPARE_HANDLES = 200;
const CONNECTING_AT_ONCE = 200;

/** The service but for hashes that cost next to nothing. */
const CHEAP_AUTH = "tests/chaos/cheap_auth.ts";

/** Runs `work` against an auth service of its own, which must end in good order. */
async function withAuth(
  options: { readonly script?: string; readonly env?: Readonly<Record<string, string>> },
  work: (address: Address, auth: ServiceProcess) => Promise<void>,
): Promise<void> {
  const { script = CHEAP_AUTH, env = {} } = options;
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-hostile-" });
  try {
    await using auth = await ServiceProcess.start({
      script,
      env: {
        DATA_DIR: dataDir,
        LISTEN_HOST: "127.0.0.1",
        AUTH_TCP_PORT: "0",
        AUTH_OPS_PORT: "0",
        AUTH_SEED_ACCOUNTS: "true",
        ...env,
      },
      awaited: ["auth tcp", "auth ops"],
    });
    await work(auth.address("auth", "tcp"), auth);
    assertEquals(auth.errorLines, []);
    assertEquals(await auth.stop(), 0);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** Opens connections, some hundred at a time, so that none is lost in the system's queue. */
async function connectMany(address: Address, count: number): Promise<Deno.TcpConn[]> {
  const conns: Deno.TcpConn[] = [];
  while (conns.length < count) {
    const batch = Math.min(CONNECTING_AT_ONCE, count - conns.length);
    const { hostname, port } = address;
    conns.push(
      ...await Promise.all(
        Array.from({ length: batch }, () => Deno.connect({ hostname, port })),
      ),
    );
  }
  return conns;
}

/** Everything that comes until the other side closes. */
async function readAll(conn: Deno.TcpConn): Promise<string> {
  return await new Response(conn.readable).text();
}

Deno.test("Auth closes who sends slowly or half a line, and serves others meanwhile", async () => {
  const env = { AUTH_IDLE_TIMEOUT_MS: "1500", AUTH_CONNECTIONS_PER_ADDRESS_MAX: "1000" };
  await withAuth({ env }, async (address, auth) => {
    const good = await GoodClient.start(address);
    const line = new TextEncoder().encode(JSON.stringify({ action: "login", ...PLAYER1 }));
    const half = await connectMany(address, HALF_CLIENTS);
    await Promise.all(half.map((conn) => conn.write(line.subarray(0, line.length / 2))));
    const slow = await connectMany(address, SLOW_CLIENTS);
    const ended = Promise.all([...half, ...slow].map(readAll));
    let isOver = false;
    void ended.then(() => isOver = true);
    // A byte each, round and round: no line of theirs is ever complete.
    for (let at = 0; !isOver; at++) {
      const byte = line.subarray(at % line.length, at % line.length + 1);
      await Promise.all(slow.map((conn) => conn.write(byte).catch(() => 0)));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    for (const text of await ended) {
      assertEquals(JSON.parse(text).message, "Request timeout");
    }
    await good.assertServed("slow and half lines");
    const metrics = await auth.metrics("auth");
    assertEquals(metrics.get('auth_drops_total{reason="idle"}'), HALF_CLIENTS + SLOW_CLIENTS);
  });
});

Deno.test("Auth holds thousands of idle connections, and serves others meanwhile", async () => {
  const count = Math.min(IDLE_CLIENTS, await openFilesMax() - SPARE_HANDLES);
  const env = {
    AUTH_CONNECTIONS_MAX: String(count + SPARE_HANDLES),
    AUTH_CONNECTIONS_PER_ADDRESS_MAX: String(count + SPARE_HANDLES),
  };
  await withAuth({ env }, async (address, auth) => {
    const good = await GoodClient.start(address);
    const conns = await connectMany(address, count);
    await eventually(async () => {
      const connections = (await auth.metrics("auth")).get("active_connections_auth") ?? 0;
      assertGreater(connections, count);
    });
    say(`${count} idle connections of ${IDLE_CLIENTS} wanted are open`);
    await withLines(address, async (client) => {
      assertEquals((await client.askJson({ action: "login", ...PLAYER1 })).status, "success");
    });
    await good.assertServed(`${count} idle connections`);
    for (const conn of conns) conn.close();
  });
});

Deno.test("Auth serves others while one address floods it with logins and connections", async () => {
  const env = { AUTH_THROTTLE_ADDRESS_FAILURES: "5" };
  // What a login costs is what the flood is about.
  await withAuth({ script: "auth/main.ts", env }, async (address, auth) => {
    const good = await GoodClient.start(address);
    const flood = Array.from({ length: FLOOD_CLIENTS }, (_, index) => floodLogins(address, index));
    const replies = (await Promise.all(flood)).flat();
    const byMessage = Map.groupBy(replies, ({ message }) => String(message));
    say(`flood: ${[...byMessage].map(([message, { length }]) => `${length} ${message}`).join()}`);
    const tried = byMessage.get("Authentication failed: User not found") ?? [];
    const refused = byMessage.get("Too many attempts") ?? [];
    assertEquals(tried.length + refused.length, replies.length);
    // What is free for an address, those in flight, and those whom waiting let through.
    assert(tried.length < 30, `${tried.length} passwords were tried`);
    // More connections than an address may have: the rest are closed at once.
    const many = await connectMany(address, 400);
    const open = await withLines(address, (client) => client.untilEnd());
    assert(open === "end_of_stream" || open === "reset");
    for (const conn of many) conn.close();
    await good.assertServed("a flood of logins");
    const metrics = await auth.metrics("auth");
    assertGreater(metrics.get('auth_drops_total{reason="connections_per_address_max"}') ?? 0, 100);
  });
});

async function floodLogins(address: Address, index: number): Promise<JsonObject[]> {
  const client = await LineClient.connect(address);
  try {
    const login = { action: "login", username: `nobody-${index}`, password: "a wild guess" };
    const lines = Array.from({ length: FLOOD_REQUESTS }, () => `${JSON.stringify(login)}\n`);
    await client.send(lines.join(""));
    const replies: JsonObject[] = [];
    for (const _ of lines) replies.push(await client.readJson());
    return replies;
  } finally {
    await client.close();
  }
}

const ENCODING = "Invalid character encoding. UTF-8 expected.";
const JSON_FORMAT = "Invalid JSON format";
const ACTION = "Unknown or missing action";
const TOKEN = "Invalid token";
const MISSING = "Authentication failed: User not found";

/** Lines that try the parser, and what they are answered with. */
const LINES: readonly (readonly [line: string, message: string])[] = [
  ["[".repeat(8_000), JSON_FORMAT],
  [`${"[".repeat(4_000)}${"]".repeat(4_000)}`, ACTION],
  [`${'{"a":'.repeat(1_300)}1${"}".repeat(1_300)}`, ACTION],
  [`{"action":"verify","token":${"[".repeat(3_000)}${"]".repeat(3_000)}}`, TOKEN],
  ["9".repeat(8_000), ACTION],
  ["1e999999999", ACTION],
  [`{"action":"verify","token":${"9".repeat(8_000)}}`, TOKEN],
  [`{"action":1e400}`, ACTION],
  [`{"action":"verify","token":-0.${"0".repeat(5_000)}1}`, TOKEN],
  ['{"action":"fly","action":"verify"}', TOKEN],
  ['{"action":"verify","action":"fly"}', ACTION],
  ['{"action":"login","username":"player1","username":7,"password":"password123"}', MISSING],
  ['{"__proto__":{"action":"verify"}}', ACTION],
  ['{"__proto__":null,"action":"verify"}', TOKEN],
  ['{"constructor":{"prototype":{"action":"verify"}},"action":"verify"}', TOKEN],
  ['{"action":"__proto__"}', ACTION],
  ['{"action":"toString"}', ACTION],
  ['{"action":"hasOwnProperty"}', ACTION],
  ['{"action":"verify","token":"\\ud800"}', TOKEN],
  ['{"action":"verify","token":"\\u0000"}', TOKEN],
  ['{"action":"\\u0076erify"}', TOKEN],
  ["\ufeff{}", JSON_FORMAT],
  ["{'action':'verify'}", JSON_FORMAT],
  ["undefined", JSON_FORMAT],
  ["-", JSON_FORMAT],
];

/** No UTF-8: a byte that never occurs, a start without its rest, a surrogate, an overlong form. */
const BAD_SEQUENCES: readonly (readonly number[])[] = [
  [0xff],
  [0xc3],
  [0xed, 0xa0, 0x80],
  [0xc0, 0xaf],
  [0xf5, 0x80, 0x80, 0x80],
];

Deno.test("Auth answers every line that tries its parser, and serves others meanwhile", async () => {
  await withAuth({}, async (address) => {
    const good = await GoodClient.start(address);
    await withLines(address, async (client) => {
      for (const [line, message] of LINES) {
        assertEquals((await client.askJson(line)).message, message, line.slice(0, 60));
      }
      const whole = new TextEncoder().encode('{"action":"verify","token":"жук"}');
      for (let place = 0; place <= whole.length; place++) {
        for (const bad of BAD_SEQUENCES) {
          const parts = [...whole.subarray(0, place), ...bad, ...whole.subarray(place), 0x0a];
          await client.send(Uint8Array.from(parts));
          assertEquals((await client.readJson()).message, ENCODING, `${bad} at ${place}`);
        }
      }
      assertEquals((await client.askJson({ action: "login", ...PLAYER1 })).status, "success");
    });
    await good.assertServed("lines that try the parser");
  });
});

/** How many files this process, and so one that it starts, may have open. */
async function openFilesMax(): Promise<number> {
  if (Deno.build.os !== "linux") return 256;
  const limits = await Deno.readTextFile("/proc/self/limits");
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 256);
}
