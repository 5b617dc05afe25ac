import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError, ConfigReader, type Env } from "./config.ts";
import { parseProgramConfig } from "./program_config.ts";

function parsePort(env: Env): { port: number } {
  const reader = new ConfigReader(env);
  return reader.finish({ port: reader.port("PORT", 80) });
}

Deno.test("parseProgramConfig reads a service's settings with its process' and its brokers'", () => {
  const env = new Map([["PORT", "81"], ["DATA_DIR", "/data"], ["REDIS_URL", "redis://there"]]);
  const config = parseProgramConfig(env, parsePort);
  assertEquals(config.service, { port: 81 });
  assertEquals(config.process.dataDir, "/data");
  assertEquals(config.ports.redis?.host.hostname, "there");
});

Deno.test("parseProgramConfig names what is wrong in all of them at once", () => {
  const env = new Map([["PORT", "x"], ["LOG_LEVEL", "LOUD"], ["NATS_URL", "http://there"]]);
  const { message } = assertThrows(() => parseProgramConfig(env, parsePort), ConfigError);
  const names = message.split("\n").map((line) => /^Cannot read (\w+):/.exec(line)?.[1]);
  assertEquals(names, ["PORT", "LOG_LEVEL", "NATS_URL"]);
});
