import { assertEquals } from "@std/assert";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { encodeMatchOwner, matchOwnerKey } from "../../core/protocol/match_owner.ts";
import { matchRoute } from "./match_route.ts";

Deno.test("The gateway says where a match is now, or that nobody has it", async () => {
  const kvStore = new MemoryKvStore({ clock: new ManualClock() });
  const owner = { serverId: "game-2", epoch: 3, host: "192.0.2.1", udpPort: 9999 };
  await kvStore.set(matchOwnerKey("m"), encodeMatchOwner(owner));
  const ask = async (id: string): Promise<readonly [number, unknown]> => {
    const response = await matchRoute({ kvStore }).handler({
      fields: {},
      params: { match_id: id },
      ip: "192.0.2.7",
      token: undefined,
      headers: new Headers(),
      log: silentLog,
    });
    return [response.status, await response.json()];
  };
  const place = { match_id: "m", udp: { host: "192.0.2.1", port: 9999 }, epoch: 3 };
  assertEquals(await ask("m"), [200, place]);
  assertEquals((await ask("other"))[0], 404);
});
