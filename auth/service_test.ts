// Long because every case starts the whole service and speaks to it over its socket.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { AuthClient } from "../core/auth/auth_client.ts";
import { TokenVerifier } from "../core/auth/token_verifier.ts";
import { systemClock } from "../core/clock.ts";
import { Health } from "../core/health.ts";
import { type JsonObject, tryJsonObject, tryParseJson } from "../core/json.ts";
import { openLog } from "../core/log.ts";
import { Metrics } from "../core/metrics.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import { MemoryRpc } from "../core/ports/memory_rpc.ts";
import type { SqlDatabase } from "../core/ports/sql_database.ts";
import { openSqliteDatabase } from "../core/ports/sqlite_database.ts";
import { SQLITE_IN_MEMORY } from "../core/ports/sqlite_file.ts";
import type { RunningService } from "../core/service.ts";
import { CHEAP_SCRYPT, recordingEventLog } from "./auth_fixture.ts";
import { type AuthConfig, parseAuthConfig } from "./config.ts";
import type { ScryptParameters } from "./password_hash.ts";
import { startAuth } from "./service.ts";

/** Some 60 ms on a core: long enough to be seen in hand. */
const SLOW_SCRYPT: ScryptParameters = { costLog2: 14, blockSize: 8, parallelization: 1 };

interface Bench extends AsyncDisposable {
  readonly auth: RunningService<"tcp" | "ops">;
  readonly rpc: MemoryRpc;
  readonly health: Health;
  readonly registry: Metrics;
  readonly events: readonly JsonObject[];
  readonly logged: readonly string[];
  /** One connection that sends `text` and shuts its side; every line that comes back. */
  ask(text: string | Uint8Array): Promise<JsonObject[]>;
  connect(): Promise<Deno.TcpConn>;
  metrics(): Promise<string>;
}

interface BenchOptions {
  readonly config?: Partial<AuthConfig>;
  readonly database?: SqlDatabase;
  readonly hashParameters?: ScryptParameters;
}

async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const { hashParameters = CHEAP_SCRYPT } = options;
  const events: JsonObject[] = [];
  const logged: string[] = [];
  const log = openLog({
    name: "auth",
    level: "DEBUG",
    format: "json",
    write: (line) => logged.push(line),
  });
  const clock = systemClock;
  const rpc = new MemoryRpc({ clock, log });
  const health = new Health();
  const registry = new Metrics({ process: false });
  const kvStore = new MemoryKvStore({ clock });
  const database = options.database ??
    openSqliteDatabase({ path: SQLITE_IN_MEMORY, fullSync: false });
  const env = new Map([["LISTEN_HOST", "127.0.0.1"], ["AUTH_TCP_PORT", "0"], [
    "AUTH_OPS_PORT",
    "0",
  ]]);
  const auth = await startAuth(
    { ...parseAuthConfig(env), hashesInFlightMax: 2, ...options.config },
    {
      log,
      clock,
      rpc,
      health,
      database,
      kvStore,
      metrics: registry,
      eventLog: recordingEventLog(events),
      hashParameters,
    },
  );
  const connect = (): Promise<Deno.TcpConn> =>
    Deno.connect({
      hostname: auth.addresses.tcp.hostname,
      port: auth.addresses.tcp.port,
    });
  const { hostname, port } = auth.addresses.ops;
  return {
    auth,
    rpc,
    health,
    registry,
    events,
    logged,
    connect,
    ask: async (text) => {
      const connection = await connect();
      await send(connection, text);
      await connection.closeWrite();
      return await receiveAll(connection);
    },
    metrics: async () => (await fetch(`http://${hostname}:${port}/metrics`)).text(),
    [Symbol.asyncDispose]: async () => {
      await auth.close();
      await rpc.close();
      if (options.database === undefined) await database.close();
    },
  };
}

async function send(connection: Deno.TcpConn, text: string | Uint8Array): Promise<void> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

/** Everything that comes until the other side closes, a reply a line. */
async function receiveAll(connection: Deno.TcpConn): Promise<JsonObject[]> {
  const text = await new Response(connection.readable).text();
  return text.split("\n").slice(0, -1).map((line) => {
    const reply = tryJsonObject(tryParseJson(line));
    if (reply === undefined) throw new Error(`not a reply: ${line}`);
    return reply;
  });
}

function line(request: JsonObject): string {
  return `${JSON.stringify(request)}\n`;
}

const REGISTER = { action: "register", username: "player1", password: "tank-battle-3" };
const LOGIN = { ...REGISTER, action: "login" };

