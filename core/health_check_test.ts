import { assertEquals, assertStringIncludes } from "@std/assert";
import { systemClock } from "./clock.ts";
import { Health } from "./health.ts";
import { checkHealth } from "./health_check.ts";
import { silentLog } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { startOpsServer } from "./ops_server.ts";

const DEADLINE_MS = 10_000;

Deno.test("checkHealth says what an ops server that listens everywhere says", async () => {
  const health = new Health();
  const context = {
    health,
    log: silentLog,
    clock: systemClock,
    metrics: new Metrics({ process: false }),
  };
  const ops = startOpsServer({ hostname: "0.0.0.0", port: 0 }, context);
  const { hostname, port } = ops.addresses.http;
  const check = () => checkHealth({ hostname, port, deadlineMs: DEADLINE_MS });
  try {
    const starting = await check();
    assertEquals(starting.ready, false);
    assertEquals(JSON.parse(starting.text), { status: "not_ready", down: { service: "starting" } });
    health.markStarted();
    assertEquals((await check()).ready, true);
    health.markDown("kv_store", "gone", { required: true });
    assertStringIncludes((await check()).text, '"kv_store":"gone"');
  } finally {
    await ops.close();
  }
  const ended = await check();
  assertEquals(ended.ready, false);
  assertStringIncludes(ended.text, `Cannot ask http://127.0.0.1:${port}/readyz`);
});

Deno.test("checkHealth gives up on a server that never answers", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const { ready, text } = await checkHealth({ hostname: "127.0.0.1", port, deadlineMs: 50 });
  assertEquals(ready, false);
  assertStringIncludes(text, "Cannot ask");
});
