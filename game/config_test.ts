import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../core/config.ts";
import { parseGameConfig } from "./config.ts";

Deno.test("parseGameConfig has the documented defaults", () => {
  const config = parseGameConfig(new Map());
  assertEquals([config.udpPort, config.tcpPort, config.opsPort], [9999, 8889, 8001]);
  assertEquals([config.tickRate, config.jsonSnapshotRate], [30, 15]);
  assertEquals([config.allowGuests, config.commandRoute], [false, "direct"]);
  assertEquals(config.udpBackend, "auto");
});

Deno.test("parseGameConfig names every bad variable at once", () => {
  const env = new Map([
    ["SERVER_ID", "two words"],
    ["GAME_TICK_RATE", "9"],
    ["GAME_PUBLIC_HOST", "h".repeat(129)],
    ["GAME_UDP_BACKEND", "raw"],
    ["GAME_COMMAND_ROUTE", "pigeon"],
  ]);
  const error = assertThrows(() => parseGameConfig(env), ConfigError);
  assertEquals(error.message.split("\n"), [
    'Cannot read SERVER_ID: must be letters, digits, _ and - with single dots, is "two words"',
    `Cannot read GAME_PUBLIC_HOST: must have at most 128 bytes, is "${"h".repeat(129)}"`,
    'Cannot read GAME_UDP_BACKEND: must be one of auto, datagram, mmsg, is "raw"',
    'Cannot read GAME_TICK_RATE: must be 10..60, is "9"',
    'Cannot read GAME_COMMAND_ROUTE: must be one of direct, broker, is "pigeon"',
  ]);
});

Deno.test("parseGameConfig takes as public host what MOVED can carry, in bytes", () => {
  for (
    const [host, isTaken] of [["h".repeat(128), true], ["é".repeat(64), true], [
      "é".repeat(65),
      false,
    ]] as const
  ) {
    const parse = (): string | undefined =>
      parseGameConfig(new Map([["GAME_PUBLIC_HOST", host]])).publicHost;
    if (isTaken) assertEquals(parse(), host);
    else assertThrows(parse, ConfigError, "must have at most 128 bytes");
  }
});
