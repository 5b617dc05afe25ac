import { assertEquals, assertStringIncludes } from "@std/assert";
import { systemClock } from "./clock.ts";
import { Health } from "./health.ts";
import { silentLog } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { startOpsServer } from "./ops_server.ts";

Deno.test("the ops server says how the service is, and what it has counted", async () => {
  const metrics = new Metrics({ process: false });
  metrics.counter({ name: "seen_total", help: "h" }).inc(3);
  const health = new Health();
  const context = { log: silentLog, clock: systemClock, metrics, health };
  const server = startOpsServer({ hostname: "127.0.0.1", port: 0 }, context);
  const { hostname, port } = server.addresses.http;
  const ask = async (path: string): Promise<[number, string]> => {
    const response = await fetch(`http://${hostname}:${port}${path}`);
    return [response.status, await response.text()];
  };
  try {
    assertEquals(await ask("/livez"), [200, '{"status":"ok"}']);
    assertEquals(await ask("/readyz"), [
      503,
      '{"status":"not_ready","down":{"service":"starting"}}',
    ]);
    health.markStarted();
    health.markDown("event_log", "disk is full", { required: false });
    assertEquals(await ask("/readyz"), [
      200,
      '{"status":"ready","down":{"event_log":"disk is full"}}',
    ]);
    const [status, text] = await ask("/metrics");
    assertEquals(status, 200);
    assertStringIncludes(text, "seen_total 3");
    const [missing, body] = await ask("/accounts");
    assertEquals(missing, 404);
    assertEquals(JSON.parse(body).error.code, "not_found");
  } finally {
    await server.close();
  }
});
