import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { makeSeries } from "../history_series.ts";
import { makeLiveStatus } from "../live_status.ts";
import { DEFAULT_STATUS } from "../status.ts";
import { gameServer, liveWith } from "../live_fixture.ts";
import {
  PLOT_STEP_S,
  renderStatusPage,
  type StatusPageModel,
  STRIP_STEP_S,
} from "./status_page.ts";

const DAY_S = 86_400;

function pageOf(differing: Partial<StatusPageModel>): string {
  const range = { fromS: 0, toS: DAY_S };
  return renderStatusPage({
    status: { ...DEFAULT_STATUS, live: liveWith(1_234), updated_at: 3_600 },
    source: "cache",
    plot: makeSeries([], { ...range, stepS: PLOT_STEP_S }),
    strip: makeSeries([], { ...range, stepS: STRIP_STEP_S }),
    day: makeSeries([], { ...range, stepS: DAY_S })[0],
    assets: { style: "s.css", script: "s.js", icon: "i.svg" },
    ...differing,
  });
}

Deno.test("The status page says without scripts how it is", () => {
  const page = pageOf({});
  for (const text of ["Open for battle", "1,234", "RU-SPE", "×1", "01:00", "no history yet"]) {
    assertStringIncludes(page, text);
  }
  assertMatch(page, /^<!doctype html><html lang="en">/);
  assertStringIncludes(page, '<noscript><meta http-equiv="refresh" content="60">');
});

Deno.test("The status page has no script or style inside, which its policy would not run", () => {
  const page = pageOf({});
  assertEquals(/<script(?![^>]* src=)|<style| style=| on\w+=/.test(page), false);
});

Deno.test("The status page shows what others wrote as text", () => {
  const evil = "<script>alert(1)</script>";
  const live = makeLiveStatus([gameServer({ region: evil, city: '"><img>' })], { updatedAtS: 1 });
  const status = { ...DEFAULT_STATUS, live, _meta: { RateExp: '" onclick="x' } };
  const page = pageOf({ status });
  assertEquals(page.includes(evil) || page.includes("<img>"), false);
  assertEquals(page.includes('" onclick="'), false);
  assertStringIncludes(page, "&lt;script&gt;");
});

Deno.test("The status page says what is not up to date, or not known", () => {
  assertEquals(pageOf({}).includes("database does not answer"), false);
  assertStringIncludes(pageOf({ source: "stale" }), "State and rates are those of");
  const unknown = pageOf({ source: "default", status: DEFAULT_STATUS });
  assertStringIncludes(unknown, "State and rates are the usual ones");
  assertStringIncludes(unknown, "Not known yet");
  assertStringIncludes(unknown, "Listening for game servers");
});

Deno.test("The status page says over which time it knows the uptime", () => {
  const samples = [{ atMs: 0, isUp: true, players: 3, matches: 1, servers: 1 }];
  const day = makeSeries(samples, { fromS: 0, toS: DAY_S, stepS: DAY_S })[0];
  const page = pageOf({ day });
  assertStringIncludes(page, "100\u00a0%");
  assertStringIncludes(page, "over 3 min so far");
  assertStringIncludes(page, "24 h peak 3");
});
