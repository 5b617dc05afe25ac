// Long because it is the whole contract of one port's writing and reading, case by case.
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { EventLog, ReadOptions, StoredEvent } from "../../core/ports/event_log.ts";
import {
  contractCases,
  type ContractOptions,
  type Opened,
  type RegisterCase,
} from "./contract_cases.ts";
import { testEventGroups } from "./event_group_contract.ts";
import { eventually, inTime } from "./eventually.ts";

/** Registers the contract of {@linkcode EventLog} for one implementation. */
export function testEventLogContract(
  name: string,
  open: () => Promise<Opened<EventLog>>,
  options: ContractOptions = {},
): void {
  const test = contractCases(`EventLog (${name})`, open, options);
  testWriting(test);
  testReading(test);
  testEventGroups(test);
  testLife(test);
}

/** Appends events `0`, `1`, … of `keys` in turn and waits until they are durable. */
async function fill(
  log: EventLog,
  topic: string,
  options: { readonly keys: readonly string[]; readonly count: number },
): Promise<void> {
  const { keys, count } = options;
  for (let index = 0; index < count; index++) {
    const key = keys[index % keys.length] ?? "";
    log.append({ topic, key, value: { index, event_id: `${key}-${index}` } });
  }
  await inTime(log.flush());
}

async function readAll(
  log: EventLog,
  topic: string,
  options?: ReadOptions,
): Promise<StoredEvent[]> {
  return await inTime(Array.fromAsync(log.read(topic, options)));
}

function indexesOf(events: readonly StoredEvent[], key: string): number[] {
  return events.filter((event) => event.key === key).map(({ value }) => Number(value["index"]));
}

function testWriting(test: RegisterCase<EventLog>): void {
  test("keeps order per key", async ({ port, unique }) => {
    const topic = unique("order");
    const keys = ["a", "b", "c"];
    await fill(port, topic, { keys, count: 300 });
    const events = await readAll(port, topic);
    assertEquals(events.length, 300);
    for (const [offset, key] of keys.entries()) {
      const expected = Array.from({ length: 100 }, (_, index) => index * 3 + offset);
      assertEquals(indexesOf(events, key), expected);
    }
  });

  test("keeps a burst", async ({ port, unique }) => {
    const topic = unique("burst");
    await fill(port, topic, { keys: ["a"], count: 5000 });
    const events = await readAll(port, topic);
    assertEquals(indexesOf(events, "a"), Array.from({ length: 5000 }, (_, index) => index));
    assertEquals(new Set(events.map(({ position }) => position)).size, 5000);
  });

  test("carries any JSON object and key", async ({ port, unique }) => {
    const topic = unique("json");
    const sent = [
      { key: "ö ß/€\n😀", value: {} },
      { key: "a.b:c", value: { a: [1, -0.5, null, true, { b: ["öß€😀\0\n"] }] } },
      { key: "large", value: { text: "x".repeat(200_000) } },
    ];
    for (const { key, value } of sent) port.append({ topic, key, value });
    await inTime(port.flush());
    const events = await readAll(port, topic);
    for (const { key, value } of sent) {
      assertEquals(events.find((event) => event.key === key)?.value, value);
    }
    for (const event of events) assertEquals(event.topic, topic);
  });

  test("keeps an event as it was when it was appended", async ({ port, unique }) => {
    const topic = unique("copy");
    const value = { position: [1, 2] };
    port.append({ topic, key: "a", value });
    value.position[0] = 99;
    await inTime(port.flush());
    assertEquals((await readAll(port, topic)).map((event) => event.value), [{ position: [1, 2] }]);
  });

  test("writes soon without being told to", async ({ port, unique }) => {
    const topic = unique("soon");
    port.append({ topic, key: "a", value: { index: 1 } });
    await eventually(async () => assertEquals((await readAll(port, topic)).length, 1));
  });

  test("flushes nothing, and several times at once", async ({ port, unique }) => {
    await inTime(port.flush());
    port.append({ topic: unique("flush"), key: "a", value: {} });
    await inTime(Promise.all([port.flush(), port.flush(), port.flush()]));
  });
}

