import { assertEquals } from "@std/assert";
import { silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { MemoryPubSub } from "../core/ports/memory_pub_sub.ts";
import { PeerServers } from "./peer_servers.ts";
import { startServerBeacon } from "./server_beacon.ts";
import { statusOf } from "./survival_testing.ts";

function names(peers: PeerServers): string[] {
  return peers.withRoom("eu").map(({ serverId }) => serverId);
}

Deno.test("PeerServers gives those that take a match, the own region's and the emptiest first", () => {
  const peers = new PeerServers({ clock: new ManualClock(), ownId: "me" });
  peers.observe(statusOf("far", { region: "there" }));
  peers.observe(statusOf("busy", { runningMatches: 5 }));
  peers.observe(statusOf("near"));
  peers.observe(statusOf("me"));
  peers.observe(statusOf("full", { runningMatches: 10 }));
  peers.observe(statusOf("draining", { draining: true }));
  assertEquals(names(peers), ["near", "busy", "far"]);
  for (let count = 0; count < 6; count++) peers.countMatch("near");
  assertEquals(names(peers), ["busy", "near", "far"]);
});

Deno.test("PeerServers forgets who was silent for three broadcasts", async () => {
  const clock = new ManualClock();
  const peers = new PeerServers({ clock, ownId: "me" });
  peers.observe(statusOf("a"));
  await clock.advance(14_999);
  assertEquals(names(peers), ["a"]);
  await clock.advance(1);
  assertEquals(names(peers), []);
});

Deno.test("A server that has just started is told of the others at once", async () => {
  const clock = new ManualClock();
  const pubSub = new MemoryPubSub({ clock, log: silentLog });
  const start = (serverId: string): PeerServers => {
    const peers = new PeerServers({ clock, ownId: serverId });
    peers.listen(pubSub);
    const describe = () => statusOf(serverId);
    const beacon = startServerBeacon({ pubSub, clock, periodMs: 5_000, describe });
    peers.whenNew(() => beacon.announce());
    return peers;
  };
  const first = start("a");
  await clock.advance(1_000);
  const second = start("b");
  await clock.advance(10);
  assertEquals([names(first), names(second)], [["b"], ["a"]]);
  await pubSub.close();
});
