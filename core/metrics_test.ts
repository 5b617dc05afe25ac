import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Metrics } from "./metrics.ts";

Deno.test("Metrics reports counters, with and without a label, as often as it is asked", async () => {
  const metrics = new Metrics({ process: false });
  const plain = metrics.counter({ name: "plain_total", help: "h" });
  const labelled = metrics.counters({
    name: "labelled_total",
    help: "h",
    label: "reason",
    values: ["a", "b"],
  });
  plain.inc();
  plain.inc(4);
  labelled.a.inc(2);
  assertEquals([plain.value, labelled.a.value, labelled.b.value], [5, 2, 0]);
  for (let turn = 0; turn < 2; turn++) {
    const text = await metrics.text();
    assertStringIncludes(text, "plain_total 5\n");
    assertStringIncludes(text, 'labelled_total{reason="a"} 2\n');
    assertStringIncludes(text, 'labelled_total{reason="b"} 0\n');
  }
});

Deno.test("Metrics reads gauges when it is asked", async () => {
  const metrics = new Metrics({ process: false });
  let value = 1;
  metrics.gauge({ name: "now_count", help: "h" }, () => value);
  metrics.gauges(
    { name: "each_count", help: "h", label: "part", values: ["x", "y"] },
    (part) => part === "x" ? value : -value,
  );
  value = 7;
  const text = await metrics.text();
  assertStringIncludes(text, "now_count 7\n");
  assertStringIncludes(text, 'each_count{part="x"} 7\n');
  assertStringIncludes(text, 'each_count{part="y"} -7\n');
});

Deno.test("Metrics counts values by size", async () => {
  const metrics = new Metrics({ process: false });
  const plain = metrics.histogram({ name: "took_seconds", help: "h" }, [0.1, 1]);
  const labelled = metrics.histograms(
    { name: "each_seconds", help: "h", label: "route", values: ["r"] },
    [1],
  );
  for (const value of [0.05, 0.5, 5]) plain.observe(value);
  labelled.r.observe(0.5);
  const text = await metrics.text();
  assertStringIncludes(text, 'took_seconds_bucket{le="0.1"} 1\n');
  assertStringIncludes(text, 'took_seconds_bucket{le="1"} 2\n');
  assertStringIncludes(text, "took_seconds_count 3\n");
  assertStringIncludes(text, 'each_seconds_bucket{le="1",route="r"} 1\n');
});

Deno.test("Metrics reports what services share beside a service's own", async () => {
  const shared = new Metrics({ process: false });
  shared.counter({ name: "shared_total", help: "h" }).inc(3);
  const own = new Metrics({ process: false, shared });
  own.counter({ name: "own_total", help: "h" }).inc();
  const text = await own.text();
  assertStringIncludes(text, "shared_total 3\n");
  assertStringIncludes(text, "own_total 1\n");
  assert(!(await shared.text()).includes("own_total"));
});

Deno.test("Metrics reports the process where it is asked to", async () => {
  const text = await new Metrics({ process: true }).text();
  assertMatch(text, /^process_resident_memory_bytes [1-9]\d{6,}$/m);
  assertEquals(new Metrics({ process: false }).contentType.startsWith("text/plain"), true);
});
