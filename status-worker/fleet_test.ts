import { assertEquals } from "@std/assert";
import { silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { Metrics } from "../core/metrics.ts";
import { MemoryPubSub } from "../core/ports/memory_pub_sub.ts";
import {
  encodeServerStatus,
  SERVER_LOST_MS,
  SERVER_STATUS_SUBJECT,
  type ServerStatus as GameServerStatus,
} from "../core/protocol/server_status.ts";
import { Fleet, SERVERS_MAX, SETTLE_MS } from "./fleet.ts";
import { gameServer } from "./live_fixture.ts";
import { StatusMetrics } from "./status_metrics.ts";

interface FleetFixture {
  readonly clock: ManualClock;
  readonly pubSub: MemoryPubSub;
  readonly fleet: Fleet;
  readonly broadcasts: StatusMetrics["broadcasts"];
  say(status: Partial<GameServerStatus>): void;
}

function openFleet(): FleetFixture {
  const clock = new ManualClock();
  const pubSub = new MemoryPubSub({ clock, log: silentLog });
  const { broadcasts } = new StatusMetrics(new Metrics({ process: false }));
  return {
    clock,
    pubSub,
    fleet: new Fleet({ pubSub, clock, broadcasts }),
    broadcasts,
    say: (status) => pubSub.publish(SERVER_STATUS_SUBJECT, encodeServerStatus(gameServer(status))),
  };
}

Deno.test("Fleet says nothing until every server has had its turn", async () => {
  const { clock, fleet, say } = openFleet();
  say({ currentPlayers: 4 });
  await clock.advance(SETTLE_MS - 1);
  assertEquals(fleet.describe(), undefined);
  await clock.advance(1);
  assertEquals(fleet.describe()?.players_online, 4);
  assertEquals(fleet.describe()?.updated_at, clock.nowMs() / 1_000);
});

Deno.test("Fleet takes the last word of each server, and forgets one that is silent", async () => {
  const { clock, fleet, say } = openFleet();
  say({ serverId: "a", currentPlayers: 1 });
  say({ serverId: "b", currentPlayers: 10 });
  await clock.advance(SERVER_LOST_MS - 1);
  say({ serverId: "a", currentPlayers: 2 });
  await clock.advance(0);
  assertEquals(fleet.describe()?.players_online, 12);
  await clock.advance(1);
  assertEquals([fleet.describe()?.players_online, fleet.describe()?.servers], [2, 1]);
  await clock.advance(SERVER_LOST_MS);
  assertEquals([fleet.describe()?.players_online, fleet.describe()?.servers], [0, 0]);
});

Deno.test("Fleet counts what is no broadcast, and servers beyond its bound", async () => {
  const { clock, fleet, pubSub, broadcasts, say } = openFleet();
  pubSub.publish(SERVER_STATUS_SUBJECT, "{");
  for (let index = 0; index <= SERVERS_MAX; index++) say({ serverId: `s${index}` });
  await clock.advance(SETTLE_MS);
  assertEquals(broadcasts.malformed.value, 1);
  assertEquals(broadcasts.table_full.value, 1);
  assertEquals(fleet.describe()?.servers, SERVERS_MAX);
  say({ serverId: "s0" });
  await clock.advance(SERVER_LOST_MS - 1);
  say({ serverId: "late" });
  await clock.advance(0);
  assertEquals(fleet.describe()?.servers, 2);
});

Deno.test("Fleet that is closed hears nothing", async () => {
  const { clock, fleet, broadcasts, say } = openFleet();
  await fleet.close();
  say({});
  await clock.advance(SETTLE_MS);
  assertEquals([broadcasts.taken.value, fleet.describe()?.servers], [0, 0]);
});
