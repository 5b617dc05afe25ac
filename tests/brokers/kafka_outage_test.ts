// Long because it is one outage after another, each with what it counts.
/**
 * What becomes of events when Kafka goes away: cut off, frozen, killed, or not there at all.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { OutboxEventLog } from "../../core/adapters/outbox_event_log.ts";
import type { StoredEvent } from "../../core/ports/event_log.ts";
import { eventually, inTime } from "../contract/eventually.ts";
import { say } from "../fuzz/seed.ts";
import { KafkaCluster, readWithKcat, whyNoKafkaCluster } from "./kafka_cluster.ts";
import { localKafkaConfig, openTestKafkaLog } from "./kafka_logs.ts";
import { brokerTest } from "./require_brokers.ts";

const TOPIC = "game_events";
const KEY_COUNT = 50;
const OUTAGE_DEADLINE_MS = 60_000;

const whyNot = await whyNoKafkaCluster();

kafkaTest("Kafka has every event, in order per key, after it was cut off and frozen", async ({
  cluster,
  options,
}) => {
  const { eventLog, told } = await openTestKafkaLog(options);
  try {
    await appendOver(eventLog, { from: 0, count: 2_000 });
    cluster.cut();
    await appendOver(eventLog, { from: 2_000, count: 2_000 });
    await eventually(() => assertEquals(told.isUp, false));
    await appendOver(eventLog, { from: 4_000, count: 1_000 });
    cluster.mend();
    await eventually(() => assertEquals([told.isUp, told.status.count], [true, 0]));
    // Frozen in the middle of a stream: what it was sent is still in its sockets when it goes on.
    await appendOver(eventLog, { from: 5_000, count: 2_000 });
    cluster.freeze();
    await appendOver(eventLog, { from: 7_000, count: 2_000 });
    await eventually(() => assertEquals(told.isUp, false));
    cluster.thaw();
    await appendOver(eventLog, { from: 9_000, count: 1_000 });
    await eventually(() => assertEquals([told.isUp, told.status.count], [true, 0]));
    const events = await readAll(eventLog);
    assertComplete(events, 10_000);
    assertEquals(told.dropped.size, 0);
    assert(told.downCount >= 2, "it was away twice");
    say(`Kafka outage: 10000 events, ${events.length - 10_000} of them twice`);
  } finally {
    cluster.thaw();
    await eventLog.close();
  }
});

kafkaTest(
  "Kafka's groups get every event, in order per key, though it was cut off and frozen",
  async ({
    cluster,
    options,
  }) => {
    const { eventLog, told } = await openTestKafkaLog(options);
    const handled: StoredEvent[] = [];
    const atLeast = async (count: number): Promise<void> => {
      await eventually(() => assert(handled.length >= count, `${handled.length} of ${count}`));
    };
    try {
      await eventLog.subscribe(TOPIC, "readers", (event) => {
        handled.push(event);
        return Promise.resolve();
      });
      await appendOver(eventLog, { from: 0, count: 500 });
      await atLeast(500);
      cluster.cut();
      await appendOver(eventLog, { from: 500, count: 500 });
      await eventually(() => assertEquals(told.isUp, false));
      cluster.mend();
      await atLeast(1_000);
      cluster.freeze();
      await appendOver(eventLog, { from: 1_000, count: 500 });
      await eventually(() => assertEquals(told.isUp, false));
      cluster.thaw();
      await atLeast(1_500);
      await eventually(() => assertComplete(handled, 1_500));
      say(`Kafka outage: 1500 events, ${handled.length - 1_500} of them handled twice`);
    } finally {
      cluster.thaw();
      await eventLog.close();
    }
  },
);

kafkaTest("Kafka need not be there when a server starts", async ({ cluster, options }) => {
  cluster.cut();
  const { eventLog, told } = await openTestKafkaLog(options);
  try {
    await appendOver(eventLog, { from: 0, count: 1_000 });
    await eventually(() => assertEquals([told.isUp, told.status.count], [false, 1_000]));
    assert((told.status.oldestAtMs ?? 0) > 0);
    cluster.mend();
    await eventually(() => assertEquals([told.isUp, told.status.count], [true, 0]));
    assertComplete(await readAll(eventLog), 1_000);
  } finally {
    await eventLog.close();
  }
});

kafkaTest("Kafka gets from the next process what this one could not deliver", async ({
  cluster,
  options,
}) => {
  cluster.cut();
  const first = await openTestKafkaLog(options);
  await appendOver(first.eventLog, { from: 0, count: 1_000 });
  await first.eventLog.close();
  cluster.mend();
  const second = await openTestKafkaLog(options);
  try {
    await appendOver(second.eventLog, { from: 1_000, count: 100 });
    assertComplete(await readAll(second.eventLog), 1_100);
  } finally {
    await second.eventLog.close();
  }
});

kafkaTest("Kafka gets what came while it was dead, though it comes back empty", async ({
  cluster,
  options,
}) => {
  const { eventLog, told } = await openTestKafkaLog(options);
  try {
    await appendOver(eventLog, { from: 0, count: 1_000 });
    assertComplete(await readAll(eventLog), 1_000);
    await cluster.replace(async () => {
      await appendOver(eventLog, { from: 1_000, count: 1_000 });
      await eventually(() => assertEquals(told.isUp, false));
    });
    await eventually(() => assertEquals([told.isUp, told.status.count], [true, 0]));
    assertComplete(await readAll(eventLog), 1_000, 1_000);
  } finally {
    await eventLog.close();
  }
});

kafkaTest("Kafka's own tools read what we write", async ({ cluster, options }) => {
  const { eventLog } = await openTestKafkaLog(options);
  try {
    await appendOver(eventLog, { from: 0, count: 200 });
    eventLog.append({ topic: TOPIC, key: "ключ", value: { event_id: "last", text: "öß€😀" } });
    const events = await readAll(eventLog);
    const lines = await readWithKcat(cluster.directServers, {
      topic: TOPIC,
      format: "%k %h %s\n",
    });
    const expected = events.map(({ key, value }) =>
      `${key} event_id=${value["event_id"]} ${JSON.stringify(value)}`
    );
    assertEquals(lines.toSorted(), expected.toSorted());
  } finally {
    await eventLog.close();
  }
});

interface Outage {
  readonly cluster: KafkaCluster;
  readonly options: Parameters<typeof openTestKafkaLog>[0];
}

/** A test with a cluster and an outbox of its own. */
function kafkaTest(name: string, prove: (outage: Outage) => Promise<void>): void {
  brokerTest(name, whyNot === undefined, whyNot ?? "", async () => {
    const folder = await Deno.makeTempDir();
    const cluster = await KafkaCluster.start();
    try {
      const config = localKafkaConfig(cluster.bootstrapServers);
      const options = { config, outboxPath: `${folder}/outbox.sqlite` };
      await inTime(prove({ cluster, options }), OUTAGE_DEADLINE_MS);
    } finally {
      await cluster.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Appends events to many keys in turn, a few at a time and durably, as ticks would. */
async function appendOver(
  eventLog: OutboxEventLog,
  range: { readonly from: number; readonly count: number },
): Promise<void> {
  for (let index = range.from; index < range.from + range.count; index++) {
    const key = `session_${index % KEY_COUNT}`;
    eventLog.append({ topic: TOPIC, key, value: { index, event_id: `id-${index}` } });
    if (index % 250 === 249) await eventLog.flush();
  }
  await eventLog.flush();
}

async function readAll(eventLog: OutboxEventLog): Promise<StoredEvent[]> {
  await eventLog.flush();
  return await Array.fromAsync(eventLog.read(TOPIC));
}

/** Every event at least once, and each key's in order of their first coming. */
function assertComplete(events: readonly StoredEvent[], count: number, from = 0): void {
  const first = [...new Set(events.map(({ value }) => Number(value["index"])))];
  const wanted = Array.from({ length: count }, (_, offset) => from + offset);
  assertEquals(first.toSorted((a, b) => a - b), wanted);
  const ids = new Set(events.map(({ value }) => value["event_id"]));
  assertEquals(ids.size, count);
  for (let key = 0; key < KEY_COUNT; key++) {
    const ofKey = first.filter((index) => index % KEY_COUNT === key);
    assertEquals(ofKey, ofKey.toSorted((a, b) => a - b), `order of session_${key}`);
  }
}
