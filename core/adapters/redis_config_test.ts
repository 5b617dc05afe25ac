import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError, ConfigReader } from "../config.ts";
import { describeRedis, parseRedisUrl, readRedisConfig, type RedisConfig } from "./redis_config.ts";

const PLAIN: RedisConfig = {
  host: { hostname: "cache", port: 6379 },
  username: undefined,
  password: undefined,
  database: 0,
  tls: undefined,
  keyPrefix: "",
  connectTimeoutMs: 5_000,
  commandTimeoutMs: 2_000,
  heartbeatMs: 5_000,
};
const NO_FILES = { caFile: undefined, certFile: undefined, keyFile: undefined };

const GOOD: readonly [url: string, expected: Partial<RedisConfig>, shown: string][] = [
  ["redis://cache", {}, "redis://cache:6379/0"],
  ["redis://cache/", {}, "redis://cache:6379/0"],
  ["redis://[::1]:1/7", { host: { hostname: "::1", port: 1 }, database: 7 }, "redis://[::1]:1/7"],
  ["redis://:p%40@cache", { password: "p@" }, "redis://cache:6379/0"],
  ["redis://u:p@cache", { username: "u", password: "p" }, "redis://cache:6379/0"],
  ["redis://cache?key_prefix=a%3A", { keyPrefix: "a:" }, "redis://cache:6379/0"],
  ["rediss://cache", { tls: NO_FILES }, "rediss://cache:6379/0"],
  ["rediss://cache?certfile=c&keyfile=k", {
    tls: { ...NO_FILES, certFile: "c", keyFile: "k" },
  }, "rediss://cache:6379/0"],
  ["redis://cache?connect_timeout_ms=20&command_timeout_ms=30&heartbeat_ms=40", {
    connectTimeoutMs: 20,
    commandTimeoutMs: 30,
    heartbeatMs: 40,
  }, "redis://cache:6379/0"],
];

Deno.test("parseRedisUrl reads host, credentials, database, TLS, prefix and timeouts", () => {
  for (const [url, expected, shown] of GOOD) {
    const result = parseRedisUrl(url);
    assertEquals(result, { ok: true, config: { ...PLAIN, ...expected } }, url);
    if (result.ok) assertEquals(describeRedis(result.config), shown);
  }
});

const BAD: readonly [url: string, rule: string][] = [
  ["http://u:secret@cache", "redis://user:password@host:port/database"],
  ["redis://u:secret@a,b", "must name a host"],
  ["redis://u:secret@a/b", "database within 0..99999"],
  ["redis://u:secret@a/-1", "database within 0..99999"],
  ["redis://u@a", "must have a password"],
  [`redis://u:secret@a?key_prefix=${"x".repeat(101)}`, "at most 100 characters"],
];

function read(variables: Record<string, string>): RedisConfig | undefined {
  const reader = new ConfigReader(new Map(Object.entries(variables)));
  return reader.finish(readRedisConfig(reader));
}

Deno.test("readRedisConfig reads the variable, or finds it unset", () => {
  assertEquals(read({}), undefined);
  assertEquals(read({ REDIS_URL: "redis://cache" }), PLAIN);
});

Deno.test("readRedisConfig names the variable and the rule, and shows no password", () => {
  for (const [url, rule] of BAD) {
    const error = assertThrows(
      () => read({ REDIS_URL: url }),
      ConfigError,
      "Cannot read REDIS_URL",
    );
    assertEquals(error.message.includes(rule), true, error.message);
    assertEquals(error.message.includes("secret"), false, error.message);
  }
});
