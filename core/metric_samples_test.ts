import { assertEquals } from "@std/assert";
import { tryHistogram } from "./metric_samples.ts";
import { Metrics } from "./metrics.ts";

Deno.test("Metrics reads the samples of one metric, own or shared", async () => {
  const shared = new Metrics({ process: false });
  const metrics = new Metrics({ process: false, shared });
  const reasons = { name: "drops_total", help: "h", label: "reason", values: ["a", "b"] } as const;
  metrics.counters(reasons).b.inc(3);
  shared.gauge({ name: "depth", help: "h" }, () => 7);
  assertEquals(
    (await metrics.samples("drops_total")).map(({ labels, value }) => [labels.reason, value]),
    [["a", 0], ["b", 3]],
  );
  assertEquals(await metrics.samples("depth"), [{ name: "depth", labels: {}, value: 7 }]);
  assertEquals(await metrics.samples("nothing"), []);
});

Deno.test("tryHistogram gives each bucket what is in it alone", async () => {
  const metrics = new Metrics({ process: false });
  const histogram = metrics.histogram({ name: "took_seconds", help: "h" }, [1, 2, 4]);
  for (const value of [0.5, 1.5, 1.5, 8]) histogram.observe(value);
  assertEquals(tryHistogram(await metrics.samples("took_seconds")), {
    bounds: [1, 2, 4],
    counts: [1, 2, 0, 1],
    sum: 11.5,
  });
  assertEquals(tryHistogram([]), undefined);
});
