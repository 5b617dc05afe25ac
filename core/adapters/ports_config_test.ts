import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../config.ts";
import { EMBEDDED_PORTS, parsePortsConfig } from "./ports_config.ts";

Deno.test("without addresses everything is embedded", () => {
  assertEquals(parsePortsConfig(new Map()), EMBEDDED_PORTS);
});

Deno.test("an address chooses the real one, and USE_MOCKS the embedded one all the same", () => {
  const env = new Map([
    ["KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092"],
    ["DATABASE_URL", "postgres://tanks@127.0.0.1/tanks"],
    ["DB_HOST", "127.0.0.1"],
    ["RABBITMQ_HOST", "127.0.0.1"],
    ["NATS_URL", "nats://127.0.0.1:4222"],
    ["REDIS_URL", "redis://127.0.0.1:6379"],
  ]);
  const { kafka, postgres, mysql, nats, redis, rabbitmq } = parsePortsConfig(env);
  assertEquals(kafka?.brokers, ["127.0.0.1:9092"]);
  assertEquals([postgres?.host, postgres?.database], ["127.0.0.1", "tanks"]);
  assertEquals(mysql?.host, "127.0.0.1");
  assertEquals([nats, redis, rabbitmq].includes(undefined), false);
  env.set("USE_MOCKS", "true");
  assertEquals(parsePortsConfig(env), EMBEDDED_PORTS);
});

Deno.test("what the embedded event log keeps can be set, with mocks too", () => {
  assertEquals(EMBEDDED_PORTS.eventRetention, {
    ageMaxMs: 7 * 24 * 3_600_000,
    bytesMax: 4 * 1024 ** 3,
  });
  const env = new Map([["EVENT_LOG_RETENTION_HOURS", "2"], ["EVENT_LOG_BYTES_MAX", "16777216"]]);
  const expected = { ageMaxMs: 7_200_000, bytesMax: 16_777_216 };
  assertEquals(parsePortsConfig(env).eventRetention, expected);
  assertEquals(parsePortsConfig(env, ["rpc"]).eventRetention, EMBEDDED_PORTS.eventRetention);
  env.set("USE_MOCKS", "true");
  assertEquals(parsePortsConfig(env).eventRetention, expected);
  env.set("EVENT_LOG_RETENTION_HOURS", "0").set("EVENT_LOG_BYTES_MAX", "1");
  const { message } = assertThrows(() => parsePortsConfig(env), ConfigError);
  assertEquals(message.split("\n").length, 2);
});

Deno.test("every bad address is named at once", () => {
  const env = new Map([["KAFKA_BOOTSTRAP_SERVERS", "http://kafka"], ["DATABASE_URL", "nowhere"]]);
  const { message } = assertThrows(() => parsePortsConfig(env), ConfigError);
  assertEquals(message.split("\n").map((line) => line.split(":")[0]), [
    "Cannot read KAFKA_BOOTSTRAP_SERVERS",
    "Cannot read DATABASE_URL",
  ]);
});
