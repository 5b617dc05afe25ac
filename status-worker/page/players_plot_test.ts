import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { makeSeries } from "../history_series.ts";
import { playersPlot, scaleTicks } from "./players_plot.ts";

Deno.test("scaleTicks ends at or above the value, in round steps", () => {
  const cases: [max: number, ticks: number[]][] = [
    [0, [0, 1, 2, 3, 4]],
    [5, [0, 2, 4, 6]],
    [8, [0, 2, 4, 6, 8]],
    [17, [0, 5, 10, 15, 20]],
    [41, [0, 20, 40, 60]],
    [1_690, [0, 500, 1_000, 1_500, 2_000]],
    [123_456, [0, 50_000, 100_000, 150_000]],
  ];
  for (const [max, ticks] of cases) assertEquals(scaleTicks(max), ticks, String(max));
});

Deno.test("playersPlot breaks its line where nobody knows, and makes a lone point a dot", () => {
  const sample = (atS: number, players: number) => ({
    atMs: atS * 1_000,
    isUp: true,
    players,
    matches: 1,
    servers: 1,
  });
  const samples = [sample(0, 4), sample(60, 2), sample(120, 3), sample(900, 1)];
  const points = makeSeries(samples, { fromS: 0, toS: 1_080, stepS: 180 });
  const { markup } = playersPlot(points, 180);
  const lines = [...markup.matchAll(/class="(line[^"]*)" d="([^"]+)"/g)];
  assertEquals(lines.map(([, kind, path]) => [kind, path]), [
    ["line", "M5 25L15 25"],
    ["line dot", "M55 75h0"],
  ]);
  assertStringIncludes(markup, 'aria-label="Players online over the last 24 hours, 4 at most');
  assertMatch(markup, /data-at="0" data-words="3 players, 4 at most"/);
});

Deno.test("playersPlot is empty and says so where nothing is known", () => {
  const points = makeSeries([], { fromS: 0, toS: 600, stepS: 60 });
  const { markup } = playersPlot(points, 60);
  assertStringIncludes(markup, "nothing is known yet");
  assertEquals(markup.includes("<path"), false);
  assertEquals(markup.includes("NaN"), false);
});
