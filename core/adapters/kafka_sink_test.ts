import { assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import { EventRejected, type SinkEvent } from "../ports/event_sink.ts";
import type { KafkaConfig } from "./kafka_config.ts";
import { KafkaSink } from "./kafka_sink.ts";
import { toTopicMessages } from "./kafka_topic_messages.ts";

const EVENT: SinkEvent = { topic: "a", key: "k", eventId: "id", atMs: 1_000, value: "{}" };

/** A sink on a server that is not Kafka. */
function openSink(port: number): KafkaSink {
  const config: KafkaConfig = {
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
  };
  return new KafkaSink({ config, clientId: "test", clock: systemClock, log: silentLog });
}

/** A port at which nobody listens. */
function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

// kafkajs keeps the timer of a retry after it was disconnected.
const LEAVES_TIMERS = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "KafkaSink rejects for good what no topic can be called, without asking anybody",
  LEAVES_TIMERS,
  async () => {
    const sink = openSink(closedPort());
    for (const topic of ["", ".", "..", "a b", "ö", "a".repeat(250)]) {
      await assertRejects(() => sink.deliver([EVENT, { ...EVENT, topic }]), EventRejected);
    }
    await sink.close();
  },
);

Deno.test(
  "KafkaSink fails for now where nobody listens, again and again",
  LEAVES_TIMERS,
  async () => {
    const sink = openSink(closedPort());
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await assertRejects(
        () => sink.deliver([EVENT]),
        Error,
        "Cannot write to Kafka",
      );
      assertEquals(error instanceof EventRejected, false);
      await assertRejects(() => sink.check(), Error, "Cannot reach Kafka");
    }
    await sink.close();
    await assertRejects(() => sink.deliver([EVENT]), Error);
  },
);

Deno.test(
  "KafkaSink lets nobody wait for a server that never answers, once it is closed",
  LEAVES_TIMERS,
  async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accepted = Promise.withResolvers<void>();
    const connections: Deno.Conn[] = [];
    const accepting = (async (): Promise<void> => {
      for await (const connection of listener) {
        connections.push(connection);
        accepted.resolve();
      }
    })().catch(() => {
      // It was closed.
    });
    const sink = openSink(listener.addr.port);
    const delivering = assertRejects(() => sink.deliver([EVENT]), Error);
    await accepted.promise;
    await sink.close();
    await sink.close();
    await delivering;
    listener.close();
    await accepting;
    for (const connection of connections) connection.close();
  },
);

Deno.test("toTopicMessages keeps each topic's order and says when, and which event it is", () => {
  const events = [
    EVENT,
    { ...EVENT, topic: "b", eventId: undefined },
    { ...EVENT, key: "other", atMs: 2_000, value: '{"a":1}' },
  ];
  assertEquals(toTopicMessages(events), [
    {
      topic: "a",
      messages: [
        { key: "k", value: "{}", timestamp: "1000", headers: { event_id: "id" } },
        { key: "other", value: '{"a":1}', timestamp: "2000", headers: { event_id: "id" } },
      ],
    },
    { topic: "b", messages: [{ key: "k", value: "{}", timestamp: "1000" }] },
  ]);
});
