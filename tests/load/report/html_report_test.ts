import { assert, assertEquals } from "@std/assert";
import { LOAD_DEFAULTS } from "../load_options.ts";
import { LoadTally } from "../load_tally.ts";
import { MEASURE_NAMES } from "../measure.ts";
import { parseSlos } from "../slo.ts";
import { Timeline } from "../timeline.ts";
import { axisTicks } from "./axis.ts";
import { htmlReport } from "./html_report.ts";
import type { LoadResult } from "../run_load.ts";

const MISCHIEF = `<script>alert("x")</script>&'`;

function openResult(): LoadResult {
  const timeline = new Timeline(60_000);
  for (let second = 1; second <= 20; second++) {
    const tally = new LoadTally();
    for (const name of MEASURE_NAMES) tally.measure(name, second);
    tally.fail("busy");
    timeline.add(tally);
  }
  timeline.finish();
  const { total, rows, playersPeak } = timeline;
  const options = { ...LOAD_DEFAULTS, runId: "abc", mode: MISCHIEF };
  return { options, startedAtMs: 0, tookMs: 20_000, total, rows, playersPeak, ledger: [] };
}

Deno.test("The report needs nothing beside itself and runs nothing", () => {
  const { slos } = parseSlos("errors_total<1,joins_total>=0");
  const html = htmlReport(openResult(), [
    { slo: { ...slos[0] ?? fail(), text: MISCHIEF }, value: 20, isMet: false },
    { slo: slos[1] ?? fail(), value: 0, isMet: true },
  ]);
  assertEquals(
    html.match(/<script|<link|<img|<iframe|\son\w+=|\burl\(|@import|javascript:/g),
    null,
  );
  assertEquals(html.match(/\b(?:src|href|xmlns)=/g), null);
  assert(html.includes("default-src 'none'"));
  // Each measure has a plot over time and one by percentile; four more tell of all.
  assertEquals(html.match(/role="img"/g)?.length, 4 + 2 * MEASURE_NAMES.length);
  assert(html.includes(">busy</th><td>20</td>"));
  assert(html.includes("missed") && html.includes("held"));
  assert(!/NaN|undefined<|Infinity/.test(html.replace("undefined</td>", "")));
});

Deno.test("The report escapes whatever was asked for", () => {
  const [slo = fail()] = parseSlos("errors_total<1").slos;
  const html = htmlReport(openResult(), [
    { slo: { ...slo, text: MISCHIEF }, value: NaN, isMet: false },
  ]);
  assert(!html.includes(MISCHIEF) && !html.includes("<script>"));
  const escaped = "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;";
  assertEquals(html.split(escaped).length, 3);
});

Deno.test("The report of a load in which nothing was is whole all the same", () => {
  const nothing = { rows: [], total: new LoadTally(), playersPeak: 0 };
  const html = htmlReport({ ...openResult(), ...nothing }, []);
  assert(html.includes("None.") && html.includes("</html>"));
});

Deno.test("Axis ticks are round, from nothing to the greatest", () => {
  assertEquals(axisTicks(97, 4), [0, 25, 50, 75, 100]);
  assertEquals(axisTicks(0.3, 4), [0, 0.1, 0.2, 0.3]);
  assertEquals(axisTicks(1_000, 4), [0, 250, 500, 750, 1_000]);
  for (const max of [0, NaN, -1, Infinity]) assertEquals(axisTicks(max, 4), [0, 1]);
});

function fail(): never {
  throw new Error("There is no such SLO");
}
