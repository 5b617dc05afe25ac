import { assertEquals, assertMatch } from "@std/assert";
import { Metrics } from "../../core/metrics.ts";
import { GatewayMetrics } from "./gateway_metrics.ts";

Deno.test("GatewayMetrics counts by known routes and classes of status alone", async () => {
  const metrics = new Metrics({ process: false });
  const counts = new GatewayMetrics(metrics, ["/", "/a"]);
  counts.observe("/a", 201, 4);
  counts.observe("/a", 404, 4);
  counts.observe("/evil", 999, 4);
  counts.observe("unmatched", 404, 4);
  const text = await metrics.text();
  assertMatch(text, /^gateway_request_duration_seconds_count\{route="\/a"\} 2$/m);
  assertMatch(text, /^gateway_request_duration_seconds_count\{route="unmatched"\} 2$/m);
  assertMatch(text, /^gateway_request_duration_seconds_bucket\{le="0\.005",route="\/a"\} 2$/m);
  assertMatch(text, /^gateway_responses_total\{status="2xx"\} 1$/m);
  assertMatch(text, /^gateway_responses_total\{status="4xx"\} 2$/m);
  assertEquals(text.includes("evil"), false);
});
