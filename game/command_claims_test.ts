import { assertEquals } from "@std/assert";
import { silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import { PlayerClaims } from "./command_claims.ts";
import { PLAYER_OWNER_TTL_MS, playerOwnerKey } from "./command_owner.ts";

/** Claims of the server `here` on a store that can be away, or slow. */
class Harness {
  readonly clock = new ManualClock();
  readonly store = new MemoryKvStore({ clock: this.clock });
  readonly failed = {
    value: 0,
    inc(by = 1): void {
      this.value += by;
    },
  };
  isAway = false;
  /** Writes wait for it. */
  gate: Promise<void> = Promise.resolve();
  writeCount = 0;
  inFlightMax = 0;
  /** Writes that began while another one of the same player was under way. */
  overlapCount = 0;
  readonly claims: PlayerClaims;
  #inFlight = 0;
  readonly #keys = new Set<string>();

  constructor() {
    const kvStore: KvStore = Object.assign(Object.create(this.store), {
      set: (...args: Parameters<KvStore["set"]>) =>
        this.#write(args[0], () => this.store.set(...args)),
      compareAndSet: (...args: Parameters<KvStore["compareAndSet"]>) =>
        this.#write(args[0], () => this.store.compareAndSet(...args)),
    });
    const { clock, failed } = this;
    this.claims = new PlayerClaims({ kvStore, clock, log: silentLog, serverId: "here", failed });
  }

  owner(playerId: string): Promise<string | undefined> {
    return this.store.get(playerOwnerKey(playerId));
  }

  setOwner(playerId: string, owner: string): Promise<void> {
    return this.store.set(playerOwnerKey(playerId), owner, { ttlMs: PLAYER_OWNER_TTL_MS });
  }

  async #write<T>(key: string, write: () => Promise<T>): Promise<T> {
    this.writeCount++;
    if (this.#keys.has(key)) this.overlapCount++;
    this.#keys.add(key);
    this.inFlightMax = Math.max(this.inFlightMax, ++this.#inFlight);
    await this.gate;
    this.#inFlight--;
    this.#keys.delete(key);
    if (this.isAway) throw new Error("the store is away");
    return await write();
  }
}

Deno.test("PlayerClaims says who is here for as long as they are", async () => {
  const { claims, clock, ...test } = open();
  claims.came("ann");
  await clock.advance(10 * PLAYER_OWNER_TTL_MS);
  assertEquals(await test.owner("ann"), "here");
  claims.left("ann");
  await clock.advance(0);
  assertEquals(await test.owner("ann"), undefined);
  await claims.close();
  assertEquals(clock.timerCount, 0);
});

Deno.test("PlayerClaims run out where the server ends without a word", async () => {
  const { claims, clock, ...test } = open();
  claims.came("ann");
  await clock.advance(0);
  await claims.close();
  await clock.advance(PLAYER_OWNER_TTL_MS);
  assertEquals(await test.owner("ann"), undefined);
});

Deno.test("PlayerClaims leave a player to the server to which they went last", async () => {
  const { claims, clock, ...test } = open();
  await test.setOwner("ann", "there");
  claims.came("ann");
  await clock.advance(0);
  assertEquals(await test.owner("ann"), "here");
  await test.setOwner("ann", "there");
  await clock.advance(PLAYER_OWNER_TTL_MS / 2);
  assertEquals(await test.owner("ann"), "there", "it was not taken back by renewing");
  claims.left("ann");
  await clock.advance(0);
  assertEquals(await test.owner("ann"), "there");
  await claims.close();
});

Deno.test("PlayerClaims are written once the store is back, and again where it forgot", async () => {
  const { claims, clock, harness, ...test } = open();
  harness.isAway = true;
  claims.came("ann");
  await clock.advance(12_000);
  assertEquals(harness.failed.value, 3);
  harness.isAway = false;
  await clock.advance(6_000);
  assertEquals(await test.owner("ann"), "here");
  await harness.store.delete(playerOwnerKey("ann"));
  await clock.advance(PLAYER_OWNER_TTL_MS / 2);
  assertEquals(await test.owner("ann"), "here");
  await claims.close();
});

Deno.test("PlayerClaims keep the last word of who comes and goes quickly", async () => {
  const { claims, clock, harness, ...test } = open();
  const gate = Promise.withResolvers<void>();
  harness.gate = gate.promise;
  claims.came("ann");
  claims.left("ann");
  claims.came("ann");
  claims.came("bob");
  claims.left("bob");
  await clock.advance(0);
  gate.resolve();
  await clock.advance(100);
  assertEquals([await test.owner("ann"), await test.owner("bob")], ["here", undefined]);
  assertEquals(harness.overlapCount, 0);
  await claims.close();
});

Deno.test("PlayerClaims write a bounded number at once, and all of them", async () => {
  const { claims, clock, harness } = open();
  for (let player = 0; player < 500; player++) claims.came(`p${player}`);
  for (let turn = 0; turn < 20; turn++) await clock.advance(1);
  assertEquals([harness.inFlightMax, harness.writeCount], [64, 500]);
  for (let player = 0; player < 500; player++) claims.left(`p${player}`);
  await claims.close();
  assertEquals(await harness.store.keys("player:", 10), []);
});

Deno.test("PlayerClaims close soon, whatever the store does", async () => {
  const { claims, clock, harness } = open();
  claims.came("ann");
  await clock.advance(0);
  harness.gate = Promise.withResolvers<void>().promise;
  claims.left("ann");
  let isClosed = false;
  const closing = claims.close().then(() => isClosed = true);
  await clock.advance(1_900);
  assertEquals(isClosed, false);
  await clock.advance(200);
  await closing;
  assertEquals(clock.timerCount, 0);
});

function open(): Pick<Harness, "claims" | "clock" | "owner" | "setOwner"> & {
  readonly harness: Harness;
} {
  const harness = new Harness();
  const { claims, clock } = harness;
  return {
    harness,
    claims,
    clock,
    owner: (playerId) => harness.owner(playerId),
    setOwner: (playerId, owner) => harness.setOwner(playerId, owner),
  };
}
