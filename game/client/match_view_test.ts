import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { AHEAD, type ClientBench, openPlayingBench } from "../../tests/network/client_bench.ts";
import { MatchView } from "./match_view.ts";

/** Drives for so long, drawing at 50 Hz; gives where the own tank was drawn each time. */
async function draw(
  bench: ClientBench,
  view: MatchView,
  ms: number,
): Promise<{ readonly xM: number; readonly yM: number }[]> {
  const { client, clock } = bench;
  const places: { xM: number; yM: number }[] = [];
  let read = bench.events.length;
  for (let elapsedMs = 0; elapsedMs < ms; elapsedMs += 20) {
    await bench.run(20);
    const nowMs = clock.monotonicMs();
    for (; read < bench.events.length; read++) {
      const event = bench.events[read];
      if (event !== undefined) view.onEvent(event, { nowMs, frame: client.frame });
    }
    const own = view.sample(nowMs)?.tanks.get(client.match?.tankId ?? "");
    if (own !== undefined) places.push({ xM: own.xM, yM: own.yM });
    client.setShownTick(view.shownTick);
  }
  return places;
}

function openView({ client }: ClientBench): MatchView {
  assert(client.match !== undefined);
  return new MatchView(client.match);
}

function longest(places: readonly { readonly xM: number; readonly yM: number }[]): number {
  return places.reduce((most, { xM, yM }, index) => {
    const before = places[index - 1];
    return Math.max(most, before ? Math.hypot(xM - before.xM, yM - before.yM) : 0);
  }, 0);
}

Deno.test("MatchView has the own tank move at once, at 200 ms there and back too", async () => {
  const bench = await openPlayingBench({ conditions: { delayMs: 100 } });
  const view = openView(bench);
  const [still] = (await draw(bench, view, 1_000)).slice(-1);
  bench.client.setInput({ throttle: 127, turn: 0, turret: 0, fire: false });
  const [moved] = (await draw(bench, view, 160)).slice(-1);
  assert(still !== undefined && moved !== undefined);
  assert(moved.xM - still.xM > 0.1, "the server has not heard of it yet");
});

Deno.test("MatchView draws no jumps, whatever the network does, and comes to rest where the server says", async () => {
  for (const seed of [1, 2, 3, 4]) {
    const conditions = { delayMs: 50, jitterMs: 30, lossShare: 0.1, reorderShare: 0.05 };
    const bench = await openPlayingBench({ seed, conditions });
    const view = openView(bench);
    bench.client.setInput({ ...AHEAD, fire: false });
    const places = (await draw(bench, view, 8_000)).slice(25);
    // 8 m/s are 0.16 m in 20 ms; corrections add a little.
    assert(longest(places) < 0.45, `seed ${seed}: ${longest(places)} m`);
    bench.client.setInput({ ...AHEAD, throttle: 0, turn: 0, fire: false });
    const [rest] = (await draw(bench, view, 3_000)).slice(-1);
    assertAlmostEquals(rest?.xM ?? 0, bench.server.tank.xUm / 1e6, 0.02);
    assertAlmostEquals(rest?.yM ?? 0, bench.server.tank.yUm / 1e6, 0.02);
    assert(view.delayMs > 33 && view.delayMs < 340, `${view.delayMs}`);
  }
});

Deno.test("MatchView foresees everything where nothing is lost and nobody pushes", async () => {
  const bench = await openPlayingBench({ conditions: { delayMs: 40 } });
  const view = openView(bench);
  await draw(bench, view, 1_000);
  bench.client.setInput({ ...AHEAD, fire: false });
  await draw(bench, view, 3_000);
  const before = view.correctionCount;
  await draw(bench, view, 3_000);
  assertEquals(view.correctionCount, before);
  assert(view.shownTick > 0 && view.shownTick < (bench.client.frame?.tick ?? 0));
});
