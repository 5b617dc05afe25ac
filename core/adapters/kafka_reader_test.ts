import { assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../clock.ts";
import type { ReadOptions } from "../ports/event_log.ts";
import { Rng } from "../rng.ts";
import { OffsetOutOfRange, type OffsetRange } from "./kafka_fetcher.ts";
import { kafkaPartitionOf } from "./kafka_partition.ts";
import { readKafka, type RecordSource } from "./kafka_reader.ts";
import type { KafkaRecord } from "./kafka_record.ts";

/** A topic in memory that gives little at a time, and fails when it is told to. */
class FakeTopic implements RecordSource {
  readonly partitions = new Map<number, KafkaRecord[]>();
  readonly lows = new Map<number, number>();
  knowsTimes = true;
  pageCount = 2;
  failures: Error[] = [];
  fetchCount = 0;
  /** The partitions and offsets that were asked for, each once. */
  readonly asked = new Set<string>();

  add(partition: number, atMs: number, value: string | undefined = `{"at":${atMs}}`): void {
    const records = this.partitions.get(partition) ?? [];
    this.partitions.set(partition, records);
    records.push({ offset: records.length, atMs, key: `k${partition}`, value });
  }

  offsetsAt(
    _topic: string,
    at: { readonly partitions: readonly number[]; readonly atMs: number },
  ): Promise<Map<number, number>> {
    const offsets = new Map<number, number>();
    for (const id of this.knowsTimes ? at.partitions : []) {
      const found = this.partitions.get(id)?.find(({ atMs }) => atMs >= at.atMs);
      offsets.set(id, found?.offset ?? Infinity);
    }
    return Promise.resolve(offsets);
  }

  ranges(): Promise<Map<number, OffsetRange>> {
    const ranges = [...this.partitions].map(([id, records]): [number, OffsetRange] => [
      id,
      { low: this.lows.get(id) ?? 0, high: records.length },
    ]);
    return Promise.resolve(new Map(ranges.reverse()));
  }

  fetch(_topic: string, offsets: ReadonlyMap<number, number>): Promise<Map<number, KafkaRecord[]>> {
    this.fetchCount++;
    const failure = this.failures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    const found = [...offsets].map(([id, offset]): [number, KafkaRecord[]] => {
      if (offset < (this.lows.get(id) ?? 0)) throw new OffsetOutOfRange("gone");
      this.asked.add(`${id}:${offset}`);
      return [id, this.partitions.get(id)?.slice(offset, offset + this.pageCount) ?? []];
    });
    return Promise.resolve(new Map(found));
  }
}

function read(source: RecordSource, options: ReadOptions = {}): ReturnType<typeof readKafka> {
  return readKafka("topic", options, { source, clock: systemClock, random: () => 0 });
}

async function readAll(source: RecordSource, options?: ReadOptions): Promise<[number, string][]> {
  const events = await Array.fromAsync(read(source, options));
  return events.map(({ value, position }) => [Number(value["at"]), position]);
}

Deno.test("readKafka merges partitions by time, and tells how far each has come", async () => {
  const topic = new FakeTopic();
  for (const atMs of [1, 4, 5]) topic.add(0, atMs);
  for (const atMs of [2, 3, 3]) topic.add(1, atMs);
  assertEquals(await readAll(topic), [
    [1, "0:1"],
    [2, "0:1,1:1"],
    [3, "0:1,1:2"],
    [3, "0:1,1:3"],
    [4, "0:2,1:3"],
    [5, "0:3,1:3"],
  ]);
});

Deno.test("readKafka keeps a partition's order where its clock goes back", async () => {
  const topic = new FakeTopic();
  for (const atMs of [9, 1, 5]) topic.add(0, atMs);
  topic.add(1, 2);
  assertEquals((await readAll(topic)).map(([atMs]) => atMs), [2, 9, 1, 5]);
});

Deno.test("readKafka goes on after any position as if it had never stopped", async () => {
  const rng = new Rng(5);
  const topic = new FakeTopic();
  for (let index = 0; index < 60; index++) topic.add(rng.below(4), rng.below(20));
  const all = await readAll(topic);
  assertEquals(all.length, 60);
  for (const [index, [, position]] of all.entries()) {
    assertEquals(await readAll(topic, { after: position }), all.slice(index + 1));
  }
});

/** Four partitions with ten records each, at 0, 10, 20 and so on; each has a key of its own and others. */
function openKeyed(): { readonly topic: FakeTopic; readonly keyOf: (partition: number) => string } {
  const topic = new FakeTopic();
  for (let partition = 0; partition < 4; partition++) {
    for (let index = 0; index < 10; index++) topic.add(partition, index * 10);
  }
  const keys = new Map<number, string>();
  for (let index = 0; keys.size < 4; index++) {
    keys.set(kafkaPartitionOf(`key-${index}`, 4), `key-${index}`);
  }
  for (const [partition, records] of topic.partitions) {
    const key = keys.get(partition) ?? "";
    topic.partitions.set(
      partition,
      records.map((record) => record.offset % 2 === 0 ? { ...record, key } : record),
    );
  }
  return { topic, keyOf: (partition) => keys.get(partition) ?? "" };
}

Deno.test("readKafka gives one key's events alone, and none that came after it began", async () => {
  const { topic, keyOf } = openKeyed();
  const found: number[] = [];
  for await (const { value } of read(topic, { key: keyOf(1) })) {
    found.push(Number(value["at"]));
    topic.add(1, 99);
  }
  assertEquals(found, [0, 20, 40, 60, 80]);
  assertEquals(await readAll(topic, { key: "nobody" }), []);
  assertEquals(await readAll(new FakeTopic(), { key: "nobody" }), []);
  assertEquals(await readAll(new FakeTopic()), []);
});

Deno.test("readKafka fetches for a key the partition alone that has it, and goes on there", async () => {
  const { topic, keyOf } = openKeyed();
  const all = await readAll(topic, { key: keyOf(2) });
  assertEquals([...topic.asked].filter((asked) => !asked.startsWith("2:")), []);
  assertEquals(topic.fetchCount, 5);
  for (const [index, [, position]] of all.entries()) {
    assertEquals(await readAll(topic, { key: keyOf(2), after: position }), all.slice(index + 1));
  }
});

Deno.test("readKafka fetches between two times alone, where it is told them", async () => {
  const { topic, keyOf } = openKeyed();
  const within = await readAll(topic, { key: keyOf(3), sinceMs: 35, untilMs: 61 });
  assertEquals(within, [[40, "3:5"], [60, "3:7"]]);
  assertEquals([...topic.asked], ["3:4", "3:6"]);
  const late = { sinceMs: 75, untilMs: 1_000 };
  assertEquals((await readAll(topic, late)).map(([atMs]) => atMs), [
    80,
    80,
    80,
    80,
    90,
    90,
    90,
    90,
  ]);
  assertEquals((await readAll(topic, { key: keyOf(3), sinceMs: 35, after: "3:9" })).length, 0);
});

Deno.test("readKafka fetches nothing where no event is as new, unless no times are known", async () => {
  const { topic, keyOf } = openKeyed();
  for (const read of [{ sinceMs: 91 }, { sinceMs: 91, untilMs: 1_000, key: keyOf(1) }]) {
    assertEquals(await readAll(topic, read), []);
  }
  assertEquals(topic.fetchCount, 0);
  // Some partitions may have newer events than others.
  topic.add(2, 95);
  assertEquals(await readAll(topic, { sinceMs: 91 }), [[95, "2:11"]]);
  topic.knowsTimes = false;
  assertEquals((await readAll(topic, { sinceMs: 91, untilMs: 1_000 })).length, 41);
});

Deno.test("readKafka passes over what somebody else wrote", async () => {
  const topic = new FakeTopic();
  for (const value of ["no JSON", "[1]", "null", '{"at":7}', ""]) topic.add(0, 1, value);
  topic.partitions.get(0)?.push({ offset: 5, atMs: 1, key: "", value: undefined });
  assertEquals(await readAll(topic), [[7, "0:4"]]);
});

Deno.test("readKafka tries again where brokers fail, and gives up after a few times", async () => {
  const topic = new FakeTopic();
  topic.add(0, 1);
  topic.failures = [new Error("one"), new Error("two")];
  assertEquals(await readAll(topic), [[1, "0:1"]]);
  topic.failures = Array.from({ length: 9 }, () => new Error("always"));
  await assertRejects(() => readAll(topic), Error, "always");
});

Deno.test("readKafka goes on with what is left where the oldest are deleted meanwhile", async () => {
  const topic = new FakeTopic();
  for (const atMs of [1, 2, 3, 4, 5, 6]) topic.add(0, atMs);
  const found: number[] = [];
  for await (const { value } of read(topic)) {
    found.push(Number(value["at"]));
    topic.lows.set(0, 4);
  }
  assertEquals(found, [1, 2, 5, 6]);
});

Deno.test("readKafka does not wait for ever for events that never come", async () => {
  const topic = new FakeTopic();
  topic.add(0, 1);
  topic.pageCount = 0;
  await assertRejects(() => readAll(topic), Error, "partition 0 gives nothing");
});

Deno.test("readKafka stops when its signal aborts", async () => {
  const topic = new FakeTopic();
  for (const atMs of [1, 2, 3]) topic.add(0, atMs);
  const controller = new AbortController();
  const found: number[] = [];
  await assertRejects(
    async () => {
      for await (const { value } of read(topic, { signal: controller.signal })) {
        found.push(Number(value["at"]));
        controller.abort(new Error("enough"));
      }
    },
    Error,
    "enough",
  );
  assertEquals(found, [1]);
});
