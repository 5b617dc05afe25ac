import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError, ConfigReader } from "../config.ts";
import { readAddressRanges, readProxyProtocol } from "./proxy_protocol_config.ts";

function trustOf(env: Readonly<Record<string, string>>, address: string): boolean | undefined {
  const reader = new ConfigReader(new Map(Object.entries(env)));
  return reader.finish(readProxyProtocol(reader, "GAME"))?.trusted.has(address);
}

Deno.test("readProxyProtocol trusts this machine by default, and nobody where it is off", () => {
  const on = { GAME_PROXY_PROTOCOL: "true" };
  assertEquals(trustOf({}, "127.0.0.1"), undefined);
  assertEquals([trustOf(on, "127.0.0.1"), trustOf(on, "::1"), trustOf(on, "10.0.0.1")], [
    true,
    true,
    false,
  ]);
  const elsewhere = { ...on, GAME_PROXY_TRUSTED: "10.0.0.0/8" };
  assertEquals([trustOf(elsewhere, "10.0.0.1"), trustOf(elsewhere, "127.0.0.1")], [true, false]);
});

Deno.test("readAddressRanges names a list that it cannot read", () => {
  const reader = new ConfigReader(new Map([["PROXIES", "10.0.0.1, somebody"]]));
  assertEquals(readAddressRanges(reader, "PROXIES", "").has("10.0.0.1"), false);
  const { message } = assertThrows(() => reader.finish({}), ConfigError);
  assertEquals(
    message,
    "Cannot read PROXIES: must be addresses or ranges such as 10.0.0.0/8 between commas, " +
      'is "10.0.0.1, somebody"',
  );
});
