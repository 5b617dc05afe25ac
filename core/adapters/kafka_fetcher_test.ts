import { assertEquals, assertRejects } from "@std/assert";
import { silentLog } from "../log.ts";
import { KafkaFetcher, toFirstOffsets } from "./kafka_fetcher.ts";

Deno.test("toFirstOffsets tells a time that is newer than all records from a broker without times", () => {
  const found = new Map([[0, 0], [1, 7], [2, -1], [3, NaN], [4, -1]]);
  const ofAnyTime = new Map([[0, 0], [1, 5], [2, 3], [3, NaN], [4, -1]]);
  assertEquals([...toFirstOffsets(found, ofAnyTime)], [[0, 0], [1, 7], [2, Infinity]]);
});

// kafkajs keeps the timer of a retry after it was disconnected.
const LEAVES_TIMERS = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "KafkaFetcher fails where nobody listens, again and again, and once it is closed",
  LEAVES_TIMERS,
  async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const fetcher = new KafkaFetcher({
      config: {
        brokers: [`127.0.0.1:${port}`],
        tls: false,
        sasl: undefined,
        compression: "gzip",
        topicPartitions: 6,
        connectTimeoutMs: 100,
        requestTimeoutMs: 100,
        sessionTimeoutMs: 300,
        outboxEventsMax: 1,
        outboxLengthMax: 1,
      },
      clientId: "test",
      log: silentLog,
    });
    const offsets = new Map([[0, 0]]);
    await assertRejects(() => fetcher.ranges("topic"), Error, "Cannot read from Kafka");
    await assertRejects(() => fetcher.fetch("topic", offsets), Error, "Cannot read from Kafka");
    await fetcher.close();
    await assertRejects(() => fetcher.ranges("topic"), Error, "it is closed");
  },
);
