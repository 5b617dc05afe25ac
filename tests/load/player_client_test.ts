import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import { Rng } from "../../core/rng.ts";
import type { Transport, TransportEvents } from "../../game/client/transport.ts";
import { END_REASONS } from "../../game/client/client_state.ts";
import { SnapshotFrame, TANK } from "../../game/wire/snapshot_frame.ts";
import { ERROR_REASONS, errorOfEnd } from "./error_reason.ts";
import { lastScores } from "./last_scores.ts";
import { LoadTally } from "./load_tally.ts";
import { openShapedTransport } from "./shaped_transport.ts";
import { StateMeter } from "./state_meter.ts";
import { withinMs } from "./within_ms.ts";

/** A transport that gives back what it is sent, at once. */
function openEcho({ onBytes }: TransportEvents): Transport {
  return { send: onBytes, close: () => Promise.resolve() };
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("A shaped transport loses its share each way and delays the rest", async () => {
  const clock = new ManualClock();
  const arrivalsMs: number[] = [];
  const transport = openShapedTransport({
    link: { lossShare: 0.2, delayMs: 30, jitterMs: 10 },
    clock,
    rng: new Rng(1),
    open: openEcho,
  }, { onBytes: () => arrivalsMs.push(clock.monotonicMs()), onFault: () => {} });
  for (let count = 0; count < 1_000; count++) transport.send(encode("x"));
  await clock.advance(1_000);
  assert(Math.abs(arrivalsMs.length - 640) < 40, `${arrivalsMs.length} of 640`);
  assert(arrivalsMs.every((ms) => ms >= 60 && ms <= 80));
  transport.send(encode("x"));
  await transport.close();
  assertEquals(clock.timerCount, 0);
});

Deno.test("StateMeter counts the bytes of states alone, each message of JSON a whole one", () => {
  const tally = new LoadTally();
  const meter = new StateMeter(tally, "json");
  const seen: string[] = [];
  const transport = meter.open({
    onBytes: (bytes) => seen.push(new TextDecoder().decode(bytes)),
    onFault: () => {},
  }, openEcho);
  const state = '{"type":"state","tick":1}';
  for (const text of [state, '{"status":"pong"}', '{"type":"match_over"}']) {
    transport.send(encode(text));
    assertEquals(meter.stateBytes, state.length);
  }
  transport.send(encode(`${state} `));
  assertEquals([meter.stateBytes, seen.length], [state.length + 1, 4]);
  const { messages_sent, messages_received, bytes_sent, bytes_received } = tally.counts;
  assertEquals([messages_sent, messages_received, bytes_received], [4, 4, bytes_sent]);
});

Deno.test("Every end of a match is well or an error of the closed set", () => {
  const reasons: ReadonlySet<string> = new Set(ERROR_REASONS);
  const well = [...END_REASONS, "match_lost" as const].filter((end) => {
    const error = errorOfEnd(end, { hasPlayed: true, isLeaving: false });
    assert(error === undefined || reasons.has(error), end);
    return error === undefined;
  });
  assertEquals(well, ["asked", "match_over", "moved"]);
  const leaving = { hasPlayed: true, isLeaving: true };
  assertEquals(errorOfEnd("no_answer", leaving), "leave_no_answer");
});

Deno.test("The last scores are those of the match's end, else of the newest state", () => {
  const snapshot = new SnapshotFrame();
  snapshot.setTeamScore(2, 7);
  snapshot.setNames(0, "", "");
  snapshot.setTank(0, TANK.team, 1);
  const over = { type: "match_over", winner: 2, scores: { ann: 3, bob: 9 }, match_id: "m" };
  const frame = undefined;
  assertEquals(lastScores({ over, snapshot, frame }), {
    from: "match_over",
    scores: { ann: 3, bob: 9 },
    winner: 2,
  });
  const told = lastScores({ over: undefined, snapshot, frame });
  assertEquals([told.from, told.scores], ["state", { 1: 0, 2: 7 }]);
  assertEquals(lastScores({ over: undefined, snapshot: undefined, frame }).from, "nothing");
});

Deno.test("A wait ends with its time or with what it is part of, and leaves no timer", async () => {
  const clock = new ManualClock();
  const parent = new AbortController();
  const wait = (ms: number): Promise<boolean> =>
    withinMs(
      (signal) =>
        new Promise((resolve) => {
          if (signal.aborted) resolve(true);
          signal.addEventListener("abort", () => resolve(true));
        }),
      { clock, ms, parent: parent.signal },
    );
  const late = wait(50);
  await clock.advance(50);
  assertEquals(await late, true);
  const long = wait(1_000);
  parent.abort();
  assertEquals([await long, await wait(1_000), clock.timerCount], [true, true, 0]);
});
