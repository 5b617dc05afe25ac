import { assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SqliteEventStore } from "../ports/sqlite_event_store.ts";
import type { EventRow } from "../ports/sqlite_event_store.ts";
import { OutboxStore } from "./outbox_store.ts";

const ROOMY = { countMax: 1_000, lengthMax: 1_000_000 };
const ALL = { countMax: 1_000, lengthMax: 1_000_000 };

/** An event of twelve characters in all. */
function row(index: number): EventRow {
  return ["topic", "k", `id-${index}`, 1_000 + index, String(index).padStart(6, "0")];
}

function rows(from: number, count: number): EventRow[] {
  return Array.from({ length: count }, (_, offset) => row(from + offset));
}

function indexes(store: OutboxStore): number[] {
  return store.page(ALL).map(({ row }) => Number(row[4]));
}

function withFile(use: (path: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    use(`${folder}/data/outbox.sqlite`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("OutboxStore gives the oldest first, as they were, and says what waits", () => {
  const store = new OutboxStore({ path: ":memory:", ...ROOMY });
  assertEquals(store.status, { count: 0, length: 0, oldestAtMs: undefined });
  store.append(rows(0, 3));
  store.append([["t", "ö", null, 5, "{}"]]);
  assertEquals(store.status, { count: 4, length: 40, oldestAtMs: 1_000 });
  const page = store.page(ALL);
  assertEquals(page.map((record) => record.row), [...rows(0, 3), ["t", "ö", null, 5, "{}"]]);
  store.remove(page[1]?.position ?? 0);
  assertEquals(indexes(store).slice(0, 1), [2]);
  assertEquals(store.status, { count: 2, length: 16, oldestAtMs: 1_002 });
  store.close();
});

Deno.test("OutboxStore gives a page within both of its bounds, but one event at least", () => {
  const store = new OutboxStore({ path: ":memory:", ...ROOMY });
  store.append(rows(0, 10));
  for (
    const [countMax, lengthMax, expected] of [[3, 1_000, 3], [10, 36, 3], [10, 47, 3], [10, 1, 1]]
  ) {
    const page = store.page({ countMax: countMax ?? 0, lengthMax: lengthMax ?? 0 });
    assertEquals(page.length, expected);
  }
  store.close();
});

Deno.test("OutboxStore drops the oldest beyond its count", () => {
  const store = new OutboxStore({ path: ":memory:", countMax: 5, lengthMax: 1_000 });
  assertEquals(store.append(rows(0, 5)), 0);
  assertEquals(store.append(rows(5, 2)), 2);
  assertEquals(indexes(store), [2, 3, 4, 5, 6]);
  assertEquals(store.append(rows(7, 20)), 20);
  assertEquals(indexes(store), [22, 23, 24, 25, 26]);
  assertEquals(store.status, { count: 5, length: 60, oldestAtMs: 1_022 });
  store.close();
});

Deno.test("OutboxStore drops the oldest beyond its length", () => {
  const store = new OutboxStore({ path: ":memory:", countMax: 1_000, lengthMax: 30 });
  assertEquals(store.append(rows(0, 4)), 2);
  assertEquals(indexes(store), [2, 3]);
  store.close();
});

Deno.test("OutboxStore spares what is on its way", () => {
  const store = new OutboxStore({ path: ":memory:", countMax: 4, lengthMax: 1_000 });
  store.append(rows(0, 4));
  const onTheirWay = store.page({ countMax: 2, lengthMax: 1_000 });
  const upTo = onTheirWay.at(-1)?.position ?? 0;
  assertEquals(store.append(rows(4, 3), upTo), 3);
  assertEquals(indexes(store), [0, 1, 5, 6]);
  store.remove(upTo);
  assertEquals(indexes(store), [5, 6]);
  assertEquals(store.status.count, 2);
  store.close();
});

Deno.test("OutboxStore keeps what it holds, and never uses a position again", () => {
  withFile((path) => {
    const first = new OutboxStore({ path, ...ROOMY });
    first.append(rows(0, 3));
    const newest = first.page(ALL).at(-1)?.position ?? 0;
    first.remove(newest - 1);
    first.close();
    const second = new OutboxStore({ path, ...ROOMY });
    assertEquals(indexes(second), [2]);
    assertEquals(second.status, { count: 1, length: 12, oldestAtMs: 1_002 });
    assertEquals(second.newestPosition, newest);
    second.remove(newest);
    second.close();
    const third = new OutboxStore({ path, ...ROOMY });
    third.append(rows(3, 1));
    assertEquals(third.page(ALL).map(({ position }) => position), [newest + 1]);
    third.close();
  });
});

Deno.test("OutboxStore keeps none of the rows where one of them cannot be kept", () => {
  const store = new OutboxStore({ path: ":memory:", ...ROOMY });
  store.append(rows(0, 1));
  const bad: EventRow = ["topic", "k", null, 0.5, "{}"];
  assertThrows(() => store.append([row(1), bad]));
  assertEquals(indexes(store), [0]);
  assertEquals(store.status, { count: 1, length: 12, oldestAtMs: 1_000 });
  store.append(rows(2, 1));
  assertEquals(indexes(store), [0, 2]);
  store.close();
});

Deno.test("OutboxStore refuses a file that is no outbox, a newer program's, or open elsewhere", () => {
  withFile((path) => {
    const others = `${path}.events`;
    new SqliteEventStore({ path: others }).close();
    assertThrows(() => new OutboxStore({ path: others, ...ROOMY }), Error, others);
    const store = new OutboxStore({ path, ...ROOMY });
    assertThrows(() => new OutboxStore({ path, ...ROOMY }), Error, path);
    store.close();
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    assertThrows(
      () => new OutboxStore({ path, ...ROOMY }),
      Error,
      `${path}: its schema version 99`,
    );
  });
});