Deno.test("Auth serves register, login, verify and refresh on one connection, in order", async () => {
  await using bench = await openBench();
  const [registered, loggedIn, again] = await bench.ask(
    line(REGISTER) + line(LOGIN) + line(REGISTER),
  );
  assertEquals(registered?.["message"], "User player1 registered");
  assertEquals(loggedIn?.["message"], "User player1 authenticated");
  assertEquals(again?.["message"], "Registration failed: Username already taken");
  const token = loggedIn?.["token"];
  const refreshToken = loggedIn?.["refresh_token"];
  const [verified, refreshed, reused, afterwards] = await bench.ask(
    line({ action: "verify", token }) +
      line({ action: "refresh", refresh_token: refreshToken }) +
      line({ action: "refresh", refresh_token: refreshToken }) +
      // No newline: the end of the stream ends the line.
      JSON.stringify({ action: "verify", token }),
  );
  assertEquals(verified?.["account_id"], registered?.["account_id"]);
  assertEquals(refreshed?.["session_id"], loggedIn?.["session_id"]);
  assertEquals(reused?.["message"], "Invalid refresh token");
  assertEquals(afterwards?.["message"], "Invalid token");
  assertEquals(bench.events.map((event) => event["event_type"]), [
    "user_registered",
    "user_logged_in",
    "token_reuse_detected",
  ]);
  assertEquals(new Set(bench.events.map((event) => event["ip"])), new Set(["127.0.0.1"]));
});

Deno.test("Auth answers bad lines and goes on", async () => {
  await using bench = await openBench();
  const bad = Uint8Array.from([0xcf, 0xd2, 0x0a]);
  const good = new TextEncoder().encode(`\nnot json\n[]\n${line({ action: "verify" })}`);
  const replies = await bench.ask(Uint8Array.from([...bad, ...good]));
  assertEquals(replies.map((reply) => reply["message"]), [
    "Invalid character encoding. UTF-8 expected.",
    "Invalid JSON format",
    "Invalid JSON format",
    "Unknown or missing action",
    "Invalid token",
  ]);
});

Deno.test("Auth takes a line of 8 192 bytes and closes after a longer one", async () => {
  await using bench = await openBench();
  const empty = line({ action: "verify", token: "" }).length - 1;
  const longest = line({ action: "verify", token: "x".repeat(8_192 - empty) });
  assertEquals((await bench.ask(longest)).map((reply) => reply["message"]), ["Invalid token"]);
  const replies = await bench.ask(`${longest}x${longest}${longest}`);
  assertEquals(replies.map((reply) => reply["message"]), ["Invalid token", "Message too long"]);
  assertMatch(await bench.metrics(), /auth_drops_total\{reason="line_too_long"\} 1/);
});

Deno.test("Auth closes a connection that stays silent", async () => {
  await using bench = await openBench({ config: { idleTimeoutMs: 20 } });
  const connection = await bench.connect();
  await send(connection, '{"action":');
  const replies = await receiveAll(connection);
  assertEquals(replies.map((reply) => reply["message"]), ["Request timeout"]);
});

Deno.test("Auth closes a connection above the limit of one address", async () => {
  await using bench = await openBench({ config: { connectionsPerAddressMax: 1 } });
  using first = await bench.connect();
  await send(first, line({ action: "verify" }));
  await first.read(new Uint8Array(1_024));
  const second = await bench.connect();
  assertEquals(await receiveAll(second).catch(() => []), []);
  const metrics = await bench.metrics();
  assertMatch(metrics, /active_connections_auth 1/);
  assertMatch(metrics, /auth_drops_total\{reason="connections_per_address_max"\} 1/);
});

Deno.test("Auth registers one account for fifty who want its name at once", async () => {
  await using bench = await openBench();
  const replies = await Promise.all(Array.from({ length: 50 }, () => bench.ask(line(REGISTER))));
  const statuses = replies.map(([reply]) => reply?.["status"]);
  assertEquals(statuses.filter((status) => status === "success").length, 1);
  assertEquals(statuses.filter((status) => status === "failure").length, 49);
});

Deno.test("Auth says that it is busy when too many wait for a hash", async () => {
  await using bench = await openBench({
    config: { hashesInFlightMax: 1, hashQueueMax: 1 },
    hashParameters: SLOW_SCRYPT,
  });
  const replies = await Promise.all(Array.from({ length: 8 }, () => bench.ask(line(LOGIN))));
  const messages = replies.map(([reply]) => reply?.["message"]);
  assert(messages.includes("Server busy"), messages.join());
  assert(messages.includes("Authentication failed: User not found"), messages.join());
});

