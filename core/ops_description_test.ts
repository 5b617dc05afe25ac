import { assertEquals } from "@std/assert";
import { Health } from "./health.ts";
import { ManualClock } from "./manual_clock.ts";
import { Metrics } from "./metrics.ts";
import { DESCRIBE_ACTION, describeService, describing } from "./ops_description.ts";

Deno.test("describeService tells what is asked for, and of drops those that there were", async () => {
  const clock = new ManualClock();
  const metrics = new Metrics({ process: false });
  const health = new Health(undefined, clock);
  health.markDown("kafka", "refused", { required: false });
  const labels = { help: "h", label: "broker", values: ["kafka", "nats"] } as const;
  metrics.gauges({ name: "broker_up", ...labels }, (broker) => broker === "nats" ? 1 : 0);
  const drops = { name: "drops_total", help: "h", label: "reason", values: ["a", "b"] } as const;
  metrics.counters(drops).a.inc(2);
  metrics.counter({ name: "done_total", help: "h" }).inc(5);
  metrics.histogram({ name: "took_seconds", help: "h" }, [1]).observe(2);
  const described = await describeService({
    ...{ serverId: "s", metrics, health },
    figures: ["done_total", "unknown"],
    drops: ["drops_total"],
    histograms: ["took_seconds"],
  });
  const { version: _version, ...rest } = described;
  assertEquals<unknown>(rest, {
    server_id: "s",
    ready: false,
    down: [
      { part: "service", reason: "starting", since_ms: clock.nowMs() },
      { part: "kafka", reason: "refused", since_ms: clock.nowMs() },
    ],
    brokers: { kafka: false, nats: true },
    figures: { done_total: 5 },
    drops: { drops_total: { a: 2 } },
    histograms: { took_seconds: { bounds: [1], counts: [0, 1], sum: 2 } },
  });
});

Deno.test("describing answers who asks for a description, and leaves the rest to the service", async () => {
  const metrics = new Metrics({ process: false });
  const describe = (): ReturnType<typeof describeService> =>
    describeService({ serverId: "s", metrics, health: new Health() });
  const handler = describing((request) => Promise.resolve({ echo: request }), describe);
  assertEquals(Object(await handler({ action: DESCRIBE_ACTION })).server_id, "s");
  assertEquals(await handler({ action: "login" }), { echo: { action: "login" } });
});
