import { assertEquals } from "@std/assert";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { MemoryPubSub } from "../../core/ports/memory_pub_sub.ts";
import {
  encodeServerStatus,
  SERVER_LOST_MS,
  type ServerStatus,
} from "../../core/protocol/server_status.ts";
import { serverRow, sumRegions } from "./ops_overview.ts";
import { LOST_SHOWN_MS, OpsServers, SERVERS_MAX } from "./ops_servers.ts";

const STATUS: ServerStatus = {
  serverId: "a",
  region: "EU",
  city: "Berlin",
  publicIp: "2001:db8::1",
  currentPlayers: 5,
  runningMatches: 2,
  maxMatches: 10,
  udpPort: 9999,
  tickP99Ms: 3,
  draining: false,
};

function openBench(): {
  clock: ManualClock;
  servers: OpsServers;
  hear: (status?: Partial<ServerStatus>) => Promise<void>;
} {
  const clock = new ManualClock();
  const pubSub = new MemoryPubSub({ clock, log: silentLog });
  const servers = new OpsServers({ pubSub, clock });
  const hear = async (status: Partial<ServerStatus> = {}): Promise<void> => {
    pubSub.publish("server.status", encodeServerStatus({ ...STATUS, ...status }));
    pubSub.publish("server.status", "{}");
    await clock.advance(0);
  };
  return { clock, servers, hear };
}

Deno.test("OpsServers shows who broadcasts, for a while after the last time too", async () => {
  const { clock, servers, hear } = openBench();
  const startMs = clock.nowMs();
  await hear();
  await clock.advance(SERVER_LOST_MS - 1);
  assertEquals([servers.aliveIds(), servers.list().map(serverRow)[0]?.state], [["a"], "up"]);
  await clock.advance(1);
  assertEquals(servers.aliveIds(), []);
  const [lost] = servers.list().map(serverRow);
  assertEquals([lost?.state, lost?.since_ms, lost?.players], ["lost", startMs, 0]);
  await clock.advance(LOST_SHOWN_MS - SERVER_LOST_MS);
  assertEquals(servers.list(), []);
});

Deno.test("OpsServers knows since when a server drains, and that its end was meant", async () => {
  const { clock, servers, hear } = openBench();
  await hear();
  await clock.advance(1_000);
  const drainingMs = clock.nowMs();
  await hear({ draining: true });
  await clock.advance(5_000);
  await hear({ draining: true });
  const [draining] = servers.list().map(serverRow);
  assertEquals([draining?.state, draining?.since_ms], ["draining", drainingMs]);
  await clock.advance(SERVER_LOST_MS);
  assertEquals(servers.list().map(serverRow)[0]?.state, "gone");
});

Deno.test("OpsServers forgets who was not heard for longest where there are too many", async () => {
  const { servers, hear } = openBench();
  for (let index = 0; index <= SERVERS_MAX; index++) await hear({ serverId: `s${index}` });
  const ids = servers.list().map(({ status }) => status.serverId);
  assertEquals([ids.length, ids[0], ids.at(-1)], [SERVERS_MAX, "s1", `s${SERVERS_MAX}`]);
});

Deno.test("Regions are summed up of the servers that are there", async () => {
  const { clock, servers, hear } = openBench();
  await hear({ serverId: "lost" });
  await clock.advance(SERVER_LOST_MS);
  await hear({ serverId: "b", tickP99Ms: 9 });
  await hear({ serverId: "c", draining: true });
  await hear({ serverId: "d", region: "AS", publicIp: undefined });
  assertEquals(sumRegions(servers.list()).map(Object.values), [
    ["AS", 1, 0, 0, 5, 2, 10, 3],
    ["EU", 2, 1, 1, 10, 4, 20, 9],
  ]);
  assertEquals(servers.list().map((server) => serverRow(server).address), [
    "[2001:db8::1]:9999",
    "[2001:db8::1]:9999",
    "[2001:db8::1]:9999",
    "UDP 9999",
  ]);
});
