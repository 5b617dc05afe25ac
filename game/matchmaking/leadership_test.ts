import { assertEquals } from "@std/assert";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { LEADER_KEY, Leadership, LEASE_MS } from "./leadership.ts";

interface Candidate {
  readonly leadership: Leadership;
  readonly changes: string[];
}

function openCandidate(
  kvStore: KvStore,
  clock: ManualClock,
  id: string,
  prepare: () => Promise<void> = () => Promise.resolve(),
): Candidate {
  const changes: string[] = [];
  const leadership = new Leadership({
    kvStore,
    clock,
    log: silentLog,
    id,
    onGain: () => {
      changes.push("gained");
      return prepare();
    },
    onLose: () => void changes.push("lost"),
  });
  return { leadership, changes };
}

/** A store that this candidate alone cannot reach while `isCut`. */
function cuttable(kvStore: KvStore): { readonly store: KvStore; isCut: boolean } {
  const link = {
    isCut: false,
    store: new Proxy(kvStore, {
      get: (target, name) => (...args: unknown[]) => {
        if (link.isCut) return Promise.reject(new Error("cut"));
        return Reflect.apply(Reflect.get(target, name), target, args);
      },
    }),
  };
  return link;
}

Deno.test("One of several matchmakers leads, and keeps the lead", async () => {
  const clock = new ManualClock();
  const kvStore = new MemoryKvStore({ clock });
  const candidates = ["a", "b", "c"].map((id) => openCandidate(kvStore, clock, id));
  for (const { leadership } of candidates) await leadership.start();
  for (let second = 0; second < 20; second++) {
    assertEquals(candidates.map(({ leadership }) => leadership.isLeader), [true, false, false]);
    await clock.advance(1_000);
  }
  assertEquals(await candidates[2]?.leadership.leaderId(), "a");
  assertEquals(candidates.map(({ changes }) => changes), [["gained"], [], []]);
  for (const { leadership } of candidates) await leadership.close();
  assertEquals(await kvStore.get(LEADER_KEY), undefined);
});

Deno.test("A leader that goes lets another lead at once", async () => {
  const clock = new ManualClock();
  const kvStore = new MemoryKvStore({ clock });
  const [first, second] = [openCandidate(kvStore, clock, "a"), openCandidate(kvStore, clock, "b")];
  await first.leadership.start();
  await second.leadership.start();
  await first.leadership.close();
  await second.leadership.attempt();
  assertEquals([first.leadership.isLeader, second.leadership.isLeader], [false, true]);
  await second.leadership.close();
});

Deno.test("A leader that is cut off stops before another begins", async () => {
  const clock = new ManualClock();
  const kvStore = new MemoryKvStore({ clock });
  const link = cuttable(kvStore);
  const first = openCandidate(link.store, clock, "a");
  const second = openCandidate(kvStore, clock, "b");
  await first.leadership.start();
  await second.leadership.start();
  link.isCut = true;
  let leaderlessMs = 0;
  for (let ms = 0; ms < 3 * LEASE_MS; ms += 100) {
    await clock.advance(100);
    const leaders = [first, second].filter(({ leadership }) => leadership.isLeader).length;
    assertEquals(leaders <= 1, true, "two lead");
    if (leaders === 0) leaderlessMs += 100;
  }
  assertEquals([second.leadership.isLeader, leaderlessMs <= 2_000], [true, true]);
  link.isCut = false;
  await clock.advance(1_000);
  assertEquals([first.leadership.isLeader, first.changes], [false, ["gained", "lost"]]);
  await first.leadership.close();
  await second.leadership.close();
});

Deno.test("A leader that could not prepare itself tries again while it leads", async () => {
  const clock = new ManualClock();
  const kvStore = new MemoryKvStore({ clock });
  let failures = 2;
  const { leadership, changes } = openCandidate(kvStore, clock, "a", () => {
    return failures-- > 0 ? Promise.reject(new Error("cut")) : Promise.resolve();
  });
  await leadership.start();
  await leadership.ready();
  assertEquals([leadership.isLeader, changes.length], [true, 1]);
  await clock.advance(10_000);
  await leadership.ready();
  assertEquals([leadership.isLeader, changes], [true, ["gained", "gained", "gained"]]);
  await leadership.close();
});

Deno.test("A leader that goes while the store is away leaves the lead to run out", async () => {
  const clock = new ManualClock();
  const kvStore = new MemoryKvStore({ clock });
  const link = cuttable(kvStore);
  const first = openCandidate(link.store, clock, "a");
  const second = openCandidate(kvStore, clock, "b");
  await first.leadership.start();
  await second.leadership.start();
  link.isCut = true;
  await first.leadership.close();
  assertEquals(first.leadership.isLeader, false);
  await clock.advance(LEASE_MS + 1_000);
  assertEquals(second.leadership.isLeader, true);
  await second.leadership.close();
});
