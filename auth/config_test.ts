import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../core/config.ts";
import { parseAuthConfig } from "./config.ts";

Deno.test("AuthConfig has the documented defaults", () => {
  const config = parseAuthConfig(new Map());
  assertEquals(config, {
    serverId: "auth-1",
    listenHost: "0.0.0.0",
    opsHost: "127.0.0.1",
    opsPort: 8000,
    drainMs: config.drainMs,
    tcpPort: 8888,
    connectionsMax: 10_000,
    connectionsPerAddressMax: 256,
    idleTimeoutMs: 30_000,
    hashesInFlightMax: navigator.hardwareConcurrency,
    hashQueueMax: 256,
    hashWaitMs: 30_000,
    uniformFailures: false,
    accessTokenTtlS: 900,
    refreshTokenTtlS: 2_592_000,
    seedAccounts: false,
  });
});

Deno.test("AuthConfig reads every variable", () => {
  const config = parseAuthConfig(
    new Map([
      ["AUTH_TCP_PORT", "0"],
      ["AUTH_OPS_PORT", "1"],
      ["AUTH_CONNECTIONS_MAX", "2"],
      ["AUTH_CONNECTIONS_PER_ADDRESS_MAX", "3"],
      ["AUTH_IDLE_TIMEOUT_MS", "40"],
      ["AUTH_HASHES_IN_FLIGHT_MAX", "5"],
      ["AUTH_HASH_QUEUE_MAX", "6"],
      ["AUTH_HASH_WAIT_MS", "70"],
      ["AUTH_UNIFORM_FAILURES", "true"],
      ["AUTH_ACCESS_TOKEN_TTL_S", "8"],
      ["AUTH_REFRESH_TOKEN_TTL_S", "9"],
      ["AUTH_SEED_ACCOUNTS", "true"],
    ]),
  );
  assertEquals(config.tcpPort, 0);
  assertEquals(config.opsPort, 1);
  assertEquals(config.connectionsMax, 2);
  assertEquals(config.connectionsPerAddressMax, 3);
  assertEquals(config.idleTimeoutMs, 40);
  assertEquals(config.hashesInFlightMax, 5);
  assertEquals(config.hashQueueMax, 6);
  assertEquals(config.hashWaitMs, 70);
  assertEquals(config.uniformFailures, true);
  assertEquals(config.accessTokenTtlS, 8);
  assertEquals(config.refreshTokenTtlS, 9);
  assertEquals(config.seedAccounts, true);
});

Deno.test("AuthConfig names every bad variable", () => {
  const env = new Map([["AUTH_TCP_PORT", "x"], ["AUTH_HASHES_IN_FLIGHT_MAX", "0"]]);
  const error = assertThrows(() => parseAuthConfig(env), ConfigError);
  assertEquals(error.message.split("\n"), [
    'Cannot read AUTH_TCP_PORT: must be 0..65535, is "x"',
    'Cannot read AUTH_HASHES_IN_FLIGHT_MAX: must be 1..1024, is "0"',
  ]);
});
