import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../core/config.ts";
import { parseStatusConfig } from "./config.ts";

Deno.test("StatusConfig has the documented defaults", () => {
  const config = parseStatusConfig(new Map());
  assertEquals(config, {
    serverId: "status-1",
    listenHost: "0.0.0.0",
    opsHost: "127.0.0.1",
    opsPort: 8004,
    drainMs: config.drainMs,
    httpPort: 8090,
    updateIntervalS: 600,
    cacheTtlS: 900,
    readTimeoutMs: 2000,
  });
});

Deno.test("StatusConfig reads every variable", () => {
  const config = parseStatusConfig(
    new Map([
      ["STATUS_HTTP_PORT", "0"],
      ["STATUS_OPS_PORT", "1"],
      ["STATUS_UPDATE_INTERVAL", "2"],
      ["STATUS_CACHE_TTL", "3"],
      ["STATUS_READ_TIMEOUT_MS", "40"],
    ]),
  );
  assertEquals(config.httpPort, 0);
  assertEquals(config.opsPort, 1);
  assertEquals(config.updateIntervalS, 2);
  assertEquals(config.cacheTtlS, 3);
  assertEquals(config.readTimeoutMs, 40);
});

Deno.test("StatusConfig names every bad variable", () => {
  const env = new Map([
    ["STATUS_HTTP_PORT", "x"],
    ["STATUS_UPDATE_INTERVAL", "0"],
    ["STATUS_CACHE_TTL", "-1"],
    ["STATUS_READ_TIMEOUT_MS", "60000"],
  ]);
  const error = assertThrows(() => parseStatusConfig(env), ConfigError);
  assertEquals(error.message.split("\n"), [
    'Cannot read STATUS_HTTP_PORT: must be 0..65535, is "x"',
    'Cannot read STATUS_UPDATE_INTERVAL: must be 1..86400, is "0"',
    'Cannot read STATUS_CACHE_TTL: must be 1..604800, is "-1"',
    'Cannot read STATUS_READ_TIMEOUT_MS: must be 10..10000, is "60000"',
  ]);
});
