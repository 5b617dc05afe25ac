import { assertEquals } from "@std/assert";
import { silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { MemoryPubSub } from "../core/ports/memory_pub_sub.ts";
import { type ServerStatus, tryParseServerStatus } from "../core/protocol/server_status.ts";
import { startServerBeacon } from "./server_beacon.ts";

const STATUS: ServerStatus = {
  serverId: "game-1",
  region: "RU-SPE",
  city: "Saint Petersburg",
  publicIp: undefined,
  currentPlayers: 3,
  runningMatches: 1,
  maxMatches: 20,
  udpPort: 9999,
  tickP99Ms: 2,
  draining: false,
};

Deno.test("Server beacon sends at once, each period, and when asked", async () => {
  const clock = new ManualClock();
  const pubSub = new MemoryPubSub({ clock, log: silentLog });
  const heard: (ServerStatus | undefined)[] = [];
  pubSub.subscribe("server.status", ({ payload }) => {
    heard.push(tryParseServerStatus(payload));
  });
  let draining = false;
  const describe = (): ServerStatus => ({ ...STATUS, draining });
  const beacon = startServerBeacon({ pubSub, clock, describe, periodMs: 5_000 });
  await clock.advance(4_999);
  assertEquals(heard, [STATUS]);
  await clock.advance(1);
  assertEquals(heard.length, 2);
  draining = true;
  beacon.announce();
  await clock.advance(0);
  assertEquals(heard[2], { ...STATUS, draining: true });
  beacon.close();
  await clock.advance(60_000);
  assertEquals([heard.length, clock.timerCount], [3, 0]);
  await pubSub.close();
});
