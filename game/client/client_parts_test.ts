import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { TankInput } from "../simulation/tank_input.ts";
import { ARENA_PART_BYTES_MAX } from "../wire/arena_message.ts";
import { InputBatch, INPUTS_MAX } from "../wire/input_message.ts";
import { ArenaAssembly } from "./arena_assembly.ts";
import { ClientOutput, DATAGRAMS_WAITING_MAX, EVENTS_WAITING_MAX } from "./client_output.ts";
import { InputLog } from "./input_log.ts";
import { InputPacer, PACE_SHARE_MAX } from "./input_pacer.ts";
import { RetryTimer } from "./retry_timer.ts";
import { RoundTrip } from "./round_trip.ts";
import { ServerTime } from "./server_time.ts";

function inputOf(throttle: number): TankInput {
  return { throttle, turn: 0, turret: 0, fire: throttle % 2 === 0 };
}

Deno.test("InputLog repeats what is not applied, numbered from where it was told to begin", () => {
  const log = new InputLog(100);
  const batch = new InputBatch();
  assertEquals([1, 2, 3].map((throttle) => log.add(inputOf(throttle))), [101, 102, 103]);
  log.fill(batch);
  assertEquals([batch.newestSeq, batch.count, [...batch.throttle.slice(0, 3)]], [103, 3, [
    1,
    2,
    3,
  ]]);
  for (const [applied, size] of [[99, 3], [102, 1], [101, 1], [104, 1], [103, 0]] as const) {
    log.onApplied(applied);
    assertEquals(log.size, size, `applied ${applied}`);
  }
  log.fill(batch);
  assertEquals([batch.newestSeq, batch.count], [103, 0]);
});

Deno.test("InputLog repeats 32 at most, the newest", () => {
  const log = new InputLog();
  const batch = new InputBatch();
  for (let seq = 1; seq <= INPUTS_MAX + 5; seq++) log.add(inputOf(seq));
  log.fill(batch);
  assertEquals([batch.count, batch.newestSeq, batch.throttle[0]], [INPUTS_MAX, 37, 6]);
  log.onApplied(3);
  assertEquals(log.size, INPUTS_MAX);
  log.onApplied(10);
  assertEquals(log.size, 27);
});

Deno.test("InputPacer hurries late inputs and slows early ones, by a twentieth at most", () => {
  for (const [hint, pace] of [[-20, 1 + PACE_SHARE_MAX], [30, 1 - PACE_SHARE_MAX]] as const) {
    const pacer = new InputPacer();
    for (let count = 0; count < 100; count++) pacer.onHint(hint);
    assertAlmostEquals(pacer.pace, pace, 1e-9);
  }
  const steady = new InputPacer();
  for (let count = 0; count < 100; count++) steady.onHint(1 + count % 2);
  assert(Math.abs(steady.pace - 1) < 0.02, `${steady.pace}`);
});

Deno.test("InputPacer brings inputs from far too late to just in time, and stays there", () => {
  const pacer = new InputPacer();
  let early = -6;
  const paths: number[] = [];
  for (let tick = 0; tick < 600; tick++) {
    early += pacer.pace - 1;
    pacer.onHint(Math.floor(early));
    paths.push(early);
  }
  const settled = paths.slice(300);
  assert(Math.min(...settled) > 1 && Math.max(...settled) < 3.2, `${Math.min(...settled)}`);
});

Deno.test("RoundTrip smooths what answers take, and counts none twice", () => {
  const trip = new RoundTrip();
  assertEquals(trip.rttMs, undefined);
  const first = trip.onPing(0);
  assertEquals(trip.onPong(first, 80), { sentMs: 0, rttMs: 80 });
  assertEquals([trip.rttMs, trip.variationMs], [80, 40]);
  assertEquals(trip.onPong(first, 90), undefined);
  assertEquals(trip.onPong(999, 90), undefined);
  trip.onPong(trip.onPing(100), 260);
  assertEquals(trip.rttMs, 90);
  const pings = Array.from({ length: 20 }, () => trip.onPing(300));
  assertEquals(trip.onPong(pings[0] ?? 0, 400), undefined, "too many are under way");
});

Deno.test("ServerTime believes the quickest of the last answers", () => {
  const time = new ServerTime(10);
  assertEquals(time.tickAt(0), undefined);
  time.onSample({ tick: 10, sentMs: 0, rttMs: 100 });
  assertEquals(time.tickAt(150), 11);
  for (let count = 0; count < 40; count++) time.onSample({ tick: 20, sentMs: 1_050, rttMs: 500 });
  const skewed = time.tickAt(1_050) ?? 0;
  assert(skewed < 20, "eight slow answers have pushed the quick one out");
  for (let count = 0; count < 40; count++) time.onSample({ tick: 30, sentMs: 2_050, rttMs: 0 });
  assertAlmostEquals(time.tickAt(2_050) ?? 0, 30, 0.01);
});

Deno.test("RetryTimer waits twice as long each time, up to its longest", () => {
  const timer = new RetryTimer({ firstMs: 100, longestMs: 300 }, 0);
  const dueMs: number[] = [];
  for (let nowMs = 0; nowMs < 1_200; nowMs++) if (timer.take(nowMs)) dueMs.push(nowMs);
  assertEquals(dueMs, [0, 100, 300, 600, 900]);
  timer.restart(2_000);
  assert(timer.take(2_000) && !timer.take(2_099) && timer.take(2_100));
});

Deno.test("ArenaAssembly asks for what is missing and takes nothing else", () => {
  const whole = Uint8Array.from({ length: 3_000 }, (_, index) => index & 0xff);
  const assembly = new ArenaAssembly(whole.length, whole.subarray(0, 900));
  assertEquals(assembly.missing, [900, 900 + ARENA_PART_BYTES_MAX, 900 + 2 * ARENA_PART_BYTES_MAX]);
  assembly.add({ offset: 901, bytes: new Uint8Array(ARENA_PART_BYTES_MAX) });
  assembly.add({ offset: 900, bytes: new Uint8Array(5) });
  assertEquals(assembly.missing.length, 3);
  for (const offset of assembly.missing) {
    assertEquals(assembly.bytes, undefined);
    assembly.add({ offset, bytes: whole.subarray(offset, offset + ARENA_PART_BYTES_MAX) });
  }
  assertEquals(assembly.bytes, whole);
  assertEquals(new ArenaAssembly(9, whole.subarray(0, 9)).bytes, whole.subarray(0, 9));
});

Deno.test("ClientOutput hands each thing out once, and holds a bounded number", () => {
  const output = new ClientOutput();
  for (let index = 0; index <= DATAGRAMS_WAITING_MAX; index++) output.send(Uint8Array.of(index));
  for (let seq = 0; seq <= EVENTS_WAITING_MAX; seq++) {
    output.emit({ kind: "input", seq, input: inputOf(0) });
  }
  assertEquals(output.takeDatagrams().length, DATAGRAMS_WAITING_MAX);
  assertEquals(output.takeEvents().length, EVENTS_WAITING_MAX);
  assertEquals([output.takeDatagrams(), output.takeEvents()], [[], []]);
  output.send(new Uint8Array(1));
  output.discardDatagrams();
  assertEquals(output.takeDatagrams(), []);
});
