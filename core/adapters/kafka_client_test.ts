import { assertEquals, assertRejects } from "@std/assert";
import { once } from "node:events";
import process from "node:process";
import ConsumerRunner from "kafkajs/src/consumer/runner.js";
import RequestQueue from "kafkajs/src/network/requestQueue/index.js";
import { openLog, silentLog } from "../log.ts";
import { toKafkaSettings } from "./kafka_client.ts";
import type { KafkaConfig } from "./kafka_config.ts";

const CONFIG: KafkaConfig = {
  brokers: ["kafka:9092"],
  tls: true,
  sasl: { mechanism: "plain", username: "tanks", password: "secret" },
  compression: "gzip",
  topicPartitions: 6,
  connectTimeoutMs: 100,
  requestTimeoutMs: 200,
  sessionTimeoutMs: 300,
  outboxEventsMax: 1,
  outboxLengthMax: 1,
};

// kafkajs keeps the timer of a retry after it was disconnected.
const LEAVES_TIMERS = { sanitizeOps: false, sanitizeResources: false };

Deno.test("toKafkaSettings gives kafkajs what was configured, and credentials only where there are any", () => {
  const options = { config: CONFIG, clientId: "game-1", log: silentLog };
  const settings = toKafkaSettings(options);
  assertEquals(settings.brokers, ["kafka:9092"]);
  assertEquals(settings.clientId, "game-1");
  assertEquals(settings.ssl, true);
  assertEquals(settings.sasl, CONFIG.sasl);
  assertEquals([settings.connectionTimeout, settings.requestTimeout], [100, 200]);
  const config = { ...CONFIG, sasl: undefined, tls: false };
  assertEquals("sasl" in toKafkaSettings({ ...options, config }), false);
});

Deno.test("toKafkaSettings sends what kafkajs says to our log, at DEBUG", () => {
  const lines: string[] = [];
  const log = openLog({
    name: "test",
    level: "DEBUG",
    format: "json",
    write: (line) => lines.push(line),
  });
  const { logCreator } = toKafkaSettings({ config: CONFIG, clientId: "game-1", log });
  logCreator()({ namespace: "Connection", label: "ERROR", log: { message: "refused" } });
  const { level, event, namespace, label, message } = JSON.parse(lines[0] ?? "");
  assertEquals([level, event], ["DEBUG", "kafka_client"]);
  assertEquals([namespace, label, message], ["Connection", "ERROR", "refused"]);
});

Deno.test(
  "kafkajs sets no timer in the past, and other warnings are still heard",
  LEAVES_TIMERS,
  async () => {
    const heard: string[] = [];
    const listen = ({ name }: Error): void => void heard.push(name);
    process.on("warning", listen);
    const queue = new RequestQueue({
      maxInFlightRequests: 1,
      requestTimeout: 1_000,
      clientId: "test",
      broker: "none",
      logger: { debug: () => {} },
    });
    queue.scheduleCheckPendingRequests();
    const warned = once(process, "warning");
    process.emitWarning("is heard", "TestWarning");
    await warned;
    queue.destroy();
    process.off("warning", listen);
    assertEquals(heard, ["TestWarning"]);
  },
);

Deno.test("kafkajs lets no fetcher go on whose consumer has stopped", async () => {
  const logger = { namespace: () => logger, debug: () => {}, info: () => {} };
  const runner = new ConsumerRunner({ logger, consumerGroup: { getNodeIds: () => [1] } });
  await assertRejects(() => runner.fetch(1), Error, "the consumer has stopped");
  // It was begun by its manager just as the consumer stopped.
  await assertRejects(() => runner.fetchManager.start(), Error, "the consumer has stopped");
});
