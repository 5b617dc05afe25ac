import { assertEquals, assertStringIncludes } from "@std/assert";
import { Metrics } from "../core/metrics.ts";
import { StatusMetrics } from "./status_metrics.ts";

Deno.test("StatusMetrics reports what was counted and what is read on demand", async () => {
  const registry = new Metrics({ process: false });
  const metrics = new StatusMetrics(registry);
  const ages: number[] = [];
  metrics.watch({
    cacheAgeSeconds: () => ages.at(-1),
    playersOnline: () => 12,
    leads: () => true,
  });
  metrics.broadcasts.malformed.inc();
  metrics.updates.source_failed.inc();
  metrics.requests.stale.inc(2);
  metrics.queries.inc(3);
  metrics.observeRequest("/health", 2);
  metrics.observeRequest("/nowhere", 2);
  const text = await registry.text();
  for (
    const line of [
      'status_updates_total{outcome="ok"} 0',
      'status_updates_total{outcome="source_failed"} 1',
      'status_requests_total{source="stale"} 2',
      "constants_queries_total 3",
      "status_worker_leads 1",
      "status_players_online 12",
      'server_broadcasts_total{outcome="malformed"} 1',
      'status_request_duration_seconds_count{route="/health"} 1',
      'status_request_duration_seconds_sum{route="/health"} 0.002',
    ]
  ) assertStringIncludes(text, `${line}\n`);
  assertEquals(/^status_cache_age_seconds (\S+)$/m.exec(text)?.[1]?.toLowerCase(), "nan");
  assertEquals(text.includes("nowhere"), false);
  ages.push(12);
  assertStringIncludes(await registry.text(), "status_cache_age_seconds 12\n");
});
