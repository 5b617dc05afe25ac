import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../core/config.ts";
import { parseMatchmakerConfig } from "./config.ts";

Deno.test("parseMatchmakerConfig has the documented defaults", () => {
  const config = parseMatchmakerConfig(new Map());
  assertEquals([config.httpPort, config.opsPort, config.serverId], [8081, 8003, "matchmaker-1"]);
  assertEquals(config.serverTimeoutMs, 15_000);
  assertEquals(config.websocketUrl.href, "ws://127.0.0.1:8080/ws");
});

Deno.test("parseMatchmakerConfig names every bad variable at once", () => {
  const env = new Map([
    ["MATCHMAKER_SERVER_TIMEOUT_MS", "1"],
    ["MATCHMAKER_WEBSOCKET_URL", "http://example.com"],
    ["MATCHMAKER_MODES", '{"x":{}}'],
    ["MATCHMAKER_REGIONS", "[]"],
  ]);
  const error = assertThrows(() => parseMatchmakerConfig(env), ConfigError);
  assertEquals(error.message.split("\n"), [
    'Cannot read MATCHMAKER_SERVER_TIMEOUT_MS: must be 100..600000, is "1"',
    'Cannot read MATCHMAKER_WEBSOCKET_URL: must be a ws: or wss: URL, is "http://example.com"',
    'Cannot read MATCHMAKER_MODES: game_mode of mode x is none, is "{\\"x\\":{}}"',
    'Cannot read MATCHMAKER_REGIONS: must be a JSON object of [latitude, longitude] by region, is "[]"',
  ]);
});
