import { assert, assertEquals, assertLess } from "@std/assert";
import { FREE_PORTS } from "../clients/free_ports.ts";
import { objectAt, objectsAt, textAt } from "../clients/json_fields.ts";
import { DatagramClient } from "../clients/datagram_client.ts";
import { LineClient } from "../clients/line_client.ts";
import { throwDatagrams } from "./datagram_siege.ts";
import { throwLines } from "./line_siege.ts";
import { fuzzTimes, openSeed, say } from "./seed.ts";
import { ServiceProcess } from "./service_process.ts";
import { growthOf } from "./tally.ts";

/** Before memory is measured: caches fill, pools grow to their size, code is compiled. */
const WARM_UP = { authLines: 3_000, datagrams: 4_000, gameLines: 3_000 };
const SIEGE = {
  authLines: 9_000 * fuzzTimes(),
  datagrams: 12_000 * fuzzTimes(),
  gameLines: 9_000 * fuzzTimes(),
};

const MEBIBYTE = 1_048_576;
/**
 * How much V8's heap may grow, garbage collected: 140 bytes for each hostile thing, which keeping it as it
 * came would exceed, and 14 where `deno task fuzz` throws ten times as many, which the smallest object that
 * could be kept of one, in a map, would exceed. Code compiled late is in it.
 */
const HEAP_GROWTH_BYTES_MAX = 4 * MEBIBYTE;
/**
 * The same with what is not on the heap. Wide, because V8 keeps pages of garbage for later: 15 to 45
 * MiB more than after the warm-up, and no more than that however often the siege is repeated.
 */
const RESIDENT_GROWTH_BYTES_MAX = 96 * MEBIBYTE;
const SETTLE_DEADLINE_MS = 15_000;
const SETTLE_POLL_MS = 100;

const ENV: Readonly<Record<string, string>> = {
  LISTEN_HOST: "127.0.0.1",
  ...FREE_PORTS,
  // Nothing is to be turned away for its number: every message shall reach its parser.
  GAME_PLAYER_MESSAGES_PER_SECOND: "10000000",
  GAME_STRANGER_REPLIES_PER_SECOND: "1000000",
  AUTH_CONNECTIONS_PER_ADDRESS_MAX: "10000",
  AUTH_THROTTLE_ACCOUNT_FAILURES: "1000000",
  AUTH_THROTTLE_ADDRESS_FAILURES: "1000000",
  GAME_TCP_CONNECTIONS_PER_ADDRESS_MAX: "5000",
  // Whom hostile datagrams have brought into the game is out of it soon.
  GAME_SILENCE_MS: "3000",
};

const AWAITED = ["auth tcp", "auth ops", "game udp", "game tcp", "game ops"];

Deno.test("Auth and game outlive tens of thousands of hostile lines and datagrams, and keep nothing of them", async (t) => {
  const seed = openSeed("services");
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-fuzz-" });
  const services = await ServiceProcess.start({
    script: "deploy/all_in_one.ts",
    env: { ...ENV, DATA_DIR: dataDir },
    awaited: AWAITED,
    collectable: true,
  });
  try {
    await besiege(services, { ...WARM_UP, seed });
    const before = await measureMemory(services);
    await t.step("every line and datagram is answered and counted as PROTOCOL says", async () => {
      await besiege(services, { ...SIEGE, seed: seed + 1 });
    });
    await t.step("memory has not grown", async () => {
      assertNotGrown(before, await measureMemory(services));
    });
    await t.step("the next good request is answered", async () => {
      await logIn(services);
      await playByDatagrams(services);
      await playByLines(services);
    });
    await t.step("nothing was logged as an error, and it ends in good order", async () => {
      assertEquals(services.errorLines, []);
      assertEquals(await services.stop(), 0);
    });
  } finally {
    await services.kill();
    await Deno.remove(dataDir, { recursive: true });
  }
});

interface Siege {
  readonly seed: number;
  readonly authLines: number;
  readonly datagrams: number;
  readonly gameLines: number;
}

