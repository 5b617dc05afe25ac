import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../clock.ts";
import type { JsonObject } from "../json.ts";
import { silentLog } from "../log.ts";
import { BATCH_EVENTS_MAX } from "./event_batcher.ts";
import type { StoredEvent } from "./event_log.ts";
import { EVENT_LENGTH_MAX } from "./event_row.ts";
import { SqliteEventLog, type SqliteEventLogOptions } from "./sqlite_event_log.ts";

function open(options: Partial<SqliteEventLogOptions> = {}): SqliteEventLog {
  return new SqliteEventLog({ path: ":memory:", clock: systemClock, log: silentLog, ...options });
}

async function inFolder(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(`${folder}/deep/events.sqlite`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function readAll(log: SqliteEventLog, topic: string): Promise<StoredEvent[]> {
  return Array.fromAsync(log.read(topic));
}

Deno.test("SqliteEventLog keeps the event's id and time in columns of their own", async () => {
  await inFolder(async (path) => {
    const log = open({ path, clock: { ...systemClock, nowMs: () => 1234 } });
    log.append({ topic: "t", key: "k", value: { event_id: "e1" } });
    log.append({ topic: "t", key: "k", value: { event_id: 7 } });
    await log.close();
    const database = new DatabaseSync(path);
    const rows = database.prepare(
      `SELECT name, key, event_id, at_ms, value FROM events
       JOIN event_topics USING (topic) JOIN event_streams USING (stream)`,
    ).all();
    assertEquals(rows.map((row) => Object.values(row)), [
      ["t", "k", "e1", 1234, '{"event_id":"e1"}'],
      ["t", "k", null, 1234, '{"event_id":7}'],
    ]);
    database.close();
  });
});

Deno.test("SqliteEventLog makes a folder and files that are its owner's alone", async () => {
  await inFolder(async (path) => {
    const log = open({ path });
    log.append({ topic: "t", key: "k", value: {} });
    await log.flush();
    for (const suffix of ["", "-wal", "-shm"]) {
      assertEquals(((await Deno.stat(path + suffix)).mode ?? 0) & 0o777, 0o600, suffix);
    }
    const folder = path.slice(0, path.lastIndexOf("/"));
    assertEquals(((await Deno.stat(folder)).mode ?? 0) & 0o777, 0o700);
    await log.close();
  });
});

Deno.test("SqliteEventLog tells of a file that is no database, by its path", async () => {
  await inFolder(async (path) => {
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")));
    await Deno.writeTextFile(path, "This is a text of some length, and no database. ".repeat(100));
    const states: string[] = [];
    const log = open({ path, onState: (isUp, reason) => states.push(`${isUp} ${reason}`) });
    await assertRejects(() => log.opened(), Error, `Cannot open SQLite database ${path}`);
    log.append({ topic: "t", key: "k", value: {} });
    await assertRejects(() => log.flush(), Error, "Cannot flush");
    assertEquals(states.length, 1);
    assert(states[0]?.includes(path));
    await assertRejects(() => log.close(), Error, "Cannot flush");
  });
});

Deno.test("SqliteEventLog outlives a full disk and writes each event once", async () => {
  await inFolder(async (path) => {
    const [states, drops]: [boolean[], number[]] = [[], []];
    const log = open({
      path,
      fileBytesMax: 200_000,
      onState: (isUp) => states.push(isUp),
      onDrop: (count) => drops.push(count),
    });
    await log.opened();
    log.append({ topic: "ballast", key: "k", value: { text: "x".repeat(150_000) } });
    await log.flush();
    for (let index = 0; index < 1000; index++) {
      log.append({ topic: "t", key: "k", value: { index, text: "x".repeat(60) } });
    }
    await assertRejects(() => log.flush(), Error, "Cannot flush");
    assertEquals(states, [false]);
    const elsewhere = new DatabaseSync(path);
    elsewhere.exec(
      `DELETE FROM events
       WHERE topic = (SELECT topic FROM event_topics WHERE name = 'ballast')`,
    );
    elsewhere.close();
    await log.flush();
    assertEquals(states, [false, true]);
    const indexes = (await readAll(log, "t")).map(({ value }) => value["index"]);
    assertEquals(indexes, Array.from({ length: 1000 }, (_, index) => index));
    assertEquals(drops, []);
    await log.close();
  });
});

Deno.test("SqliteEventLog drops the oldest beyond its buffer and counts them", async () => {
  const drops: string[] = [];
  const log = open({
    bufferCountMax: 10,
    onDrop: (count, reason) => drops.push(`${count} ${reason}`),
  });
  for (let index = 0; index < 25; index++) log.append({ topic: "t", key: "k", value: { index } });
  assertEquals([log.waitingCount, drops.length, drops[0]], [10, 15, "1 overflow"]);
  await log.flush();
  assertEquals((await readAll(log, "t")).map(({ value }) => value["index"])[0], 15);
  await log.close();
});

Deno.test("SqliteEventLog drops what is no event, and does not throw", async () => {
  const drops: string[] = [];
  const log = open({ onDrop: (_count, reason) => drops.push(reason) });
  const cycle: JsonObject = {};
  log.append({ topic: "t", key: "k", value: Object.assign(cycle, { self: cycle }) });
  log.append({ topic: "t", key: "k", value: { text: "x".repeat(EVENT_LENGTH_MAX) } });
  await log.close();
  log.append({ topic: "t", key: "k", value: {} });
  assertEquals(drops, ["bad_event", "bad_event", "closed"]);
});

Deno.test("SqliteEventLog runs one member of a group, and the next when that closes", async () => {
  const log = open();
  const seen: string[] = [];
  const arrived: (() => void)[] = [];
  const next = (): Promise<void> => new Promise((resolve) => arrived.push(resolve));
  const join = (name: string): ReturnType<SqliteEventLog["subscribe"]> =>
    log.subscribe("t", "g", ({ value }) => {
      seen.push(`${name}${value["index"]}`);
      arrived.shift()?.();
      return Promise.resolve();
    });
  log.append({ topic: "t", key: "k", value: { index: 0 } });
  await log.flush();
  const arrival = next();
  const [first, second] = [await join("a"), await join("b")];
  await join("c");
  await arrival;
  for (const [index, leaving] of [first, second, undefined].entries()) {
    const arrival = next();
    log.append({ topic: "t", key: "k", value: { index: index + 1 } });
    await arrival;
    await leaving?.close();
  }
  assertEquals(seen, ["a0", "a1", "b2", "c3"]);
  await log.close();
});

Deno.test("SqliteEventLog refuses a position that is none of its own", async () => {
  const log = open();
  for (const after of ["", "abc", "-1", "1.5"]) {
    await assertRejects(
      () => Array.fromAsync(log.read("t", { after })),
      Error,
      "it is none of this log",
    );
  }
  await log.close();
});

Deno.test("SqliteEventLog costs the caller of append no more than a copy", async () => {
  const log = open();
  await log.opened();
  const value = { event_type: "tank_moved", position: [1, 2], tick: 1 };
  for (let index = 0; index < 10 * BATCH_EVENTS_MAX; index++) {
    log.append({ topic: "t", key: "k", value });
  }
  // All of it still waits: nothing was posted, let alone written, inside the calls.
  assertEquals(log.waitingCount, 10 * BATCH_EVENTS_MAX);
  await log.flush();
  await log.close();
});
