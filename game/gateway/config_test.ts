import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../core/config.ts";
import { parseGatewayConfig } from "./config.ts";

Deno.test("parseGatewayConfig has the documented defaults", () => {
  const config = parseGatewayConfig(new Map());
  assertEquals([config.httpPort, config.opsPort, config.serverId], [8080, 8002, "gateway-1"]);
  assertEquals([config.corsOrigins, config.requestsPerSecond], [[], 20]);
  assertEquals(config.accountRequestsPerSecond, 10);
});

Deno.test("parseGatewayConfig reads origins between commas", () => {
  const originsOf = (text: string): readonly string[] =>
    parseGatewayConfig(new Map([["GATEWAY_CORS_ORIGINS", text]])).corsOrigins;
  assertEquals(originsOf("*"), ["*"]);
  assertEquals(originsOf("https://a.example, http://localhost:3000,"), [
    "https://a.example",
    "http://localhost:3000",
  ]);
});

Deno.test("parseGatewayConfig names every bad variable at once", () => {
  const env = new Map([
    ["GATEWAY_CORS_ORIGINS", "https://a.example/"],
    ["GATEWAY_REQUESTS_PER_SECOND", "0"],
    ["GATEWAY_ACCOUNT_REQUESTS_PER_SECOND", "-1"],
  ]);
  const error = assertThrows(() => parseGatewayConfig(env), ConfigError);
  assertEquals(error.message.split("\n"), [
    "Cannot read GATEWAY_CORS_ORIGINS: must be * or at most 100 origins between commas, " +
    'is "https://a.example/"',
    'Cannot read GATEWAY_REQUESTS_PER_SECOND: must be 1..1000000, is "0"',
    'Cannot read GATEWAY_ACCOUNT_REQUESTS_PER_SECOND: must be 1..1000000, is "-1"',
  ]);
});

Deno.test("parseGatewayConfig takes a long token for operators, and tells nobody a bad one", () => {
  const parse = (token: string): string | undefined =>
    parseGatewayConfig(new Map([["GATEWAY_OPS_TOKEN", token]])).opsToken;
  const good = "Aa0._~-".repeat(5);
  assertEquals([parse(good), parse("")], [good, undefined]);
  for (const bad of ["short-secret", `${good} x`, "é".repeat(40), "s".repeat(1_025)]) {
    const { message } = assertThrows(() => parse(bad), ConfigError);
    assertEquals(message.includes(bad), false);
    assertEquals(message.startsWith("Cannot read GATEWAY_OPS_TOKEN: must be 32..1024"), true);
  }
});
