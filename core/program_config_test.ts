import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError, ConfigReader, type Env } from "./config.ts";
import { parseProgramConfig } from "./program_config.ts";

function parseConfig(env: Env): { port: number } {
  const reader = new ConfigReader(env);
  return reader.finish({ port: reader.port("PORT", 80) });
}

Deno.test("parseProgramConfig reads a service's settings with its process' and its brokers'", () => {
  const env = new Map([["PORT", "81"], ["DATA_DIR", "/data"], ["REDIS_URL", "redis://there"]]);
  const config = parseProgramConfig(env, { parseConfig });
  assertEquals(config.service, { port: 81 });
  assertEquals(config.process.dataDir, "/data");
  assertEquals(config.ports.redis?.host.hostname, "there");
});

Deno.test("parseProgramConfig names what is wrong in all of them at once", () => {
  const env = new Map([["PORT", "x"], ["LOG_LEVEL", "LOUD"], ["NATS_URL", "http://there"]]);
  const { message } = assertThrows(() => parseProgramConfig(env, { parseConfig }), ConfigError);
  const names = message.split("\n").map((line) => /^Cannot read (\w+):/.exec(line)?.[1]);
  assertEquals(names, ["PORT", "LOG_LEVEL", "NATS_URL"]);
});

Deno.test("parseProgramConfig reads nothing of what stands behind a port that is not opened", () => {
  const env = new Map([
    ["PORT", "81"],
    ["NATS_URL", "http://there"],
    ["DATABASE_URL", "postgres://tanks:secret@there/tanks"],
    ["REDIS_URL", "redis://there"],
  ]);
  const read = new Set<string>();
  const watched: Env = { get: (name) => (read.add(name), env.get(name)) };
  const { ports } = parseProgramConfig(watched, { parseConfig, ports: ["kvStore", "rpc"] });
  assertEquals([ports.redis?.host.hostname, ports.postgres, ports.nats], [
    "there",
    undefined,
    undefined,
  ]);
  assertEquals(["NATS_URL", "DATABASE_URL"].filter((name) => read.has(name)), []);
  assertEquals(["REDIS_URL", "RABBITMQ_URL"].filter((name) => !read.has(name)), []);
});
