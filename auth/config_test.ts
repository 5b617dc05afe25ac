import { assert, assertEquals, assertThrows } from "@std/assert";
import { AUTH_RPC_DEADLINE_MS } from "../core/auth/auth_client.ts";
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
    hashWaitMs: 8_000,
    uniformFailures: false,
    accessTokenTtlS: 900,
    refreshTokenTtlS: 2_592_000,
    accountFailuresFree: 5,
    addressFailuresFree: 30,
    tls: undefined,
    proxyProtocol: undefined,
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
      ["AUTH_THROTTLE_ACCOUNT_FAILURES", "10"],
      ["AUTH_THROTTLE_ADDRESS_FAILURES", "11"],
      ["AUTH_TLS_CERT", "/tls/cert.pem"],
      ["AUTH_TLS_KEY", "/tls/key.pem"],
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
  assertEquals(config.accountFailuresFree, 10);
  assertEquals(config.addressFailuresFree, 11);
  assertEquals(config.tls, { certFile: "/tls/cert.pem", keyFile: "/tls/key.pem" });
  assertEquals(config.seedAccounts, true);
});

Deno.test("AuthConfig names every bad variable", () => {
  const env = new Map([
    ["AUTH_TCP_PORT", "x"],
    ["AUTH_HASHES_IN_FLIGHT_MAX", "0"],
    ["AUTH_TLS_CERT", "/tls/cert.pem"],
  ]);
  const error = assertThrows(() => parseAuthConfig(env), ConfigError);
  assertEquals(error.message.split("\n"), [
    'Cannot read AUTH_TCP_PORT: must be 0..65535, is "x"',
    'Cannot read AUTH_HASHES_IN_FLIGHT_MAX: must be 1..1024, is "0"',
    'Cannot read AUTH_TLS_KEY: must be set where the other one of the two is, is ""',
  ]);
});

Deno.test("AuthConfig lets nobody wait longer for a hash than callers wait for auth", () => {
  const env = new Map([["AUTH_HASH_WAIT_MS", String(AUTH_RPC_DEADLINE_MS)]]);
  assertEquals(
    assertThrows(() => parseAuthConfig(env), ConfigError).message,
    'Cannot read AUTH_HASH_WAIT_MS: must be 10..9000, is "10000"',
  );
  assert(parseAuthConfig(new Map()).hashWaitMs < AUTH_RPC_DEADLINE_MS);
});

Deno.test("AuthConfig believes a proxy only where it is told to, and never together with TLS", () => {
  const proxy = parseAuthConfig(
    new Map([["AUTH_PROXY_PROTOCOL", "true"], ["AUTH_PROXY_TRUSTED", "10.0.0.0/8"]]),
  ).proxyProtocol;
  assertEquals([proxy?.trusted.has("10.1.2.3"), proxy?.trusted.has("127.0.0.1")], [true, false]);
  const env = new Map([
    ["AUTH_PROXY_PROTOCOL", "true"],
    ["AUTH_PROXY_TRUSTED", "10.0.0.0/33"],
    ["AUTH_TLS_CERT", "/tls/cert.pem"],
    ["AUTH_TLS_KEY", "/tls/key.pem"],
  ]);
  assertEquals(assertThrows(() => parseAuthConfig(env), ConfigError).message.split("\n"), [
    "Cannot read AUTH_PROXY_TRUSTED: must be addresses or ranges such as 10.0.0.0/8 between commas, " +
    'is "10.0.0.0/33"',
    'Cannot read AUTH_PROXY_PROTOCOL: must be false where AUTH_TLS_CERT is set, is "true"',
  ]);
});
