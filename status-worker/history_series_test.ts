import { assertEquals } from "@std/assert";
import { makeSeries, SAMPLE_HOLDS_MS } from "./history_series.ts";
import type { StatusSample } from "./status_sample.ts";

function sample(atS: number, players: number | null, isUp = true): StatusSample {
  return { atMs: atS * 1_000, isUp, players, matches: players, servers: 1 };
}

Deno.test("makeSeries weighs samples by the time for which they hold", () => {
  const samples = [sample(0, 10), sample(60, 20), sample(90, 0, false)];
  const [first, second, third, ...others] = makeSeries(samples, { fromS: 0, toS: 240, stepS: 60 });
  assertEquals(first, {
    at: 0,
    players_online: 10,
    players_online_max: 10,
    matches_running: 10,
    servers: 1,
    uptime: 1,
    observed_s: 60,
  });
  assertEquals([second?.players_online, second?.players_online_max, second?.uptime], [10, 20, 0.5]);
  assertEquals([third?.players_online, third?.uptime], [0, 0]);
  assertEquals(others.length, 1);
});

Deno.test("makeSeries knows nothing of a time in which samples are missing", () => {
  const holdsS = SAMPLE_HOLDS_MS / 1_000;
  const samples = [sample(0, 4), sample(holdsS * 3, 6)];
  const points = makeSeries(samples, { fromS: 0, toS: holdsS * 4, stepS: holdsS });
  assertEquals(points.map((point) => point.players_online), [4, null, null, 6]);
  assertEquals(points.map((point) => point.uptime), [1, null, null, 1]);
  assertEquals(points.map((point) => point.observed_s), [holdsS, 0, 0, holdsS]);
});

Deno.test("makeSeries counts a sample from before the range, and none from after it", () => {
  const samples = [sample(0, 1), sample(100, 2), sample(200, 3)];
  const [point, ...others] = makeSeries(samples, { fromS: 150, toS: 200, stepS: 60 });
  assertEquals([point?.at, point?.players_online, point?.observed_s], [150, 2, 50]);
  assertEquals(others, []);
  // One that holds no longer is passed over, however many there are.
  const many = Array.from({ length: 1_000 }, (_, index) => sample(index, index));
  assertEquals(makeSeries(many, { fromS: 999, toS: 1_000, stepS: 1 })[0]?.players_online, 999);
  assertEquals(makeSeries(many, { fromS: 5_000, toS: 5_001, stepS: 1 })[0]?.players_online, null);
});

Deno.test("makeSeries is up for a time of which the number of players is not known", () => {
  const [point] = makeSeries([sample(0, null)], { fromS: 0, toS: 60, stepS: 60 });
  assertEquals([point?.players_online, point?.players_online_max, point?.uptime], [null, null, 1]);
});

Deno.test("makeSeries ends for edges that rounding moves", () => {
  const samples = Array.from({ length: 50 }, (_, index) => sample(index * 7.1 + 0.3, index));
  const range = { fromS: 1_795_189_896.658 % 100, toS: 350.1, stepS: 60 };
  const points = makeSeries(samples, range);
  const observedS = points.reduce((sum, point) => sum + point.observed_s, 0);
  assertEquals(points.length, Math.ceil((range.toS - range.fromS) / 60));
  assertEquals(Math.abs(observedS - (range.toS - range.fromS)) < points.length, true);
});
