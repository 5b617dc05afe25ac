/** What the status says of real game servers: over NATS, and where everything is in one process. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { tryJsonObject } from "../../core/json.ts";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { NATS_COMMAND, NatsBroker } from "../brokers/nats_broker.ts";
import { hasBroker } from "../brokers/require_brokers.ts";
import { eventually } from "../contract/eventually.ts";
import { DatagramClient } from "../clients/datagram_client.ts";
import { type Address, ServiceProcess } from "../fuzz/service_process.ts";
import { askMany, StatusProcess } from "./status_process.ts";

const FREE_PORTS: Readonly<Record<string, string>> = {
  LISTEN_HOST: "127.0.0.1",
  LOG_FORMAT: "json",
  AUTH_TCP_PORT: "0",
  AUTH_OPS_PORT: "0",
  GAME_UDP_PORT: "0",
  GAME_TCP_PORT: "0",
  GAME_OPS_PORT: "0",
  GAME_ALLOW_GUESTS: "true",
  GATEWAY_HTTP_PORT: "0",
  GATEWAY_OPS_PORT: "0",
  MATCHMAKER_HTTP_PORT: "0",
  MATCHMAKER_OPS_PORT: "0",
};
/** Three broadcasts that did not come, and a turn. */
const LOST_MS_MAX = 60_000;

const isHere = hasBroker("NATS for the status", await whyNoProgram(NATS_COMMAND));

/** What the status says of the game servers, as players, matches and servers. */
async function liveOf(status: StatusProcess): Promise<unknown[]> {
  const { players_online, matches_running, servers } =
    tryJsonObject((await status.get()).body.live) ?? {};
  return [players_online, matches_running, servers];
}

async function withGuest(address: Address, work: () => Promise<void>): Promise<void> {
  const client = DatagramClient.open(address);
  try {
    const reply = await client.ask({ action: "join_game", player_id: "guest" });
    assertEquals(reply.status, "joined");
    await work();
  } finally {
    await client.close();
  }
}

Deno.test({
  name: "Status counts the players of game servers that it hears over NATS, and loses a dead one",
  ignore: !isHere,
  fn: async () => {
    await using stack = new AsyncDisposableStack();
    const nats = stack.adopt(await NatsBroker.start(), (broker) => broker.close());
    const NATS_URL = `nats://127.0.0.1:${nats.port}`;
    const dataDir = await Deno.makeTempDir();
    stack.defer(() => Deno.remove(dataDir, { recursive: true }));
    const game = stack.use(
      await ServiceProcess.start({
        script: "game/main.ts",
        env: { ...FREE_PORTS, NATS_URL, DATA_DIR: dataDir, GAME_REGION: "DE-FRA" },
        awaited: ["game udp"],
      }),
    );
    const status = stack.use(await StatusProcess.start({ NATS_URL }));
    await eventually(async () => assertEquals(await liveOf(status), [0, 0, 1]));
    await withGuest(game.address("game", "udp"), async () => {
      await eventually(async () => assertEquals(await liveOf(status), [1, 1, 1]));
      await eventually(async () => {
        assertStringIncludes((await status.get("/")).text, "DE-FRA");
      });
    });
    await game.kill();
    await eventually(async () => assertEquals(await liveOf(status), [0, 0, 0]), LOST_MS_MAX);
    await eventually(async () => {
      assertStringIncludes((await status.get("/")).text, "No game server is online");
    });
  },
});

Deno.test("Status in one process with everything has the constants and the players", async () => {
  await using status = await StatusProcess.start(FREE_PORTS, "deploy/all_in_one.ts");
  await eventually(async () => assertEquals((await liveOf(status))[2], 1));
  const { body } = await status.get();
  assertEquals(body.rates, { exp: 1, pvp: 1, pve: 1, color_mob: 1, skill: 1 });
  assertEquals(Object.keys(tryJsonObject(body._meta) ?? {}).length, 7);
  const sources = await askMany([status], { count: 10_000, atOnce: 100 });
  assertEquals(sources, new Map([["cache", 10_000]]));
  assertEquals(await status.metric("constants_queries_total"), 1);
  await withGuest(status.address("game", "udp"), async () => {
    await eventually(async () => assertEquals((await liveOf(status))[0], 1));
  });
  // The history knows it too, as soon as the sample of this minute is written.
  await eventually(async () => {
    const { body } = await status.get("/api/server/status/history");
    assert(Number(body.observed_s) > 0);
    assertEquals([body.complete, body.uptime], [true, 1]);
  });
});
