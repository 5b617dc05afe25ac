import { assertEquals } from "@std/assert";
import { SNAPSHOT_EVENTS_MAX, SnapshotHistory, SNAPSHOTS_MAX } from "./snapshot_history.ts";
import type { SnapshotView } from "./wire/tank_view.ts";

Deno.test("SnapshotHistory encodes nothing before the first snapshot", () => {
  assertEquals(new SnapshotHistory().encode(undefined), undefined);
});

Deno.test("SnapshotHistory encodes against what was acknowledged, and full where that is gone", () => {
  const history = new SnapshotHistory();
  for (let tick = 1; tick <= SNAPSHOTS_MAX + 1; tick++) history.add(viewOf(tick), []);
  const newest = SNAPSHOTS_MAX + 1;
  const cases: readonly (readonly [acked: number | undefined, base: number | null])[] = [
    [undefined, null],
    [1, null],
    [2, 2],
    [newest, newest],
    [newest + 1, null],
  ];
  for (const [acked, base] of cases) {
    const state = history.encode(acked);
    assertEquals([state?.tick, state?.base], [newest, base], `acked ${acked}`);
  }
});

Deno.test("SnapshotHistory knows which ticks can be acknowledged", () => {
  const history = new SnapshotHistory();
  history.add(viewOf(2), []);
  history.add(viewOf(4), []);
  assertEquals([1, 2, 3, 4, 5].map((tick) => history.has(tick)), [false, true, false, true, false]);
});

Deno.test("SnapshotHistory repeats events until they are acknowledged", () => {
  const history = new SnapshotHistory();
  for (let tick = 1; tick <= 3; tick++) {
    history.add(viewOf(tick), [{ tick, json: `{"tick":${tick}}` }]);
  }
  const ticksOf = (acked: number | undefined): number[] =>
    JSON.parse(`{${history.encode(acked)?.body}`).events.map((e: { tick: number }) => e.tick);
  assertEquals(ticksOf(1), [2, 3]);
  assertEquals(ticksOf(3), []);
  assertEquals(ticksOf(undefined), [3]);
});

Deno.test("SnapshotHistory carries a bounded number of events, the newest", () => {
  const history = new SnapshotHistory();
  history.add(viewOf(1), []);
  const events = Array.from({ length: 100 }, (_, index) => ({ tick: 2, json: String(index) }));
  history.add(viewOf(2), events);
  const carried = JSON.parse(`{${history.encode(1)?.body}`).events;
  assertEquals([carried.length, carried.at(-1)], [SNAPSHOT_EVENTS_MAX, 99]);
});

function viewOf(tick: number): SnapshotView {
  return { tick, tanks: [], shells: [] };
}
