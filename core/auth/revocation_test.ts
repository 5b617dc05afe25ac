import { assertEquals } from "@std/assert";
import { ManualClock } from "../manual_clock.ts";
import { MemoryKvStore } from "../ports/memory_kv_store.ts";
import { revocationCheck, revokedKey } from "./revocation.ts";

Deno.test("Revocation is what the protocol's key says", async () => {
  const kvStore = new MemoryKvStore({ clock: new ManualClock() });
  const isRevoked = revocationCheck(kvStore);
  assertEquals(revokedKey("s1"), "revoked:s1");
  assertEquals(await isRevoked("s1"), false);
  await kvStore.set("revoked:s1", "1");
  assertEquals([await isRevoked("s1"), await isRevoked("s2")], [true, false]);
});
