import { assertEquals } from "@std/assert";
import { durationText, figureText, timeText } from "./figure_format.js";
import { pointsOf } from "./figure_tile.js";
import { barsOf, HistogramPast } from "./tick_bars.js";
import { Sightings, Trends } from "./trends.js";

Deno.test("Trends gives what a counter grows by each second, of late", () => {
  const trends = new Trends();
  assertEquals(trends.rate("x", 10_000), 0);
  for (const [atMs, value] of [[0, 0], [1_000, 100], [11_000, 110]] as const) {
    trends.add("x", value, atMs);
  }
  assertEquals(trends.rate("x", 10_000), 1);
  assertEquals(trends.values("x"), [0, 100, 110]);
  // The server began anew.
  trends.add("x", 0, 12_000);
  assertEquals(trends.rate("x", 10_000), 0);
});

Deno.test("Trends keeps the newest of each figure", () => {
  const trends = new Trends();
  for (let index = 0; index < 500; index++) trends.add("x", index, index);
  const values = trends.values("x");
  assertEquals([values.length, values.at(-1)], [180, 499]);
});

Deno.test("Sightings knows since when something is there without a break", () => {
  const sightings = new Sightings();
  sightings.see(["a"], 1);
  sightings.see(["a", "b"], 2);
  assertEquals([sightings.firstMs("a"), sightings.firstMs("b")], [1, 2]);
  sightings.see(["b"], 3);
  sightings.see(["a", "b"], 4);
  assertEquals([sightings.firstMs("a"), sightings.firstMs("b")], [4, 2]);
});

Deno.test("A histogram's bars are shares, up to the budget or what is beyond it", () => {
  const bounds = [0.001, 0.01, 0.05, 0.1];
  const quick = barsOf({ bounds, counts: [3, 1, 0, 0, 0], sum: 1 }, [0, 1, 0, 0, 0], 33);
  assertEquals(quick.map(({ all, late }) => [all, late]), [[0.75, 0], [0.25, 1], [0, 0]]);
  const slow = barsOf({ bounds, counts: [0, 0, 0, 1, 1], sum: 1 }, [], 33);
  assertEquals(slow.map(({ isOver }) => isOver), [false, false, false, true, true]);
  assertEquals(slow.map(({ isLast }) => isLast), [false, false, false, false, true]);
});

Deno.test("A histogram's last minute is what has come since", () => {
  const past = new HistogramPast();
  assertEquals(past.take([5, 5], 0), [0, 0]);
  assertEquals(past.take([6, 5], 30_000), [1, 0]);
  assertEquals(past.take([6, 9], 61_000), [0, 4]);
  // Begun anew.
  assertEquals(past.take([1, 0], 62_000), [0, 0]);
});

Deno.test("A line runs over the whole tile, from 0 up", () => {
  assertEquals(pointsOf([1]), "");
  assertEquals(pointsOf([0, 0]), "0.0,23.0 100.0,23.0");
  assertEquals(pointsOf([0, 2, 1]), "0.0,23.0 50.0,1.0 100.0,12.0");
});

Deno.test("Figures and times are short", () => {
  assertEquals([0, 0.1234, 9.876, 42, 1_234_567.8, NaN].map(figureText), [
    "0",
    "0.123",
    "9.88",
    "42",
    "1 234 568",
    "–",
  ]);
  const durations = [-5, 59_999, 61_000, 3_661_000, 90_000_000].map((ms) => durationText(ms, "en"));
  assertEquals(durations, ["0 s", "59 s", "1 min 1 s", "1 h 1 min", "1 d 1 h"]);
  const noonMs = Date.UTC(2030, 0, 2, 12);
  assertEquals(timeText(noonMs, noonMs + 1), "12:00:00");
  assertEquals(timeText(noonMs - 86_400_000, noonMs), "2030-01-01 12:00:00");
});
