import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { type EventRetention, NOTHING_PRUNED, PRUNE_EVENTS_MAX } from "./sqlite_event_pruner.ts";
import { type EventRow, SqliteEventStore } from "./sqlite_event_store.ts";

const FOREVER: EventRetention = {
  ageMaxMs: Number.MAX_SAFE_INTEGER,
  bytesMax: Number.MAX_SAFE_INTEGER,
};

function open(retention: Partial<EventRetention>, path = ":memory:"): SqliteEventStore {
  return new SqliteEventStore({ path, retention: { ...FOREVER, ...retention } });
}

function rowAt(atMs: number, key = "k", value = "{}"): EventRow {
  return ["t", key, null, atMs, value];
}

function positionsOf(store: SqliteEventStore, topic = "t", key?: string): readonly number[] {
  return store.page({ topic, key, after: 0, upTo: undefined }).events
    .map(({ position }) => position);
}

async function inFolder(test: (path: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(`${folder}/events.sqlite`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("EventPruner removes what is too old, up to the first event that is not", () => {
  const store = open({ ageMaxMs: 100 });
  assertEquals(store.append([rowAt(0), rowAt(50), rowAt(10)]), NOTHING_PRUNED);
  assertEquals(store.append([rowAt(100)]), NOTHING_PRUNED);
  assertEquals(store.append([rowAt(150)]).oldCount, 1);
  assertEquals(positionsOf(store), [2, 3, 4, 5]);
  assertEquals(store.append([rowAt(151)]).oldCount, 2);
  assertEquals(positionsOf(store), [4, 5, 6]);
  store.close();
});

Deno.test("EventPruner never has a position given again, even when nothing is left", () => {
  const store = open({ ageMaxMs: 100 });
  store.append([rowAt(0), rowAt(0), rowAt(0)]);
  store.append([rowAt(1000)]);
  assertEquals(positionsOf(store), [4]);
  store.append([rowAt(2000, "other")]);
  assertEquals(positionsOf(store), [5]);
  assertEquals(store.page({ topic: "t", key: "k", after: 3, upTo: undefined }).events, []);
  store.close();
});

Deno.test("EventPruner keeps a log within its size, and its file with it", async () => {
  await inFolder((path) => {
    const bytesMax = 1_000_000;
    const store = open({ bytesMax }, path);
    const value = JSON.stringify("x".repeat(1_000));
    const batch = Array.from({ length: 200 }, () => rowAt(0, "k", value));
    let [appended, removed] = [0, 0];
    for (let index = 0; index < 50; index++) {
      const pruned = store.append(batch);
      assertEquals(pruned.oldCount, 0);
      appended += batch.length;
      removed += pruned.excessCount;
    }
    const kept = appended - removed;
    assert(kept >= 600 && kept <= 1_200, `${kept} events of 1 kB in 1 MB and a batch`);
    assertEquals(positionsOf(store)[0], removed + 1);
    store.close();
    // A batch more than the bound: it is appended before the next makes room for itself.
    const { size } = Deno.statSync(path);
    assert(size <= 1.4 * bytesMax, `${size} bytes`);
  });
});

Deno.test("EventPruner removes a bounded number of events with each batch", () => {
  const store = open({ ageMaxMs: 100 });
  const count = 2 * PRUNE_EVENTS_MAX + 10;
  store.append(Array.from({ length: count }, () => rowAt(0)));
  const removed = Array.from({ length: 4 }, () => store.append([rowAt(1_000)]).oldCount);
  assertEquals(removed, [PRUNE_EVENTS_MAX, PRUNE_EVENTS_MAX, 10, 0]);
  store.close();
});

Deno.test("EventPruner removes a bounded length with each batch, and as much more as the batch has", () => {
  const store = open({ ageMaxMs: 100 });
  const large = JSON.stringify("x".repeat(1_048_576));
  store.append(Array.from({ length: 12 }, () => rowAt(0, "k", large)));
  assertEquals(store.append([rowAt(1_000)]).oldCount, 4);
  assertEquals(store.append([rowAt(1_000, "k", large)]).oldCount, 5);
  store.close();
});

Deno.test("EventPruner counts what each group of a topic had yet to read", () => {
  const store = open({ ageMaxMs: 100 });
  store.append([rowAt(0), rowAt(0), ["u", "k", null, 0, "{}"], rowAt(0)]);
  store.commit("t", "quick", 4);
  store.commit("t", "slow", 1);
  store.commit("u", "slow", 2);
  store.commit("unheard of", "slow", 0);
  assertEquals(store.append([rowAt(1_000)]).unreadCount, 3);
  assertEquals(store.append([rowAt(1_000)]).unreadCount, 0);
  store.close();
});

Deno.test("EventPruner removes keys without events, and numbers them anew when they come back", async () => {
  await inFolder((path) => {
    const store = open({ ageMaxMs: 100 }, path);
    store.append([rowAt(0, "gone"), rowAt(0, "kept")]);
    assertEquals(store.append([rowAt(1_000, "kept")]).freedStreams, true);
    const database = new DatabaseSync(path);
    const keys = (): unknown[] =>
      database.prepare("SELECT key FROM event_streams ORDER BY key").all().map(({ key }) => key);
    assertEquals(keys(), ["kept"]);
    store.append([rowAt(1_000, "new"), rowAt(1_000, "gone")]);
    assertEquals(keys(), ["gone", "kept", "new"]);
    assertEquals(positionsOf(store, "t", "new"), [4]);
    assertEquals(positionsOf(store, "t", "gone"), [5]);
    database.close();
    store.close();
  });
});

Deno.test("EventPruner does not take another process' keys from under it", async () => {
  await inFolder((path) => {
    const [one, other] = [open({ ageMaxMs: 100 }, path), open({ ageMaxMs: 100 }, path)];
    // `one` remembers the number of `a`, which `other` removes with its last event and gives to `b`.
    one.append([rowAt(0, "a")]);
    other.append([rowAt(1_000, "b")]);
    one.append([rowAt(1_000, "a")]);
    assertEquals(positionsOf(other, "t", "a"), [3]);
    assertEquals(positionsOf(other, "t", "b"), [2]);
    one.close();
    other.close();
  });
});

Deno.test("EventPruner removes nothing where the batch cannot be written", () => {
  const retention = { ...FOREVER, ageMaxMs: 100 };
  const store = new SqliteEventStore({ path: ":memory:", fileBytesMax: 100_000, retention });
  store.append([rowAt(0)]);
  let message = "";
  try {
    store.append([rowAt(1_000, "k", JSON.stringify("x".repeat(200_000)))]);
  } catch (error) {
    message = String(error);
  }
  assert(message.includes("full"), message);
  assertEquals(positionsOf(store), [1]);
  store.append([rowAt(1_000)]);
  assertEquals(positionsOf(store), [2]);
  store.close();
});

Deno.test("EventPruner makes room for a batch that would not find any", () => {
  const retention = { ...FOREVER, bytesMax: 60_000 };
  const store = new SqliteEventStore({ path: ":memory:", fileBytesMax: 150_000, retention });
  for (let index = 0; index < 20; index++) {
    store.append([rowAt(0, "k", JSON.stringify("x".repeat(40_000)))]);
  }
  assertEquals(positionsOf(store).at(-1), 20);
  store.close();
});
