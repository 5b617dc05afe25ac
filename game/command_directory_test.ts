import { assertEquals, assertRejects } from "@std/assert";
import { ManualClock } from "../core/manual_clock.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import { NO_OWNER_FRESH_MS, OWNER_FRESH_MS, PlayerDirectory } from "./command_directory.ts";
import { playerOwnerKey } from "./command_owner.ts";

class Harness {
  readonly clock = new ManualClock();
  readonly store = new MemoryKvStore({ clock: this.clock });
  isAway = false;
  readonly asked: string[] = [];
  readonly directory: PlayerDirectory;

  constructor() {
    const kvStore = Object.assign(Object.create(this.store), {
      get: (key: string) => {
        this.asked.push(key);
        return this.isAway ? Promise.reject(new Error("away")) : this.store.get(key);
      },
    });
    this.directory = new PlayerDirectory({ kvStore, clock: this.clock });
  }
}

Deno.test("PlayerDirectory asks once, and again when the answer is a second old", async () => {
  const { directory, store, clock, asked } = new Harness();
  await store.set(playerOwnerKey("ann"), "a");
  const found = await Promise.all([1, 2, 3].map(() => directory.find("ann")));
  assertEquals(found, ["a", "a", "a"]);
  await store.set(playerOwnerKey("ann"), "b");
  await clock.advance(OWNER_FRESH_MS - 1);
  assertEquals([await directory.find("ann"), asked.length], ["a", 1]);
  await clock.advance(1);
  assertEquals([await directory.find("ann"), asked.length], ["b", 2]);
});

Deno.test("PlayerDirectory soon asks again for a player whom nobody had", async () => {
  const { directory, store, clock, asked } = new Harness();
  assertEquals([await directory.find("ann"), await directory.find("ann")], [undefined, undefined]);
  assertEquals(asked.length, 1);
  await store.set(playerOwnerKey("ann"), "a");
  await clock.advance(NO_OWNER_FRESH_MS);
  assertEquals(await directory.find("ann"), "a");
});

Deno.test("PlayerDirectory goes by what it knew while the store is away", async () => {
  const test = new Harness();
  const { directory, store, clock, asked } = test;
  await store.set(playerOwnerKey("ann"), "a");
  await directory.find("ann");
  test.isAway = true;
  await clock.advance(OWNER_FRESH_MS);
  assertEquals([await directory.find("ann"), await directory.find("ann")], ["a", "a"]);
  assertEquals(asked.length, 2, "a store that is away is not asked each time either");
  await assertRejects(() => directory.find("bob"), Error, "Cannot find a player's server");
  test.isAway = false;
  await clock.advance(0);
  assertEquals(await directory.find("bob"), undefined, "a failure is not remembered");
});

Deno.test("PlayerDirectory remembers a bounded number of players", async () => {
  const { directory, asked } = new Harness();
  for (let player = 0; player < 10_001; player++) await directory.find(`p${player}`);
  assertEquals(asked.length, 10_001);
  await directory.find("p10000");
  assertEquals(asked.length, 10_001);
  await directory.find("p0");
  assertEquals(asked.length, 10_002, "the first was forgotten");
});