function testReading(test: RegisterCase<EventLog>): void {
  test("reads one key alone", async ({ port, unique }) => {
    const topic = unique("key");
    await fill(port, topic, { keys: ["a", "b"], count: 2000 });
    const events = await readAll(port, topic, { key: "b" });
    assertEquals(indexesOf(events, "b"), Array.from({ length: 1000 }, (_, index) => index * 2 + 1));
    assertEquals(events.length, 1000);
    assertEquals(await readAll(port, topic, { key: "none" }), []);
  });

  test("leaves nothing out of the time that is asked for", async ({ port, unique }) => {
    const topic = unique("time");
    const sinceMs = Date.now() - 60_000;
    await fill(port, topic, { keys: ["a", "b"], count: 20 });
    const within = { sinceMs, untilMs: Date.now() + 60_000 };
    assertEquals((await readAll(port, topic, within)).length, 20);
    assertEquals((await readAll(port, topic, { ...within, key: "b" })).length, 10);
  });

  test("keeps topics apart", async ({ port, unique }) => {
    const [left, right] = [unique("left"), unique("right")];
    await fill(port, left, { keys: ["a"], count: 3 });
    await fill(port, right, { keys: ["a"], count: 2 });
    assertEquals(indexesOf(await readAll(port, left), "a"), [0, 1, 2]);
    assertEquals(indexesOf(await readAll(port, right), "a"), [0, 1]);
    assertEquals(await readAll(port, unique("nobody_wrote")), []);
  });

  test("reads on after any position", async ({ port, unique }) => {
    const topic = unique("after");
    await fill(port, topic, { keys: ["a", "b"], count: 20 });
    const all = await readAll(port, topic);
    for (const [index, { position }] of all.entries()) {
      assertEquals(await readAll(port, topic, { after: position }), all.slice(index + 1));
    }
    const ofKey = await readAll(port, topic, { key: "a" });
    const [, second] = ofKey;
    assert(second !== undefined);
    const rest = await readAll(port, topic, { key: "a", after: second.position });
    assertEquals(rest, ofKey.slice(2));
  });

  test("ends a reading at what was there when it began", async ({ port, unique }) => {
    const topic = unique("end");
    await fill(port, topic, { keys: ["a"], count: 1200 });
    let count = 0;
    for await (const { key } of port.read(topic)) {
      count++;
      if (count % 100 === 0) port.append({ topic, key, value: { late: true } });
      if (count % 600 === 0) await inTime(port.flush());
      assert(count < 1300, "reads what is appended meanwhile");
    }
    assert(count >= 1200);
  });

  test("stops reading when the signal aborts or the reader leaves", async ({ port, unique }) => {
    const topic = unique("abort");
    await fill(port, topic, { keys: ["a"], count: 1200 });
    const controller = new AbortController();
    let count = 0;
    await assertRejects(
      async () => {
        for await (const _event of port.read(topic, { signal: controller.signal })) {
          if (++count === 10) controller.abort(new Error("enough"));
        }
      },
      Error,
      "enough",
    );
    assertEquals(count, 10);
    for await (const _event of port.read(topic)) break;
    assertEquals((await readAll(port, topic)).length, 1200);
  });
}

function testLife(test: RegisterCase<EventLog>): void {
  test("writes what waits when it closes, and never throws after", async ({
    port,
    unique,
    reopen,
  }) => {
    const topic = unique("close");
    for (let index = 0; index < 100; index++) {
      port.append({ topic, key: "a", value: { index } });
    }
    await inTime(port.close());
    await inTime(port.close());
    port.append({ topic, key: "a", value: { index: 100 } });
    await assertRejects(() => readAll(port, topic), Error);
    await assertRejects(() => port.subscribe(topic, "group", () => Promise.resolve()), Error);
    const events = await readAll(await reopen(), topic);
    assertEquals(indexesOf(events, "a"), Array.from({ length: 100 }, (_, index) => index));
  }, { reopen: true });

  test("keeps events in order while its server is away", async ({ port, unique, restart }) => {
    const topic = unique("restart");
    const seen: number[] = [];
    await fill(port, topic, { keys: ["a"], count: 1 });
    await port.subscribe(topic, unique("group"), ({ value }) => {
      return Promise.resolve(void seen.push(Number(value["index"])));
    });
    await eventually(() => assertEquals(seen, [0]));
    await restart(() => {
      for (let index = 1; index <= 100; index++) {
        port.append({ topic, key: "a", value: { index } });
      }
      return Promise.resolve();
    });
    const expected = Array.from({ length: 101 }, (_, index) => index);
    await eventually(async () => {
      await port.flush();
      assertEquals([...new Set(indexesOf(await readAll(port, topic), "a"))], expected);
    });
    await eventually(() => assertEquals([...new Set(seen)], expected));
  }, { restart: true });
}
