import { assert, assertEquals, assertThrows } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import {
  type MatchScript,
  openScriptedWorld,
  pressKeys,
} from "../../tests/fixtures/simulate_match.ts";
import { openSmallWorld, placeTank, stepTimes } from "../../tests/fixtures/small_world.ts";
import type { World } from "../simulation/world.ts";
import { DATAGRAM_TAG_BYTES } from "./datagram.ts";
import { EVENT_KINDS, FrameEvents } from "./frame_events.ts";
import { frameHash } from "./frame_hash.ts";
import { type FrameLayout, frameLayout } from "./frame_layout.ts";
import { SnapshotDecoder } from "./snapshot_decoder.ts";
import { SnapshotEncoder } from "./snapshot_encoder.ts";
import { SHELL, SnapshotFrame, TANK } from "./snapshot_frame.ts";
import { SHELLS_MAX, SLOTS_MAX, SNAPSHOT_BODY_BYTES_MAX } from "./snapshot_limits.ts";
import { encodeSnapshot, partCountOf } from "./snapshot_parts.ts";
import { SnapshotPrefix } from "./snapshot_prefix.ts";
import { Visibility } from "./visibility.ts";
import { captureEvents, captureFrame, worldLayout } from "./world_frame.ts";

const BODY = new Uint8Array(SNAPSHOT_BODY_BYTES_MAX);
const NO_EVENTS = new FrameEvents();

/** The frames of a match from tick 1 on, and its events. */
function playFrames(script: MatchScript, beforeStep?: (world: World) => void): {
  world: World;
  frames: SnapshotFrame[];
  events: FrameEvents;
} {
  const world = openScriptedWorld({
    rules: { scoreLimit: 10_000, timeLimitMs: 3_600_000 },
    ...script,
  });
  const players = new Rng(script.seed + 1);
  const events = new FrameEvents();
  const frames = Array.from({ length: script.ticks }, () => {
    pressKeys(world, players);
    beforeStep?.(world);
    world.step();
    const frame = new SnapshotFrame();
    captureFrame(world, frame);
    captureEvents(world, events);
    return frame;
  });
  return { world, frames, events };
}

const SCRIPTS: readonly [name: string, script: MatchScript][] = [
  ["ten tanks at 30 Hz", { seed: 1, ticks: 1_500 }],
  ["ten tanks alone at 10 Hz", { seed: 2, ticks: 600, tickRate: 10, modeName: "ffa" }],
  ["two tanks at 60 Hz", { seed: 3, ticks: 900, tickRate: 60, modeName: "duel", tankCount: 2 }],
  ["a hundred tanks", { seed: 4, ticks: 150, modeName: "steppe_war", tankCount: 100 }],
];

for (const [name, script] of SCRIPTS) {
  Deno.test(`A frame of ${name} arrives as it is, full and against any baseline`, () => {
    const { world, frames } = playFrames(script);
    const layout = worldLayout(world);
    const encoder = new SnapshotEncoder(layout);
    const decoder = new SnapshotDecoder(layout);
    const rng = new Rng(script.seed);
    const decoded = new SnapshotFrame();
    const events = new FrameEvents();
    for (const [index, frame] of frames.entries()) {
      for (const age of [0, 1, 2, 4, 1 + rng.below(255)]) {
        const baseline = age === 0 ? undefined : frames[index - age];
        if (age > 0 && baseline === undefined) continue;
        const end = encoder.encode(frame, BODY, { baseline, events: NO_EVENTS });
        const options = { tick: frame.tick, baseline, start: 0, end, events };
        assertEquals(decoder.decode(BODY, decoded, options), undefined);
        assertEquals(frameHash(decoded, layout), frameHash(frame, layout), `${frame.tick} ${age}`);
      }
    }
  });
}

