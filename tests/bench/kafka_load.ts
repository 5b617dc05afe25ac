/**
 * Sends events into Kafka through the event log, and the same by kafkajs alone, in turn:
 * `kafka_load.ts <brokers> <outbox> <rounds>` prints how many a second.
 *
 * @module
 */
import { type TopicBatch, toTopicMessages } from "../../core/adapters/kafka_topic_messages.ts";
import { DELIVERY_EVENTS_MAX } from "../../core/adapters/outbox_courier.ts";
import { localKafkaConfig, openTestKafkaLog } from "../brokers/kafka_logs.ts";
import { measureKafkaThroughput, tankMoved } from "../brokers/kafka_throughput.ts";
import { RawKafkaProducer } from "./raw_kafka.ts";

const EVENTS = 20_000;
const WARM_UP_EVENTS = 10_000;

const [servers = "", outboxPath = "", roundsText = "1"] = Deno.args;
// Time enough for the brokers on a machine whose cores are all busy.
const config = { ...localKafkaConfig(servers), requestTimeoutMs: 10_000 };
const { eventLog, told } = await openTestKafkaLog({ config, outboxPath });
const raw = await RawKafkaProducer.connect(config);
await measureKafkaThroughput(eventLog, WARM_UP_EVENTS);
await rawPerSecond(WARM_UP_EVENTS);
const rounds: Record<string, number>[] = [];
for (let round = 0; round < Number(roundsText); round++) {
  const ours = await measureKafkaThroughput(eventLog, EVENTS);
  rounds.push({
    per_second: ours.eventsPerSecond,
    append_us: ours.appendUs,
    stall_ms: ours.longestStallMs,
    raw_per_second: await rawPerSecond(EVENTS),
  });
}
await raw.close();
await eventLog.close();
const dropped = [...told.dropped.values()].reduce((sum, count) => sum + count, 0);
const result = JSON.stringify({ events: EVENTS, dropped, rounds });
Deno.stdout.writeSync(new TextEncoder().encode(`${result}\n`));

async function rawPerSecond(count: number): Promise<number> {
  const batches = batchesOf(count);
  const startMs = performance.now();
  await raw.send(batches);
  return count / ((performance.now() - startMs) / 1_000);
}

/** The same events, as text already, in batches as large as the outbox makes them. */
function batchesOf(count: number): TopicBatch[][] {
  const atMs = Date.now();
  const events = Array.from({ length: count }, (_, index) => {
    const { topic, key, value } = tankMoved(index);
    return { topic, key, eventId: String(value.event_id), atMs, value: JSON.stringify(value) };
  });
  const batches: TopicBatch[][] = [];
  for (let from = 0; from < count; from += DELIVERY_EVENTS_MAX) {
    batches.push(toTopicMessages(events.slice(from, from + DELIVERY_EVENTS_MAX)));
  }
  return batches;
}
