import { assert, assertEquals } from "@std/assert";
import { Rng } from "../core/rng.ts";
import { InputBuffer, INPUTS_DEPTH_MAX, INPUTS_WAITING_MAX } from "./input_buffer.ts";
import type { TankInput } from "./simulation/tank_input.ts";

const RATE = 30;

function driving(throttle: number, fire = false): TankInput {
  return { throttle, turn: 0, turret: 100, fire };
}

/** Adds inputs whose throttle is their number. */
function addAll(buffer: InputBuffer, ...seqs: readonly number[]): void {
  for (const seq of seqs) buffer.add(seq, driving(seq));
}

/** What it gives, as it is now: the buffer uses the object again. */
function takeCopy(buffer: InputBuffer): TankInput | undefined {
  const taken = buffer.take();
  if (taken === undefined) return undefined;
  const { throttle, turn, turret, fire } = taken;
  return { throttle, turn, turret, fire };
}

function takeThrottles(buffer: InputBuffer, count: number): (number | undefined)[] {
  return Array.from({ length: count }, () => buffer.take()?.throttle);
}

Deno.test("InputBuffer gives nothing before the first input", () => {
  const buffer = new InputBuffer(RATE);
  assertEquals(buffer.take(), undefined);
  assertEquals([buffer.appliedSeq, buffer.hint, buffer.lateCount], [0, 0, 0]);
});

Deno.test("InputBuffer gives one input a tick in the order of their numbers", () => {
  const buffer = new InputBuffer(RATE);
  addAll(buffer, 2, 1, 4, 3);
  assertEquals(takeThrottles(buffer, 4), [1, 2, 3, 4]);
  assertEquals(buffer.appliedSeq, 4);
});

Deno.test("InputBuffer takes each number once", () => {
  const buffer = new InputBuffer(RATE);
  assert(buffer.add(1, driving(1)));
  assert(!buffer.add(1, driving(9)));
  assertEquals(takeThrottles(buffer, 1), [1]);
  assert(!buffer.add(1, driving(9)));
  assert(!buffer.add(0, driving(9)));
});

Deno.test("InputBuffer holds the last input over a gap, and half a second later nothing", () => {
  const buffer = new InputBuffer(RATE);
  buffer.add(1, driving(50, true));
  buffer.take();
  const held = Array.from({ length: 20 }, () => takeCopy(buffer));
  assertEquals(held[13], driving(50, true));
  assertEquals(held[14], driving(0, false));
  assertEquals(buffer.appliedSeq, 1);
  assertEquals(buffer.lateCount, 20);
});

Deno.test("InputBuffer hints how many inputs wait, or for how long none came", () => {
  const buffer = new InputBuffer(RATE);
  addAll(buffer, 1, 2, 3);
  const hints = Array.from({ length: 6 }, () => {
    buffer.take();
    return buffer.hint;
  });
  assertEquals(hints, [2, 1, 0, -1, -2, -3]);
  for (let tick = 0; tick < 500; tick++) buffer.take();
  assertEquals(buffer.hint, -128);
});

Deno.test("InputBuffer skips to what is new after a burst, and forgets no shot in what it skips", () => {
  const buffer = new InputBuffer(RATE);
  for (let seq = 1; seq <= 12; seq++) buffer.add(seq, driving(seq, seq === 2));
  assertEquals(takeCopy(buffer), driving(5));
  assertEquals(buffer.firesOnce, true);
  assertEquals(buffer.skippedCount, 12 - INPUTS_DEPTH_MAX);
  buffer.take();
  assertEquals(buffer.firesOnce, false);
});

Deno.test("InputBuffer keeps a copy of what it is given, until it gives the next", () => {
  const buffer = new InputBuffer(RATE);
  const given = { throttle: 1, turn: 2, turret: 3, fire: true };
  buffer.add(1, given);
  given.throttle = 9;
  const first = buffer.take();
  assertEquals(first?.throttle, 1);
  addAll(buffer, 2, 3);
  assertEquals(first?.throttle, 1);
  assertEquals(takeThrottles(buffer, 2), [2, 3]);
});

Deno.test("InputBuffer holds a bounded number, the newest", () => {
  const buffer = new InputBuffer(RATE);
  for (let seq = 1; seq <= 1_000; seq++) buffer.add(seq, driving(seq % 128));
  assert(buffer.skippedCount >= 1_000 - INPUTS_WAITING_MAX);
  buffer.take();
  assertEquals(buffer.appliedSeq, 1_001 - INPUTS_DEPTH_MAX);
});

Deno.test("InputBuffer counts from 1 again after a restart, with the last input in force", () => {
  const buffer = new InputBuffer(RATE);
  addAll(buffer, 7, 8);
  buffer.take();
  buffer.restart();
  assertEquals(takeCopy(buffer), driving(7));
  assert(buffer.add(1, driving(1)));
  assertEquals(takeThrottles(buffer, 1), [1]);
});

Deno.test("InputBuffer applies each input once and in order, whatever the network does", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const rng = new Rng(seed);
    const buffer = new InputBuffer(RATE);
    let applied = 0;
    for (let tick = 1; tick <= 200; tick++) {
      // Each datagram repeats the last inputs; a third is lost, some come late.
      if (rng.below(3) > 0) {
        const newest = Math.max(1, tick - rng.below(4));
        for (let seq = Math.max(1, newest - 8); seq <= newest; seq++) {
          buffer.add(seq, { throttle: 0, turn: 0, turret: seq, fire: false });
        }
      }
      const { lateCount } = buffer;
      const taken = buffer.take();
      if (taken === undefined || buffer.lateCount > lateCount) continue;
      assert(taken.turret > applied, `seed ${seed}, tick ${tick}`);
      applied = taken.turret;
      assertEquals(buffer.appliedSeq, applied);
    }
    assert(applied > 180, `seed ${seed}: ${applied}`);
  }
});

Deno.test("InputBuffer keeps every control as it is, at its bounds and for numbers of 32 bits", () => {
  const buffer = new InputBuffer(RATE, 0xffff_fff0);
  const other = new InputBuffer(RATE);
  const controls = [-127, -1, 0, 1, 127];
  let seq = 0xffff_fff0;
  for (const throttle of controls.slice(0, 3)) {
    for (const turn of controls) {
      const given = { throttle, turn, turret: 65_535 - seq % 3, fire: turn > 0 };
      assert(buffer.add(++seq, given));
      other.add(1, driving(1));
      assertEquals(takeCopy(buffer), given);
      assertEquals([buffer.appliedSeq, buffer.hint], [seq, 0]);
    }
  }
  assertEquals(seq, 0xffff_ffff);
});

Deno.test("InputBuffer is like a sorted list, for any numbers in any order", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const rng = new Rng(seed);
    const buffer = new InputBuffer(RATE);
    let waiting: number[] = [];
    let applied = 0;
    for (let step = 0; step < 300; step++) {
      if (rng.below(3) > 0) {
        const seq = applied + rng.below(60);
        const isNew = seq > applied && !waiting.includes(seq);
        assertEquals(buffer.add(seq, driving(0)), isNew, `seed ${seed}, step ${step}`);
        if (isNew) waiting = [...waiting, seq].sort((a, b) => a - b);
        if (waiting.length > INPUTS_WAITING_MAX) applied = waiting.shift() ?? 0;
      } else {
        while (waiting.length > INPUTS_DEPTH_MAX) waiting.shift();
        applied = waiting.shift() ?? applied;
        buffer.take();
      }
      assertEquals(buffer.appliedSeq, applied, `seed ${seed}, step ${step}`);
    }
  }
});
