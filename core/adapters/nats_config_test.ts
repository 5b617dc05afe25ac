import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError, ConfigReader } from "../config.ts";
import { describeNats, type NatsConfig, parseNatsUrl, readNatsConfig } from "./nats_config.ts";

const PLAIN: NatsConfig = {
  hosts: [{ hostname: "bus", port: 4222 }],
  credentials: { kind: "none" },
  tls: undefined,
  connectTimeoutMs: 5_000,
  heartbeatMs: 5_000,
};
const NO_FILES = { caFile: undefined, certFile: undefined, keyFile: undefined };

const GOOD: readonly [url: string, expected: Partial<NatsConfig>, shown: string][] = [
  ["nats://bus", {}, "nats://bus:4222"],
  ["nats://bus/", {}, "nats://bus:4222"],
  ["nats://a:1,nats://b", {
    hosts: [{ hostname: "a", port: 1 }, { hostname: "b", port: 4222 }],
  }, "nats://a:1,b:4222"],
  ["nats://u:p@bus", {
    credentials: { kind: "password", username: "u", password: "p" },
  }, "nats://bus:4222"],
  ["nats://t%21@bus", { credentials: { kind: "token", token: "t!" } }, "nats://bus:4222"],
  ["tls://bus", { tls: NO_FILES }, "tls://bus:4222"],
  ["tls://bus?cacertfile=ca", { tls: { ...NO_FILES, caFile: "ca" } }, "tls://bus:4222"],
  ["nats://bus?connect_timeout_ms=250&heartbeat_ms=100", {
    connectTimeoutMs: 250,
    heartbeatMs: 100,
  }, "nats://bus:4222"],
];

Deno.test("parseNatsUrl reads hosts, credentials, TLS and timeouts", () => {
  for (const [url, expected, shown] of GOOD) {
    const result = parseNatsUrl(url);
    assertEquals(result, { ok: true, config: { ...PLAIN, ...expected } }, url);
    if (result.ok) assertEquals(describeNats(result.config), shown);
  }
});

function read(variables: Record<string, string>): NatsConfig | undefined {
  const reader = new ConfigReader(new Map(Object.entries(variables)));
  return reader.finish(readNatsConfig(reader));
}

Deno.test("readNatsConfig reads the variable, or finds it unset", () => {
  assertEquals(read({}), undefined);
  assertEquals(read({ NATS_URL: "nats://bus" }), PLAIN);
});

Deno.test("readNatsConfig names the variable that is wrong, and shows no password", () => {
  for (const url of ["http://u:secret@bus", "nats://u:secret@bus/path", "nats://u:secret@"]) {
    const error = assertThrows(() => read({ NATS_URL: url }), ConfigError, "Cannot read NATS_URL");
    assertEquals(error.message.includes("secret"), false, error.message);
  }
});
