import { assert, assertEquals } from "@std/assert";
import { IntervalMerge } from "./interval_merge.ts";
import { LoadTally } from "./load_tally.ts";
import { ROWS_MAX, Timeline } from "./timeline.ts";
import { assignTransports, tryParseMix } from "./transport_mix.ts";

function tallyOf(joins: number, playing = 0): LoadTally {
  const tally = new LoadTally();
  tally.count("joins", joins);
  for (let player = 0; player < playing; player++) tally.move(undefined, "playing");
  return tally;
}

Deno.test("Timeline has a row for each second of a short load, and all of it together", () => {
  const timeline = new Timeline(10_000);
  const tally = tallyOf(4, 2);
  tally.measure("join", 20);
  timeline.add(tally);
  timeline.add(tallyOf(6, 3));
  timeline.finish();
  assertEquals(
    timeline.rows.map(({ at_s, rates, phases }) => [at_s, rates.joins, phases.playing]),
    [
      [1, 4, 2],
      [2, 6, 3],
    ],
  );
  assertEquals(timeline.rows.map(({ percentiles }) => percentiles.join?.length), [4, undefined]);
  const { total, playersPeak } = timeline;
  assertEquals([total.counts.joins, total.phases.playing, playersPeak], [10, 3, 3]);
});

Deno.test("Timeline of the longest load has no more rows than it may, each of more seconds", () => {
  const timeline = new Timeline(7_210_000);
  for (let second = 0; second < 7_210; second++) timeline.add(tallyOf(13));
  timeline.finish();
  assert(timeline.rows.length <= ROWS_MAX, `${timeline.rows.length}`);
  assertEquals(timeline.rows[3]?.rates.joins, 13);
  assertEquals(timeline.rows.at(-1)?.at_s, 7_210);
});

Deno.test("IntervalMerge adds up the intervals of one number, and waits for the slowest not for ever", () => {
  const merged: [number, number][] = [];
  const merge = new IntervalMerge(2, (index, tally) => merged.push([index, tally.counts.joins]));
  merge.add(0, 0, tallyOf(1));
  assertEquals(merged, []);
  merge.add(1, 0, tallyOf(2));
  assertEquals(merged, [[0, 3]]);
  for (const index of [1, 2, 3, 4]) merge.add(0, index, tallyOf(1));
  assertEquals(merged.slice(1), [[1, 1]]);
  // Late: counted with the next.
  merge.add(1, 1, tallyOf(5));
  merge.finish();
  assertEquals(merged.slice(1), [[1, 1], [2, 6], [3, 1], [4, 1]]);
});

Deno.test("IntervalMerge has the players of a process that is late do what they did", () => {
  const playing: number[] = [];
  const merge = new IntervalMerge(2, (_index, tally) => playing.push(tally.phases.playing));
  merge.add(0, 0, tallyOf(0, 50));
  merge.add(1, 0, tallyOf(0, 40));
  for (const index of [1, 2, 3, 4]) merge.add(0, index, tallyOf(0, 50));
  merge.add(1, 2, tallyOf(0, 30));
  merge.finish();
  assertEquals(playing, [90, 90, 80, 80, 80]);
});

Deno.test("A mix gives each transport its share, in every part of a ramp", () => {
  const mix = tryParseMix("udp:50,websocket:30,json-udp:10,tcp:10") ?? [];
  const players = assignTransports(mix, 100);
  const countOf = (name: string, count: number): number =>
    players.slice(0, count).filter((each) => each === name).length;
  for (const { transport, weight } of mix) {
    assertEquals(countOf(transport, 100), weight);
    assert(Math.abs(countOf(transport, 20) - weight / 5) <= 1, transport);
  }
  const none = ["", "udp:0", "udp:1001", "udp,udp", "smoke", "udp:1:2", "udp:-1", "udp,"];
  assertEquals(none.map(tryParseMix), none.map(() => undefined));
});