Deno.test("A client that sees a part gets that part, and what leaves its sight is gone", () => {
  const { world, frames, events } = playFrames({ seed: 6, ticks: 400 });
  const layout = worldLayout(world);
  const encoder = new SnapshotEncoder(layout);
  const decoder = new SnapshotDecoder(layout);
  const rng = new Rng(6);
  let baseline: SnapshotFrame | undefined;
  let baselineVisible: Visibility | undefined;
  let client = new SnapshotFrame();
  for (const frame of frames) {
    if (rng.below(3) === 0) continue;
    const visible = new Visibility();
    for (let slot = 0; slot < 10; slot++) if (rng.below(3) > 0) visible.showSlot(slot);
    for (let shell = 0; shell < frame.shellCount; shell++) {
      if (rng.below(3) > 0) visible.showShell(shell);
    }
    const end = encoder.encode(frame, BODY, { baseline, events, visible, baselineVisible });
    const next = new SnapshotFrame();
    const told = new FrameEvents();
    const known = baseline === undefined ? undefined : client;
    const options = { tick: frame.tick, baseline: known, start: 0, end, events: told };
    assertEquals(decoder.decode(BODY, next, options), undefined, `tick ${frame.tick}`);
    assertEquals(frameHash(next, layout), frameHash(frame, layout, visible));
    const slots = Array.from({ length: 10 }, (_, slot) => slot);
    assertEquals(
      slots.filter((slot) => next.hasTank(slot)),
      slots.filter((slot) => visible.hasSlot(slot)),
    );
    const shells = Array.from({ length: frame.shellCount }, (_, index) => index)
      .filter((index) => visible.hasShell(index));
    assertEquals(
      Array.from({ length: next.shellCount }, (_, index) => next.shell(index, SHELL.tick)),
      shells.map((index) => frame.shell(index, SHELL.tick)),
    );
    for (let index = 0; index < told.count; index++) {
      const at = told.at(index);
      const isSeen = visible.hasSlot(told.slot[at] ?? 0) || visible.hasSlot(told.by[at] ?? 0);
      assert(isSeen, `event ${told.kind[at]} of slot ${told.slot[at]}`);
    }
    [baseline, baselineVisible, client] = [frame, visible, next];
  }
});

Deno.test("A shot is told where its shell was in no snapshot, and seen by its shell otherwise", () => {
  const { world, frames, events } = playFrames({ seed: 7, ticks: 300 });
  const layout = worldLayout(world);
  const newest = frames.at(-1);
  const baseline = frames.at(-11);
  assert(newest !== undefined && baseline !== undefined);
  const end = new SnapshotEncoder(layout).encode(newest, BODY, { baseline, events });
  const told = new FrameEvents();
  const options = { tick: newest.tick, baseline, start: 0, end, events: told };
  assertEquals(new SnapshotDecoder(layout).decode(BODY, new SnapshotFrame(), options), undefined);
  const shotsTold = Array.from({ length: told.count }, (_, index) => told.kind[told.at(index)])
    .filter((kind) => kind === 0).length;
  let shots = 0;
  for (let index = 0; index < events.count; index++) {
    const at = events.at(index);
    if (events.kind[at] === 0 && (events.tick[at] ?? 0) > baseline.tick) shots += 1;
  }
  const shells =
    Array.from({ length: newest.shellCount }, (_, index) => newest.shell(index, SHELL.tick))
      .filter((tick) => tick > baseline.tick).length;
  assert(shots > shells && shells > 0, "the match has both");
  assertEquals(shotsTold, shots - shells);
});

Deno.test("A shot that is judged by what its shooter saw before is seen by its shell too", () => {
  for (const lagTicks of [0, 1, 5]) {
    const world = openSmallWorld();
    const { slot } = placeTank(world, { x: 10, y: 30 });
    const near = placeTank(world, { x: 30, y: 10 });
    placeTank(world, { x: 33, y: 10 });
    const baseline = new SnapshotFrame();
    stepTimes(world, 10);
    captureFrame(world, baseline);
    for (const shooter of [slot, near.slot]) {
      world.setViewLag(shooter, lagTicks);
      world.fireOnce(shooter);
    }
    const events = new FrameEvents();
    world.step();
    captureEvents(world, events);
    const frame = new SnapshotFrame();
    captureFrame(world, frame);
    assertEquals([frame.shellCount, frame.shell(0, SHELL.slot)], [1, slot]);
    const told = toldShots(worldLayout(world), { frame, baseline, events });
    assertEquals(told, [[11, near.slot]], `${lagTicks} ticks: of the shell that hit at once`);
  }
});

Deno.test("No shot is told that has the tick and slot of a shell of another shot", () => {
  const world = openSmallWorld();
  const { slot } = placeTank(world, { x: 10, y: 30 });
  const [baseline, frame] = [new SnapshotFrame(), new SnapshotFrame()];
  stepTimes(world, 10);
  captureFrame(world, baseline);
  world.fireOnce(slot);
  world.step();
  captureFrame(world, frame);
  const events = new FrameEvents();
  events.lagTicks[events.add(EVENT_KINDS.shot, 11, slot)] = 3;
  assertEquals(toldShots(worldLayout(world), { frame, baseline, events }), []);
});

/** Tick and slot of each shot that a client is told. */
function toldShots(
  layout: FrameLayout,
  { frame, baseline, events }: {
    readonly frame: SnapshotFrame;
    readonly baseline: SnapshotFrame;
    readonly events: FrameEvents;
  },
): (readonly (number | undefined)[])[] {
  const end = new SnapshotEncoder(layout).encode(frame, BODY, { baseline, events });
  const told = new FrameEvents();
  const options = { tick: frame.tick, baseline, start: 0, end, events: told };
  assertEquals(new SnapshotDecoder(layout).decode(BODY, new SnapshotFrame(), options), undefined);
  return Array.from({ length: told.count }, (_, index) => told.at(index))
    .filter((at) => told.kind[at] === EVENT_KINDS.shot)
    .map((at) => [told.tick[at], told.slot[at]]);
}