Deno.test("Auth answers other services over Rpc, and they verify tokens by themselves", async () => {
  await using bench = await openBench({ config: { seedAccounts: true } });
  const client = new AuthClient({ rpc: bench.rpc });
  const outcome = await client.login({
    username: "testuser",
    password: "testpass",
    ip: "192.0.2.1",
  });
  assert(outcome.ok);
  const verifier = new TokenVerifier({ fetchKeys: () => client.fetchKeys(), clock: systemClock });
  const verdict = await verifier.verify(outcome.token);
  assert(verdict.ok);
  assertEquals(verdict.accountId, outcome.accountId);
});

Deno.test("Auth has no accounts unless it is told to seed them", async () => {
  await using bench = await openBench();
  const [reply] = await bench.ask(line(LOGIN));
  assertEquals(reply?.["message"], "Authentication failed: User not found");
});

Deno.test("Auth says at its ops port how it is", async () => {
  await using bench = await openBench({ config: { seedAccounts: true } });
  const { hostname, port } = bench.auth.addresses.ops;
  const ready = await fetch(`http://${hostname}:${port}/readyz`);
  assertEquals(ready.status, 200);
  await ready.body?.cancel();
  const seeded = { ...LOGIN, password: "password123" };
  await bench.ask(line(seeded) + line({ ...seeded, password: "tank-battle-4" }));
  const metrics = await bench.metrics();
  assertMatch(metrics, /^successful_auths_total 1$/m);
  assertMatch(metrics, /^failed_auths_total 1$/m);
  assertMatch(metrics, /^active_connections_auth \d+$/m);
  assertMatch(metrics, /^auth_hash_queue_depth 0$/m);
  assertMatch(metrics, /^auth_requests_total\{action="login"\} 2$/m);
});

Deno.test("Auth that is started again knows its accounts and its tokens", async () => {
  const database = openSqliteDatabase({ path: SQLITE_IN_MEMORY, fullSync: false });
  let token: unknown;
  {
    await using bench = await openBench({ database });
    const [, loggedIn] = await bench.ask(line(REGISTER) + line(LOGIN));
    token = loggedIn?.["token"];
  }
  {
    await using bench = await openBench({ database });
    const [verified, loggedIn] = await bench.ask(
      `${JSON.stringify({ action: "verify", token })}\n${line(LOGIN)}`,
    );
    assertEquals(verified?.["message"], "Token valid");
    assertEquals(loggedIn?.["status"], "success");
  }
  await database.close();
});

Deno.test("Auth that is closed answers what is in hand first", async () => {
  const bench = await openBench({ hashParameters: SLOW_SCRYPT });
  const asked = Array.from({ length: 6 }, () => bench.ask(line(LOGIN)));
  while (!/^auth_hash_queue_depth 4$/m.test(await bench.metrics()));
  await bench.auth.close();
  const replies = await Promise.all(asked);
  assertEquals(
    replies.map(([reply]) => reply?.["message"]),
    replies.map(() => "Authentication failed: User not found"),
  );
  await bench[Symbol.asyncDispose]();
});

Deno.test("Auth that has no time to drain leaves no work behind", async () => {
  const bench = await openBench({ hashParameters: SLOW_SCRYPT, config: { drainMs: 0 } });
  const asked = Array.from({ length: 12 }, () => bench.ask(line(LOGIN)).catch(() => []));
  while (!/^auth_hash_queue_depth 10$/m.test(await bench.metrics()));
  await bench.auth.close();
  // Those in flight were finished, those who waited were turned away: nobody is left.
  const metrics = await bench.registry.text();
  assertMatch(metrics, /^auth_requests_total\{action="login"\} 12$/m);
  assertMatch(metrics, /^auth_failures_total\{reason="server_busy"\} 10$/m);
  await bench[Symbol.asyncDispose]();
  await Promise.all(asked);
});

Deno.test("Auth that cannot listen lets go of everything", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const database = openSqliteDatabase({ path: SQLITE_IN_MEMORY, fullSync: false });
  const opening = openBench({ database, config: { tcpPort: taken.addr.port } });
  assertEquals(await opening.then(() => "started", () => "refused"), "refused");
  taken.close();
  await database.close();
});

Deno.test("Auth logs neither passwords nor tokens", async () => {
  const bench = await openBench();
  const [, loggedIn] = await bench.ask(line(REGISTER) + line(LOGIN) + "tank-battle-3\n");
  await bench.ask(line({ action: "verify", token: loggedIn?.["token"] }));
  await bench[Symbol.asyncDispose]();
  const written = bench.logged.join("\n") + JSON.stringify(bench.events);
  for (const secret of ["tank-battle-3", loggedIn?.["token"], loggedIn?.["refresh_token"]]) {
    assert(typeof secret === "string");
    assertEquals(written.includes(secret), false);
  }
});
