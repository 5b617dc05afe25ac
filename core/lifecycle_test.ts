import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ConfigError } from "./config.ts";
import { logAddresses, openContext } from "./lifecycle.ts";
import { openLog } from "./log.ts";
import { parseProcessConfig } from "./service_config.ts";

// That a process starts, ends on a signal and says what is wrong is tested on real ones in tests/e2e.

Deno.test("parseProcessConfig reads the process' settings, or says what is wrong with them", () => {
  assertEquals(parseProcessConfig(new Map([["DATA_DIR", "/var/lib/tanks"]])), {
    logLevel: "INFO",
    logFormat: "auto",
    dataDir: "/var/lib/tanks",
  });
  assertThrows(
    () => parseProcessConfig(new Map([["LOG_LEVEL", "LOUD"]])),
    ConfigError,
    "LOG_LEVEL",
  );
});

Deno.test("services of one process share its health and metrics, and have their own", async () => {
  const config = parseProcessConfig(new Map());
  const shared = openContext("all", config);
  const own = openContext("auth", config, shared);
  own.health.markStarted();
  assert(own.health.report().ready);
  shared.health.markDown("event_log", "gone", { required: true });
  assertEquals(own.health.report().down, { event_log: "gone" });
  shared.metrics.counter({ name: "shared_total", help: "h" }).inc();
  assertStringIncludes(await own.metrics.text(), "shared_total 1");
  own.metrics.counter({ name: "own_total", help: "h" }).inc();
  assertEquals((await shared.metrics.text()).includes("own_total"), false);
});

Deno.test("logAddresses writes a line for each address", () => {
  const lines: string[] = [];
  const log = openLog({
    name: "test",
    level: "INFO",
    format: "json",
    write: (line) => lines.push(line),
  });
  logAddresses(log, {
    addresses: { tcp: { transport: "tcp", hostname: "127.0.0.1", port: 8888 } },
    close: () => Promise.resolve(),
  });
  const { event, name, address } = JSON.parse(lines[0] ?? "{}");
  assertEquals([lines.length, event, name, address], [1, "listening", "tcp", "127.0.0.1:8888"]);
});