Deno.test("Of more than 64 events the newest are told", () => {
  const layout = frameLayout({
    tickRate: 30,
    slotCount: 10,
    teamMax: 2,
    widthUm: 60_000_000,
    heightUm: 60_000_000,
  });
  const [baseline, frame] = [new SnapshotFrame(), new SnapshotFrame()];
  baseline.tick = 100;
  frame.tick = 200;
  const events = new FrameEvents();
  for (let tick = 60; tick <= 210; tick++) events.add(3, tick, tick % 10);
  const end = new SnapshotEncoder(layout).encode(frame, BODY, { baseline, events });
  const told = new FrameEvents();
  const options = { tick: 200, baseline, start: 0, end, events: told };
  assertEquals(new SnapshotDecoder(layout).decode(BODY, new SnapshotFrame(), options), undefined);
  const ticks = Array.from({ length: told.count }, (_, index) => told.tick[told.at(index)]);
  assertEquals(ticks, Array.from({ length: 64 }, (_, index) => 137 + index));
});

Deno.test("The largest frame there can be fits, also in its parts", () => {
  const layout = frameLayout({
    tickRate: 60,
    slotCount: SLOTS_MAX,
    teamMax: SLOTS_MAX,
    widthUm: 1_000_000_000,
    heightUm: 1_000_000_000,
  });
  const frame = new SnapshotFrame();
  frame.tick = 0xffffffff;
  for (let slot = 0; slot < SLOTS_MAX; slot++) {
    frame.setNames(slot, "t".repeat(64), "𝄞".repeat(64));
    frame.setTank(slot, TANK.team, 100);
    frame.setTeamScore(slot + 1, 9);
  }
  frame.shellCount = SHELLS_MAX;
  for (let index = 0; index < SHELLS_MAX; index++) {
    frame.setShell(index, SHELL.tick, frame.tick - 10 + Math.floor(index / 100));
    frame.setShell(index, SHELL.slot, index % 100);
  }
  const length = new SnapshotEncoder(layout).encode(frame, BODY, { events: NO_EVENTS });
  assert(length <= SNAPSHOT_BODY_BYTES_MAX, `${length} bytes`);
  const partCount = partCountOf(length);
  const prefix = Object.assign(new SnapshotPrefix(), {
    tick: frame.tick,
    baselineTicks: 255,
    inputSeq: 0xffffffff,
    ownSpeedMm: -32_767,
    partCount,
  });
  const body = BODY.subarray(0, length);
  for (let partIndex = 0; partIndex < partCount; partIndex++) {
    const datagram = new Uint8Array(1_200 - DATAGRAM_TAG_BYTES);
    encodeSnapshot(Object.assign(prefix, { partIndex }), body, datagram);
  }
});

Deno.test("A snapshot of ten moving tanks takes at most 90 bytes in the middle, all included", () => {
  const { world, frames, events } = playFrames({ seed: 8, ticks: 3_000 });
  const layout = worldLayout(world);
  const encoder = new SnapshotEncoder(layout);
  const datagram = new Uint8Array(1_200);
  for (const age of [3, 4]) {
    const sizes = frames.slice(100).map((frame, index) => {
      const baseline = frames[index + 100 - age];
      const length = encoder.encode(frame, BODY, { baseline, events });
      const prefix = Object.assign(new SnapshotPrefix(), {
        tick: frame.tick,
        baselineTicks: age,
        inputSeq: frame.tick + 3,
        ownSpeedMm: 266,
      });
      return encodeSnapshot(prefix, BODY.subarray(0, length), datagram) + DATAGRAM_TAG_BYTES;
    }).toSorted((a, b) => a - b);
    const median = sizes[Math.floor(sizes.length / 2)] ?? Infinity;
    assert(median <= 90, `${median} bytes at ${age} ticks`);
  }
});

Deno.test("SnapshotEncoder takes no baseline that is not before the frame, or too far", () => {
  const { world, frames } = playFrames({ seed: 9, ticks: 300 });
  const encoder = new SnapshotEncoder(worldLayout(world));
  const [first, second] = frames;
  const last = frames.at(-1);
  assert(first !== undefined && second !== undefined && last !== undefined);
  const options = { events: NO_EVENTS };
  assertThrows(() => encoder.encode(first, BODY, { ...options, baseline: first }), RangeError);
  assertThrows(() => encoder.encode(first, BODY, { ...options, baseline: second }), RangeError);
  assertThrows(() => encoder.encode(last, BODY, { ...options, baseline: first }), RangeError);
  assertThrows(() => encoder.encode(first, new Uint8Array(9), options), RangeError);
});
