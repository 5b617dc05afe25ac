// Long because it is the part of one port's contract that is about groups, case by case.
import { assert, assertEquals } from "@std/assert";
import type { EventHandler, EventLog } from "../../core/ports/event_log.ts";
import type { RegisterCase } from "./contract_cases.ts";
import { eventually, inTime, nextTask } from "./eventually.ts";

/** Registers the part of the event log's contract that is about consumer groups. */
export function testEventGroups(test: RegisterCase<EventLog>): void {
  testDelivery(test);
  testFailures(test);
  testMembers(test);
  testResuming(test);
}

const KEYS = ["a", "b", "c"];

/** Appends `count` events from `from` on, of three keys in turn. */
function append(
  log: EventLog,
  topic: string,
  range: { readonly from: number; readonly count: number },
): void {
  for (let index = range.from; index < range.from + range.count; index++) {
    log.append({ topic, key: KEYS[index % KEYS.length] ?? "", value: { index } });
  }
}

/** What a group was handed: delivered at least once, but each key in order. */
class Seen {
  readonly handled: { readonly key: string; readonly index: number }[] = [];

  readonly handler: EventHandler = ({ key, value }) => {
    this.handled.push({ key, index: Number(value["index"]) });
    return Promise.resolve();
  };

  /** Checks that exactly the events before `count` came, each key in order of first coming. */
  assertComplete(count: number): void {
    const first = new Set(this.handled.map(({ index }) => index));
    assertEquals([...first].sort((a, b) => a - b), Array.from({ length: count }, (_, i) => i));
    for (const [offset, key] of KEYS.entries()) {
      const ofKey = [...first].filter((index) => index % KEYS.length === offset);
      assertEquals(ofKey, ofKey.toSorted((a, b) => a - b), `order of ${key}`);
    }
  }
}

function testDelivery(test: RegisterCase<EventLog>): void {
  test("delivers to a new group from the beginning and goes on", async ({ port, unique }) => {
    const topic = unique("group");
    append(port, topic, { from: 0, count: 1000 });
    await inTime(port.flush());
    const seen = new Seen();
    await port.subscribe(topic, unique("members"), seen.handler);
    append(port, topic, { from: 1000, count: 30 });
    await eventually(() => seen.assertComplete(1030));
    append(port, topic, { from: 1030, count: 3 });
    await eventually(() => seen.assertComplete(1033));
  });

  test("delivers to a group that was there first", async ({ port, unique }) => {
    const topic = unique("group");
    const seen = new Seen();
    await port.subscribe(topic, unique("members"), seen.handler);
    append(port, topic, { from: 0, count: 10 });
    await eventually(() => seen.assertComplete(10));
  });

  test("delivers everything to each of many groups", async ({ port, unique }) => {
    const topic = unique("group");
    append(port, topic, { from: 0, count: 60 });
    const groups = Array.from({ length: 10 }, () => new Seen());
    for (const seen of groups) await port.subscribe(topic, unique("members"), seen.handler);
    append(port, topic, { from: 60, count: 60 });
    await eventually(() => {
      for (const seen of groups) seen.assertComplete(120);
    });
  });

  test("delivers what read gives", async ({ port, unique }) => {
    const topic = unique("group");
    port.append({ topic, key: "ö", value: { event_id: "1", list: [1, { a: null }] } });
    await inTime(port.flush());
    const delivered = Promise.withResolvers<unknown>();
    await port.subscribe(topic, unique("members"), (event) => {
      return Promise.resolve(delivered.resolve(event));
    });
    const [event] = await Array.fromAsync(port.read(topic));
    assertEquals(await inTime(delivered.promise), event);
  });

  test("never hands out two events of one key at once", async ({ port, unique }) => {
    const topic = unique("group");
    append(port, topic, { from: 0, count: 60 });
    const busy = new Set<string>();
    const collisions: string[] = [];
    const seen = new Seen();
    await port.subscribe(topic, unique("members"), async (event) => {
      if (busy.has(event.key)) collisions.push(event.key);
      busy.add(event.key);
      await nextTask();
      await seen.handler(event);
      busy.delete(event.key);
    });
    await eventually(() => seen.assertComplete(60));
    assertEquals(collisions, []);
  });
}

