import { assertEquals, assertThrows } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { LoadTally } from "./load_tally.ts";
import { VALUE_MAX, ValueHistogram } from "./value_histogram.ts";

Deno.test("ValueHistogram counts what a request that was due and not asked would have waited", () => {
  const plain = new ValueHistogram();
  const corrected = new ValueHistogram();
  for (let time = 0; time < 99; time++) {
    plain.record(10_000);
    corrected.recordCorrected(10_000, 100_000);
  }
  plain.record(10_000_000);
  corrected.recordCorrected(10_000_000, 100_000);
  assertEquals([plain.count, plain.at(90)], [100, 10_007]);
  // 99 more were due in those ten seconds, and would have waited 9.9 s, 9.8 s and so on.
  assertEquals([corrected.count, Math.round(corrected.at(90) / 1_000_000)], [199, 8]);
});

Deno.test("ValueHistogram holds values within its bounds, and says so", () => {
  const histogram = new ValueHistogram();
  assertEquals([histogram.at(99), histogram.max, histogram.mean], [0, 0, 0]);
  assertEquals([histogram.record(VALUE_MAX + 1), histogram.record(-5), histogram.record(NaN)], [
    false,
    true,
    true,
  ]);
  assertEquals([histogram.count, histogram.at(0)], [3, 0]);
});

Deno.test("LoadTally of two processes is as if all had been in one", () => {
  const rng = new Rng(3);
  const [one, other, both] = [new LoadTally(), new LoadTally(), new LoadTally()];
  for (let index = 0; index < 2_000; index++) {
    const ms = rng.below(50_000) / 7;
    for (const tally of [index % 3 === 0 ? one : other, both]) {
      tally.measure("input_to_state", ms);
      tally.measureRequest("login", ms, 1_000);
      tally.count("joins");
      if (index % 10 === 0) tally.fail("busy");
      if (index % 100 === 0) tally.move(undefined, "playing");
    }
  }
  const merged = new LoadTally();
  for (const share of [one, other]) {
    merged.add(LoadTally.fromJson(JSON.parse(JSON.stringify(share.toJson()))));
  }
  assertEquals(merged.toJson(), both.toJson());
  assertEquals([merged.counts.joins, merged.errors.busy, merged.phases.playing], [2_000, 200, 20]);
  assertEquals(merged.histograms.input_to_state.at(99), both.histograms.input_to_state.at(99));
});

Deno.test("LoadTally starts anew but for what players do", () => {
  const tally = new LoadTally();
  tally.move(undefined, "waiting");
  tally.move("waiting", "playing");
  tally.measure("join", VALUE_MAX);
  tally.fail("busy");
  assertEquals([tally.counts.values_clamped, tally.errorsTotal], [1, 1]);
  tally.startAnew();
  assertEquals(tally.toJson(), { histograms: {}, counts: {}, errors: {}, phases: { playing: 1 } });
  assertThrows(() => LoadTally.fromJson("x"), Error, "Cannot read a tally");
});
