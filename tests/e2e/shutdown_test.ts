/** Graceful shutdown with clients connected. */
import { assert, assertEquals } from "@std/assert";
import { EMBEDDED_PORTS } from "../../core/adapters/ports_config.ts";
import { openPorts } from "../../core/adapters/open.ts";
import { silentLog } from "../../core/log.ts";
import { PLAYER1, TESTUSER } from "../clients/auth_requests.ts";
import { readEvents } from "../clients/event_reader.ts";
import { GameClient } from "../clients/game_client.ts";
import { LineClient } from "../clients/line_client.ts";
import { openTestContext, startSystem, type TestSystem } from "../harness.ts";

const DRAIN_MS = 1_000;
const SLACK_MS = 1_000;
const PLAYERS = 50;
const LINES = 50;

interface Clients {
  readonly players: readonly GameClient[];
  readonly lines: readonly LineClient[];
}

/** Players in several sessions, and people on both services' TCP ports in every state. */
async function connectCrowd({ auth, game }: TestSystem): Promise<Clients> {
  const players = await Promise.all(Array.from({ length: PLAYERS }, (_, index) => {
    return GameClient.join(game.addresses.udp, { playerId: `player-${index}` });
  }));
  const lines = await Promise.all(Array.from({ length: LINES }, async (_, index) => {
    const address = index % 2 === 0 ? auth.addresses.tcp : game.addresses.tcp;
    const client = await LineClient.connect(address);
    await client.send(openingLines(index));
    return client;
  }));
  await Promise.all(players.map((player) => player.next("a state")));
  return { players, lines };
}

function openingLines(index: number): string {
  const login = JSON.stringify({ action: "login", ...(index % 8 === 0 ? PLAYER1 : TESTUSER) });
  if (index % 4 === 0) return `${login}\n${login.slice(0, index)}`;
  if (index % 4 === 1) return `{"action":"join_game","player_id":"line-${index}"}\n`;
  return index === 3 ? `LOGIN ${PLAYER1.username} ${PLAYER1.password}\nSAY hello\n` : "";
}

/** Closes the system while every client goes on talking; how long it took, in milliseconds. */
async function closeUnderLoad(system: TestSystem, { players, lines }: Clients): Promise<number> {
  let isClosed = false;
  const talk = players.map(async (player, seq) => {
    while (!isClosed) {
      await player.act("input", { seq, throttle: 1, fire: true }).catch(() => {});
      await player.next("a state", undefined, 100).catch(() => {});
    }
  });
  const chatter = lines.map(async (client) => {
    // A connection that has ended takes no more; that is the point.
    while (await client.send("{}\n").then(() => !isClosed, () => false)) {
      await client.readLine({ deadlineMs: 100 }).catch(() => {});
    }
  });
  const startMs = performance.now();
  await system.close();
  const tookMs = performance.now() - startMs;
  isClosed = true;
  await Promise.all([...talk, ...chatter]);
  return tookMs;
}

async function assertHistoryIsWhole(dataDir: string): Promise<void> {
  const context = openTestContext(silentLog);
  const ports = await openPorts(["eventLog"], {
    dataDir,
    alone: false,
    clientId: "test",
    config: EMBEDDED_PORTS,
  }, context);
  try {
    const idsOf = async (type: string, field: string): Promise<unknown[]> => {
      const events = await readEvents(ports.eventLog, "player_sessions_history", type);
      return events.map((event) => event[field]).sort();
    };
    const created = await idsOf("session_created", "session_id");
    assert(created.length > 1, "several sessions");
    assertEquals(await idsOf("session_removed", "session_id"), created);
    const joined = await idsOf("player_joined_session", "player_id");
    assert(joined.length > PLAYERS, `${joined.length} joined`);
    assertEquals(await idsOf("player_left_session", "player_id"), joined);
  } finally {
    await ports.closePorts();
  }
}

Deno.test("A system closes in time while clients talk to it, and nothing is lost", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-" });
  const env = { DRAIN_MS: String(DRAIN_MS) };
  const system = await startSystem({ dataDir, env });
  const clients = await connectCrowd(system).catch(async (error: unknown) => {
    await system.close();
    throw error;
  });
  try {
    const tookMs = await closeUnderLoad(system, clients);
    assert(tookMs <= DRAIN_MS + SLACK_MS, `closing took ${tookMs} ms`);
    const ends = await Promise.all(clients.lines.map((client) => client.untilEnd()));
    assertEquals(ends.filter((end) => end !== "end_of_stream").length, 0, "broken off");
  } finally {
    for (const client of clients.lines) await client.close();
    for (const player of clients.players) await player.close();
  }
  await assertHistoryIsWhole(dataDir);
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("A system answers what it was asked before it closes", async () => {
  const system = await startSystem({ env: { DRAIN_MS: "10000" }, realHashes: true });
  const client = await LineClient.connect(system.auth.addresses.tcp);
  let closed: Promise<void> | undefined;
  try {
    // The answer to the first shows that the second has come too; its hash takes a while.
    await client.send(`{}\n${JSON.stringify({ action: "login", ...PLAYER1 })}\n`);
    await client.readLine();
    closed = system.close();
    const [reply = ""] = await client.readUntilClosed();
    assertEquals(JSON.parse(reply).message, "User player1 authenticated");
  } finally {
    await client.close();
    await (closed ?? system.close());
  }
});