function testFailures(test: RegisterCase<EventLog>): void {
  test("delivers an event again until its handler resolves", async ({ port, unique }) => {
    const topic = unique("again");
    append(port, topic, { from: 0, count: 9 });
    const seen = new Seen();
    const attempts = new Map<number, number>();
    await port.subscribe(topic, unique("members"), (event) => {
      const index = Number(event.value["index"]);
      const attempt = (attempts.get(index) ?? 0) + 1;
      attempts.set(index, attempt);
      if (index % 4 === 1 && attempt === 1) throw new Error("thrown before any promise");
      if (index % 4 === 1 && attempt === 2) return Promise.reject(new Error("rejected"));
      return seen.handler(event);
    });
    await eventually(() => seen.assertComplete(9));
    for (const index of [1, 5]) assert((attempts.get(index) ?? 0) >= 3);
  });

  test("closes while an event fails", async ({ port, unique }) => {
    const topic = unique("again");
    const failed = Promise.withResolvers<void>();
    append(port, topic, { from: 0, count: 1 });
    const subscription = await port.subscribe(topic, unique("members"), () => {
      failed.resolve();
      return Promise.reject(new Error("always"));
    });
    await inTime(failed.promise);
    await inTime(subscription.close());
  });
}

function testMembers(test: RegisterCase<EventLog>): void {
  test("shares a group among its members, each key in order", async ({ port, unique }) => {
    const [topic, group] = [unique("members"), unique("group")];
    const seen = new Seen();
    const first = await port.subscribe(topic, group, seen.handler);
    await port.subscribe(topic, group, seen.handler);
    append(port, topic, { from: 0, count: 90 });
    await eventually(() => seen.assertComplete(90));
    await first.close();
    append(port, topic, { from: 90, count: 90 });
    await eventually(() => seen.assertComplete(180));
  });

  test("waits for the event in hand when a member closes", async ({ port, unique }) => {
    const [topic, group] = [unique("members"), unique("group")];
    const asked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let doneCount = 0;
    append(port, topic, { from: 0, count: 1 });
    const subscription = await port.subscribe(topic, group, async () => {
      asked.resolve();
      await gate.promise;
      doneCount++;
    });
    await inTime(asked.promise);
    const closed = subscription.close().then(() => doneCount);
    gate.resolve();
    assertEquals(await inTime(closed), 1);
    await inTime(subscription.close());
  });

  test("waits for the event in hand when it closes", async ({ port, unique }) => {
    const topic = unique("members");
    const asked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let doneCount = 0;
    append(port, topic, { from: 0, count: 1 });
    await port.subscribe(topic, unique("group"), async () => {
      asked.resolve();
      await gate.promise;
      doneCount++;
    });
    await inTime(asked.promise);
    const closed = port.close().then(() => doneCount);
    gate.resolve();
    assertEquals(await inTime(closed), 1);
  });
}

function testResuming(test: RegisterCase<EventLog>): void {
  test("goes on where a group left off", async ({ port, unique }) => {
    const [topic, group] = [unique("resume"), unique("group")];
    const before = new Seen();
    append(port, topic, { from: 0, count: 30 });
    const subscription = await port.subscribe(topic, group, before.handler);
    await eventually(() => before.assertComplete(30));
    await inTime(subscription.close());
    append(port, topic, { from: 30, count: 30 });
    const after = new Seen();
    await port.subscribe(topic, group, after.handler);
    await eventually(() => assert(after.handled.length >= 30));
    // Closing kept the position, so nothing comes twice.
    assertEquals(Math.min(...after.handled.map(({ index }) => index)), 30);
  });

  test("goes on where a group left off after a restart", async ({ port, unique, reopen }) => {
    const [topic, group] = [unique("resume"), unique("group")];
    const before = new Seen();
    append(port, topic, { from: 0, count: 30 });
    await port.subscribe(topic, group, before.handler);
    await eventually(() => before.assertComplete(30));
    append(port, topic, { from: 30, count: 3 });
    await eventually(() => before.assertComplete(33));
    await inTime(port.close());
    const again = await reopen();
    append(again, topic, { from: 33, count: 30 });
    const after = new Seen();
    await again.subscribe(topic, group, after.handler);
    await eventually(() => assert(after.handled.length >= 30));
    assertEquals(Math.min(...after.handled.map(({ index }) => index)), 33);
    const fresh = new Seen();
    await again.subscribe(topic, unique("group"), fresh.handler);
    await eventually(() => fresh.assertComplete(63));
  }, { reopen: true });
}
