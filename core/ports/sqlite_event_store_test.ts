import { assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import {
  type EventRow,
  PAGE_EVENTS_MAX,
  READ_STREAM_SQL,
  READ_TOPIC_SQL,
  SqliteEventStore,
} from "./sqlite_event_store.ts";

function rowsOf(topic: string, keys: string, value = "{}"): EventRow[] {
  return [...keys].map((key) => [topic, key, null, 0, value]);
}

Deno.test("SqliteEventStore pages by count and by length", () => {
  const store = new SqliteEventStore({ path: ":memory:" });
  store.append(rowsOf("t", "a".repeat(PAGE_EVENTS_MAX + 1)));
  store.append(rowsOf("large", "abc", JSON.stringify("x".repeat(600_000))));
  const all = { key: undefined, after: 0, upTo: undefined };
  const first = store.page({ topic: "t", ...all });
  assertEquals(first.events.length, PAGE_EVENTS_MAX);
  assertEquals(first.upTo, PAGE_EVENTS_MAX + 1);
  assertEquals(store.page({ topic: "t", ...all, after: PAGE_EVENTS_MAX }).events.length, 1);
  assertEquals(store.page({ topic: "t", ...all, upTo: 2 }).events.length, 2);
  const large = store.page({ topic: "large", ...all });
  assertEquals(large.events.map(({ key }) => key), ["a", "b"]);
  assertEquals(store.page({ topic: "none", ...all }), { events: [], upTo: 0 });
  store.close();
});

Deno.test("SqliteEventStore writes all of a batch or nothing", () => {
  const store = new SqliteEventStore({ path: ":memory:", fileBytesMax: 100_000 });
  const all = { topic: "t", key: undefined, after: 0, upTo: undefined };
  store.append(rowsOf("t", "a"));
  const large = JSON.stringify("x".repeat(60_000));
  assertThrows(() => store.append(rowsOf("t", "bc", large)), Error, "full");
  store.append(rowsOf("t", "d"));
  assertEquals(store.page(all).events.map(({ key }) => key), ["a", "d"]);
  store.close();
});

Deno.test("SqliteEventStore moves a group's position on and never back", () => {
  const store = new SqliteEventStore({ path: ":memory:" });
  assertEquals(store.groupPosition("t", "g"), 0);
  for (const [position, expected] of [[5, 5], [3, 5], [9, 9]] as const) {
    store.commit("t", "g", position);
    assertEquals(store.groupPosition("t", "g"), expected);
  }
  assertEquals(store.groupPosition("t", "other"), 0);
  store.close();
});

Deno.test("SqliteEventStore finds a topic's and a key's events by index, in order", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/events.sqlite`;
  new SqliteEventStore({ path }).close();
  const database = new DatabaseSync(path);
  const plan = (sql: string): string =>
    database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map((row) => row["detail"]).join("; ");
  const named = "SEARCH event_streams USING INTEGER PRIMARY KEY (rowid=?)";
  assertEquals(
    plan(READ_TOPIC_SQL),
    `SEARCH events USING INDEX events_by_topic (topic=? AND rowid>? AND rowid<?); ${named}`,
  );
  assertEquals(
    plan(READ_STREAM_SQL),
    `${named}; SEARCH events USING INDEX events_by_stream (stream=? AND rowid>? AND rowid<?)`,
  );
  database.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SqliteEventStore numbers anew what a batch that failed had numbered", () => {
  const store = new SqliteEventStore({ path: ":memory:", fileBytesMax: 100_000 });
  const large = JSON.stringify("x".repeat(60_000));
  assertThrows(() => store.append(rowsOf("t", "ab", large)), Error, "full");
  store.append(rowsOf("other", "b"));
  store.append(rowsOf("t", "b"));
  const events = (topic: string): readonly string[] =>
    store.page({ topic, key: "b", after: 0, upTo: undefined }).events.map(({ key }) => key);
  assertEquals([events("other"), events("t")], [["b"], ["b"]]);
  store.close();
});

Deno.test("SqliteEventStore goes on with a file in which topics and keys have no numbers", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/events.sqlite`;
  const database = new DatabaseSync(path);
  database.exec(
    `CREATE TABLE events (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      topic TEXT NOT NULL,
      key TEXT NOT NULL,
      event_id TEXT,
      at_ms INTEGER NOT NULL,
      value TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_by_topic ON events (topic);
    CREATE INDEX events_by_key ON events (topic, key);
    CREATE TABLE event_groups (
      topic TEXT NOT NULL,
      group_name TEXT NOT NULL,
      position INTEGER NOT NULL,
      PRIMARY KEY (topic, group_name)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO events (topic, key, at_ms, value)
      VALUES ('t', 'a', 1, '1'), ('u', 'a', 2, '2'), ('t', 'b', 3, '3'), ('t', 'a', 4, '4'), ('t', 'a', 5, '5');
    DELETE FROM events WHERE position = 5;
    INSERT INTO event_groups VALUES ('t', 'g', 3);
    PRAGMA user_version = 1;`,
  );
  database.close();
  const store = new SqliteEventStore({ path });
  store.append(rowsOf("t", "a", "6"));
  const page = (topic: string, key?: string): readonly (readonly [number, string, string])[] =>
    store.page({ topic, key, after: 0, upTo: undefined }).events
      .map(({ position, key, value }) => [position, key, value] as const);
  assertEquals(page("t"), [[1, "a", "1"], [3, "b", "3"], [4, "a", "4"], [6, "a", "6"]]);
  assertEquals(page("t", "a"), [[1, "a", "1"], [4, "a", "4"], [6, "a", "6"]]);
  assertEquals(page("u"), [[2, "a", "2"]]);
  assertEquals(store.groupPosition("t", "g"), 3);
  store.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SqliteEventStore has a view for people, with names and times", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/events.sqlite`;
  const store = new SqliteEventStore({ path });
  store.append([["t", "k", null, 1_700_000_000_123, "{}"]]);
  store.close();
  const database = new DatabaseSync(path);
  assertEquals(database.prepare("SELECT * FROM history").all().map((row) => Object.values(row)), [
    [1, "t", "k", "2023-11-14 22:13:20", "{}"],
  ]);
  database.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SqliteEventStore refuses a file of a newer program", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/events.sqlite`;
  const database = new DatabaseSync(path);
  database.exec("PRAGMA user_version = 99");
  database.close();
  assertThrows(
    () => new SqliteEventStore({ path }),
    Error,
    `Cannot open event log ${path}: its schema version 99 is newer`,
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SqliteEventStore looks up again what is more than it remembers", () => {
  const store = new SqliteEventStore({ path: ":memory:" });
  const rowOf = (index: number): EventRow => ["t", `k${index}`, null, 0, String(index)];
  const count = 20_000;
  store.append(Array.from({ length: count }, (_, index) => rowOf(index)));
  store.append([rowOf(0), rowOf(count - 1), rowOf(count)]);
  const valuesOf = (key: string): readonly string[] =>
    store.page({ topic: "t", key, after: 0, upTo: undefined }).events.map(({ value }) => value);
  assertEquals(valuesOf("k0"), ["0", "0"]);
  assertEquals(valuesOf(`k${count - 1}`), [String(count - 1), String(count - 1)]);
  assertEquals(valuesOf(`k${count}`), [String(count)]);
  store.close();
});