/** Throws everything, and holds what the services counted against what was thrown. */
async function besiege(services: ServiceProcess, siege: Siege): Promise<void> {
  const startedMs = performance.now();
  await besiegeAuth(services, siege);
  await besiegeDatagrams(services, siege);
  await besiegeLines(services, siege);
  const count = siege.authLines + siege.datagrams + siege.gameLines;
  const tookMs = Math.round(performance.now() - startedMs);
  say(`${count} hostile lines and datagrams thrown in ${tookMs} ms, ${siege.datagrams} by UDP`);
}

async function besiegeAuth(services: ServiceProcess, siege: Siege): Promise<void> {
  const before = await services.metrics("auth");
  const report = await throwLines({
    target: "auth_line",
    address: services.address("auth", "tcp"),
    seed: siege.seed,
    count: siege.authLines,
  });
  const after = await services.metrics("auth");
  const failures = growthOf("auth_failures_total", before, after);
  const { replies, expected } = report;
  say(`auth: ${report.lineCount} lines, by reply ${JSON.stringify(replies.entries)}`);
  const { ok: _ok, ...refused } = replies.entries;
  assertEquals(failures.entries, refused);
  for (const [reason, count] of Object.entries(expected.entries)) {
    assertEquals(failures.of(reason), count, reason);
  }
  const drops = growthOf("auth_drops_total", before, after);
  assertEquals(drops.entries, { line_too_long: expected.of("message_too_long") });
}

async function besiegeDatagrams(services: ServiceProcess, siege: Siege): Promise<void> {
  const before = await services.metrics("game");
  const report = await throwDatagrams({
    address: services.address("game", "udp"),
    seed: siege.seed,
    count: siege.datagrams,
  });
  const after = await services.metrics("game");
  const { expected, sentCount, binaryCount, replies } = report;
  const drops = growthOf("game_drops_total", before, after);
  say(`game UDP: ${sentCount} datagrams, by refusal ${JSON.stringify(drops.entries)}`);
  const name = "total_datagrams_received_game";
  const received = (after.get(name) ?? 0) - (before.get(name) ?? 0);
  // Each one arrived, whatever became of it.
  assertEquals(received, sentCount);
  assertRefusals(drops.entries, expected.entries);
  // Nobody guesses a HELLO of 512 bytes or a tag.
  assertEquals(growthOf("game_binary_drops_total", before, after).sum, binaryCount);
  assert(binaryCount > 0);
  assertLess(drops.sum, report.thrownCount);
  assert(replies.of("ok") > 0);
}

async function besiegeLines(services: ServiceProcess, siege: Siege): Promise<void> {
  const before = await services.metrics("game");
  const report = await throwLines({
    target: "game_line",
    address: services.address("game", "tcp"),
    seed: siege.seed,
    count: siege.gameLines,
  });
  const after = await services.metrics("game");
  const { expected, replies } = report;
  const drops = growthOf("game_drops_total", before, after);
  say(`game TCP: ${report.lineCount} lines, by refusal ${JSON.stringify(drops.entries)}`);
  assertRefusals(drops.entries, expected.entries);
  for (const code of ["invalid_json", "unknown_action", "invalid_field"]) {
    assertEquals(replies.of(code), expected.of(code), code);
  }
  const tcpDrops = growthOf("game_tcp_drops_total", before, after);
  assertEquals(tcpDrops.entries, { line_too_long: expected.of("too_large") });
}

/** What a message alone is refused for is counted so; beyond that only who is not there. */
function assertRefusals(
  drops: Readonly<Record<string, number>>,
  expected: Readonly<Record<string, number>>,
): void {
  const { unknown_player: absent = 0, foreign_address: foreign = 0, ...refused } = drops;
  assertEquals(refused, expected);
  assert(absent > 0);
  assert(foreign >= 0);
}

interface Memory {
  readonly heapBytes: number;
  readonly residentBytes: number | undefined;
}

