import { assertRejects } from "@std/assert";
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import type { KafkaConfig } from "./kafka_config.ts";
import { KafkaEventSource } from "./kafka_event_source.ts";

function openSource(): KafkaEventSource {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const config: KafkaConfig = {
    brokers: [`127.0.0.1:${listener.addr.port}`],
    tls: false,
    sasl: undefined,
    compression: "gzip",
    topicPartitions: 6,
    connectTimeoutMs: 100,
    requestTimeoutMs: 100,
    sessionTimeoutMs: 300,
    outboxEventsMax: 1,
    outboxLengthMax: 1,
  };
  return new KafkaEventSource({
    config,
    clientId: "test",
    clock: systemClock,
    random: () => 0,
    log: silentLog,
  });
}

// kafkajs keeps the timer of a retry after it was disconnected.
const LEAVES_TIMERS = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "KafkaEventSource reads nothing while Kafka is away, and says so",
  LEAVES_TIMERS,
  async () => {
    const source = openSource();
    await assertRejects(
      () => Array.fromAsync(source.read("topic")),
      Error,
      "Cannot read from Kafka",
    );
    await source.close();
    await assertRejects(() => Array.fromAsync(source.read("topic")), Error, "closed");
  },
);

Deno.test(
  "KafkaEventSource subscribes while Kafka is away, and closes all the same",
  LEAVES_TIMERS,
  async () => {
    const source = openSource();
    const first = await source.subscribe("topic", "group", () => Promise.resolve());
    await source.subscribe("topic", "group", () => Promise.resolve());
    await first.close();
    await source.close();
  },
);
