import { assertEquals } from "@std/assert";
import { ManualClock } from "../core/manual_clock.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import {
  MATCH_OWNER_TTL_MS,
  matchEpochKey,
  matchOwnerKey,
  OWNED_MATCHES_KEY,
  tryParseMatchOwner,
} from "../core/protocol/match_owner.ts";
import { MatchLease } from "./match_lease.ts";

const MATCH = "m1";

interface Bench {
  readonly clock: ManualClock;
  readonly kvStore: MemoryKvStore;
  readonly lease: MatchLease;
  /** The lease in the store, as an owner. */
  present(): Promise<ReturnType<typeof tryParseMatchOwner>>;
}

function openBench(): Bench {
  const clock = new ManualClock();
  const kvStore = new MemoryKvStore({ clock });
  return {
    clock,
    kvStore,
    lease: openLease(kvStore),
    present: async () => tryParseMatchOwner(await kvStore.get(matchOwnerKey(MATCH)) ?? ""),
  };
}

function openLease(kvStore: MemoryKvStore, epoch = 1): MatchLease {
  const owner = { serverId: `game-${epoch}`, epoch, host: "", udpPort: 1 };
  return new MatchLease({ kvStore, matchId: MATCH, owner: () => owner, isClaimed: false });
}

Deno.test("A lease is its server's again after it ran out, unless another has gone on since", async () => {
  const { clock, kvStore, lease } = openBench();
  assertEquals([await lease.renew(), await lease.renew()], [true, true]);
  await clock.advance(MATCH_OWNER_TTL_MS);
  assertEquals([await kvStore.get(matchOwnerKey(MATCH)), await lease.renew()], [undefined, true]);
  await kvStore.set(matchEpochKey(MATCH), "2");
  await clock.advance(MATCH_OWNER_TTL_MS);
  assertEquals([await openLease(kvStore, 2).renew(), await lease.renew()], [true, false]);
});

Deno.test("A lease that was written without an answer is its server's all the same", async () => {
  const { kvStore, lease, present } = openBench();
  await lease.renew();
  lease.offerTo("game-2");
  // The store has an older offer than the lease knows of, or a newer one.
  const text = JSON.parse(await kvStore.get(matchOwnerKey(MATCH)) ?? "");
  await kvStore.set(matchOwnerKey(MATCH), JSON.stringify({ ...text, offers: 7 }));
  assertEquals([await lease.renew(), (await present())?.offeredTo], [true, "game-2"]);
});

Deno.test("A lease is offered to one server at a time, and never in the same text again", async () => {
  const { kvStore, lease, present } = openBench();
  const texts = new Set<string>();
  const offered: (string | undefined)[] = [];
  const steps = [() => {}, () => lease.offerTo("game-2"), () => lease.offerTo("game-3")];
  for (const step of [...steps, () => lease.withdraw(), () => lease.offerTo("game-2")]) {
    step();
    assertEquals(await lease.renew(), true);
    texts.add(await kvStore.get(matchOwnerKey(MATCH)) ?? "");
    offered.push((await present())?.offeredTo);
  }
  assertEquals(offered, [undefined, "game-2", "game-3", undefined, "game-2"]);
  assertEquals(texts.size, 5);
});

Deno.test("A lease is up to date once the store has it as it is to be", async () => {
  const { lease } = openBench();
  await lease.renew();
  const offer = lease.offerTo("game-2");
  assertEquals([offer, lease.isUpToDate], [1, false]);
  await lease.renew();
  assertEquals(lease.isUpToDate, true);
  lease.withdraw();
  assertEquals(lease.isUpToDate, false);
});

Deno.test("A lease that is forgotten leaves the match to nobody", async () => {
  const { kvStore, lease } = openBench();
  await lease.renew();
  await kvStore.sortedSetAdd(OWNED_MATCHES_KEY, MATCH, 0);
  await lease.forget();
  assertEquals(await kvStore.get(matchEpochKey(MATCH)), "0");
  assertEquals(await kvStore.get(matchOwnerKey(MATCH)), undefined);
  const owned = { min: 0, max: 1, limit: 1 };
  assertEquals(await kvStore.sortedSetRange(OWNED_MATCHES_KEY, owned), []);
  assertEquals(await lease.renew(), false);
});