/** Waits until nobody is left in the game, and measures what is in use. */
async function measureMemory(services: ServiceProcess): Promise<Memory> {
  await settle(services);
  await services.collectGarbage();
  await services.collectGarbage();
  const metrics = await services.metrics("game");
  return {
    heapBytes: metrics.get("nodejs_heap_size_used_bytes") ?? NaN,
    residentBytes: await services.residentBytes(),
  };
}

async function settle(services: ServiceProcess): Promise<void> {
  const gauges = [
    "active_sessions_game",
    "tanks_in_use_game",
    "game_players_count",
    "game_tcp_connections_count",
  ];
  const giveUpMs = performance.now() + SETTLE_DEADLINE_MS;
  while (true) {
    const metrics = await services.metrics("game");
    const left = gauges.map((name) => [name, metrics.get(name)] as const);
    if (left.every(([, value]) => value === 0)) return;
    assert(performance.now() < giveUpMs, `somebody stays: ${left.join(" ")}`);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_POLL_MS));
  }
}

function assertNotGrown(before: Memory, after: Memory): void {
  const heapGrowth = after.heapBytes - before.heapBytes;
  say(`heap in use ${inMebibytes(before.heapBytes)} before, ${inMebibytes(after.heapBytes)} after`);
  assertLess(heapGrowth, HEAP_GROWTH_BYTES_MAX);
  if (before.residentBytes === undefined || after.residentBytes === undefined) return;
  const [resident, residentAfter] = [before.residentBytes, after.residentBytes];
  say(`resident memory ${inMebibytes(resident)} before, ${inMebibytes(residentAfter)} after`);
  assertLess(residentAfter - resident, RESIDENT_GROWTH_BYTES_MAX);
}

function inMebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}

async function logIn(services: ServiceProcess): Promise<void> {
  const client = await LineClient.connect(services.address("auth", "tcp"));
  const reply = await client.askJson({
    action: "login",
    username: "player1",
    password: "password123",
  });
  assertEquals(reply.message, "User player1 authenticated");
  const verified = await client.askJson({ action: "verify", token: textAt(reply, "token") });
  assertEquals(verified.message, "Token valid");
  await client.close();
}

async function playByDatagrams(services: ServiceProcess): Promise<void> {
  const client = DatagramClient.open(services.address("game", "udp"));
  const joined = await client.ask({ action: "join_game", player_id: "after_the_siege" });
  assertEquals(joined.status, "joined");
  const tankId = textAt(joined, "tank_id");
  const start = objectsAt(objectAt(joined, "initial_state"), "tanks")
    .find((tank) => tank.tank_id === tankId);
  await client.send({ action: "move", player_id: "after_the_siege", position: [30, 30] });
  await client.take({
    what: "a state in which the tank has moved",
    matches: (message) =>
      message.type === "state" &&
      objectsAt(message, "tanks").some((tank) =>
        tank.tank_id === tankId &&
        typeof tank.x === "number" && tank.x !== start?.x
      ),
  });
  const pong = await client.ask({ action: "ping", t: 5 });
  assertEquals([pong.status, pong.t, typeof pong.tick], ["pong", 5, "number"]);
  assertEquals(
    (await client.ask({ action: "leave_game", player_id: "after_the_siege" })).status,
    "left_game",
  );
  await client.close();
}

async function playByLines(services: ServiceProcess): Promise<void> {
  const client = await LineClient.connect(services.address("game", "tcp"));
  assertEquals(await client.readLine(), "SERVER_ACK_CONNECTED");
  const login = await client.ask("LOGIN testuser testpass");
  assert(login.startsWith("LOGIN_SUCCESS "), login);
  assertEquals(await client.readLine(), "SERVER: Welcome to the game room!");
  assertEquals(await client.ask("MOVE 10 20"), "COMMAND_RECEIVED MOVE");
  assertEquals(await client.ask("QUIT"), "SERVER: You are leaving the room...");
  assertEquals(await client.untilEnd(), "end_of_stream");
  await client.close();
}
