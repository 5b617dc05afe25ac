import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../config.ts";
import { EMBEDDED_PORTS, parsePortsConfig } from "./ports_config.ts";

Deno.test("without addresses everything is embedded", () => {
  assertEquals(parsePortsConfig(new Map()), EMBEDDED_PORTS);
});

Deno.test("an address chooses the real one, and USE_MOCKS the embedded one all the same", () => {
  const env = new Map([["KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092"]]);
  assertEquals(parsePortsConfig(env).kafka?.brokers, ["127.0.0.1:9092"]);
  env.set("USE_MOCKS", "true");
  assertEquals(parsePortsConfig(env), EMBEDDED_PORTS);
});

Deno.test("a bad address is named", () => {
  const env = new Map([["KAFKA_BOOTSTRAP_SERVERS", "http://kafka"]]);
  assertThrows(() => parsePortsConfig(env), ConfigError, "KAFKA_BOOTSTRAP_SERVERS");
});
