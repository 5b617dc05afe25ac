import { assertEquals } from "@std/assert";
import { ConfigReader } from "./config.ts";
import { readProcessConfig, readServiceConfig } from "./service_config.ts";

const SERVICE = { prefix: "GAME", opsPort: 8001, serverId: "game-1" };

Deno.test("a service listens everywhere for players and on loopback for operators", () => {
  assertEquals(readServiceConfig(new ConfigReader(new Map()), SERVICE), {
    serverId: "game-1",
    listenHost: "0.0.0.0",
    opsHost: "127.0.0.1",
    opsPort: 8001,
    drainMs: 4_000,
  });
});

Deno.test("the variables of a service and of its process are read", () => {
  const reader = new ConfigReader(
    new Map([
      ["SERVER_ID", "game-7"],
      ["LISTEN_HOST", "::"],
      ["OPS_HOST", "0.0.0.0"],
      ["GAME_OPS_PORT", "0"],
      ["DRAIN_MS", "0"],
      ["LOG_LEVEL", "DEBUG"],
      ["LOG_FORMAT", "text"],
      ["DATA_DIR", "/var/lib/tanks"],
    ]),
  );
  assertEquals(readServiceConfig(reader, SERVICE), {
    serverId: "game-7",
    listenHost: "::",
    opsHost: "0.0.0.0",
    opsPort: 0,
    drainMs: 0,
  });
  assertEquals(readProcessConfig(reader), {
    logLevel: "DEBUG",
    logFormat: "text",
    dataDir: "/var/lib/tanks",
  });
});
