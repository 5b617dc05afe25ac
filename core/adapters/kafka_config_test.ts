import { assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import { ConfigError, ConfigReader } from "../config.ts";
import { type KafkaConfig, readKafkaConfig } from "./kafka_config.ts";

function read(variables: Readonly<Record<string, string>>): KafkaConfig | undefined {
  const reader = new ConfigReader(new Map(Object.entries(variables)));
  return reader.finish(readKafkaConfig(reader));
}

Deno.test("readKafkaConfig gives nothing where no servers are named", () => {
  assertEquals(read({}), undefined);
  assertEquals(read({ KAFKA_BOOTSTRAP_SERVERS: "", KAFKA_SASL_USERNAME: "left over" }), undefined);
});

Deno.test("readKafkaConfig reads servers, with the default port where none is given", () => {
  const config = read({ KAFKA_BOOTSTRAP_SERVERS: "kafka-1:9093, kafka_2.local ,10.0.0.1" });
  assertEquals(config, {
    brokers: ["kafka-1:9093", "kafka_2.local:9092", "10.0.0.1:9092"],
    tls: false,
    sasl: undefined,
    compression: "gzip",
    topicPartitions: 6,
    connectTimeoutMs: 5_000,
    requestTimeoutMs: 10_000,
    sessionTimeoutMs: 30_000,
    outboxEventsMax: 1_000_000,
    outboxLengthMax: 536_870_912,
  });
});

Deno.test("readKafkaConfig reads TLS, credentials, timeouts and bounds", () => {
  const config = read({
    KAFKA_BOOTSTRAP_SERVERS: "kafka:9094",
    KAFKA_SSL: "true",
    KAFKA_SASL_MECHANISM: "scram-sha-512",
    KAFKA_SASL_USERNAME: "tanks",
    KAFKA_SASL_PASSWORD: "secret",
    KAFKA_COMPRESSION: "none",
    KAFKA_TOPIC_PARTITIONS: "12",
    KAFKA_CONNECT_TIMEOUT_MS: "100",
    KAFKA_REQUEST_TIMEOUT_MS: "200",
    KAFKA_SESSION_TIMEOUT_MS: "6000",
    KAFKA_OUTBOX_EVENTS_MAX: "10",
    KAFKA_OUTBOX_SIZE_MIB: "1",
  });
  assertEquals(config, {
    brokers: ["kafka:9094"],
    tls: true,
    sasl: { mechanism: "scram-sha-512", username: "tanks", password: "secret" },
    compression: "none",
    topicPartitions: 12,
    connectTimeoutMs: 100,
    requestTimeoutMs: 200,
    sessionTimeoutMs: 6_000,
    outboxEventsMax: 10,
    outboxLengthMax: 1_048_576,
  });
});

const BAD: readonly [variable: string, others: Readonly<Record<string, string>>][] = [
  ["KAFKA_BOOTSTRAP_SERVERS", { KAFKA_BOOTSTRAP_SERVERS: "kafka:0" }],
  ["KAFKA_BOOTSTRAP_SERVERS", { KAFKA_BOOTSTRAP_SERVERS: "kafka:70000" }],
  ["KAFKA_BOOTSTRAP_SERVERS", { KAFKA_BOOTSTRAP_SERVERS: "kafka:9092,,other:9092" }],
  ["KAFKA_BOOTSTRAP_SERVERS", { KAFKA_BOOTSTRAP_SERVERS: "kafka://kafka:9092" }],
  ["KAFKA_BOOTSTRAP_SERVERS", { KAFKA_BOOTSTRAP_SERVERS: "a,".repeat(100) + "a" }],
  ["KAFKA_SSL", { KAFKA_SSL: "maybe" }],
  ["KAFKA_SASL_MECHANISM", { KAFKA_SASL_MECHANISM: "gssapi" }],
  ["KAFKA_SASL_MECHANISM", { KAFKA_SASL_USERNAME: "tanks" }],
  ["KAFKA_SASL_USERNAME", { KAFKA_SASL_MECHANISM: "plain", KAFKA_SASL_PASSWORD: "secret" }],
  ["KAFKA_SASL_PASSWORD", { KAFKA_SASL_MECHANISM: "plain", KAFKA_SASL_USERNAME: "tanks" }],
  ["KAFKA_COMPRESSION", { KAFKA_COMPRESSION: "zstd" }],
  ["KAFKA_TOPIC_PARTITIONS", { KAFKA_TOPIC_PARTITIONS: "0" }],
  ["KAFKA_REQUEST_TIMEOUT_MS", { KAFKA_REQUEST_TIMEOUT_MS: "1s" }],
  ["KAFKA_OUTBOX_EVENTS_MAX", { KAFKA_OUTBOX_EVENTS_MAX: "0" }],
];

for (const [variable, others] of BAD) {
  Deno.test(`readKafkaConfig names ${variable} in ${JSON.stringify(others).slice(0, 60)}`, () => {
    const variables = { KAFKA_BOOTSTRAP_SERVERS: "kafka:9092", ...others };
    assertThrows(() => read(variables), ConfigError, `Cannot read ${variable}: `);
  });
}

Deno.test("readKafkaConfig never repeats a password", () => {
  const error = assertThrows(
    () =>
      read({
        KAFKA_BOOTSTRAP_SERVERS: "tanks:secret@kafka:9092",
        KAFKA_SASL_MECHANISM: "plain",
        KAFKA_SASL_PASSWORD: "secret",
      }),
    ConfigError,
  );
  assertStringIncludes(error.message, "KAFKA_BOOTSTRAP_SERVERS");
  assertStringIncludes(error.message, "KAFKA_SASL_USERNAME");
  assertFalse(error.message.includes("secret"));
});
