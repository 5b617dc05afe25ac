import { assertEquals, assertStringIncludes } from "@std/assert";
import type { SeriesPoint } from "../history_series.ts";
import { uptimeStrip } from "./uptime_strip.ts";

function point(at: number, uptime: number | null): SeriesPoint {
  return {
    at,
    uptime,
    players_online: null,
    players_online_max: null,
    matches_running: null,
    servers: null,
    observed_s: 1_800,
  };
}

Deno.test("uptimeStrip has a bar for each point, and tells states apart by height too", () => {
  const points = [1, 0.9991, 0.99, 0.5, 0, null].map((uptime, index) => point(index * 60, uptime));
  const { markup } = uptimeStrip(points, 0.99999);
  const bars = [...markup.matchAll(/<rect class="(\w+)"[^>]* height="(\d+)"/g)];
  assertEquals(bars.map(([, state]) => state), ["up", "up", "part", "down", "down", "none"]);
  const heights = new Map(bars.map(([, state, height]) => [state, height]));
  assertEquals(new Set(heights.values()).size, 4);
  // What was interrupted is never 100 %.
  assertStringIncludes(markup, "hours: 99.99\u00a0% of");
  assertStringIncludes(markup, "From 00:04 UTC: up 0\u00a0% of the time");
  assertStringIncludes(markup, "From 00:05 UTC: not known");
});

Deno.test("uptimeStrip says where nothing is known", () => {
  assertStringIncludes(uptimeStrip([point(0, null)], null).markup, "nothing is known yet");
});
