import { assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { FrameEvents } from "../../game/wire/frame_events.ts";
import { frameHash } from "../../game/wire/frame_hash.ts";
import { SnapshotDecoder } from "../../game/wire/snapshot_decoder.ts";
import { SnapshotEncoder } from "../../game/wire/snapshot_encoder.ts";
import { SnapshotFrame } from "../../game/wire/snapshot_frame.ts";
import { SNAPSHOT_BODY_BYTES_MAX } from "../../game/wire/snapshot_limits.ts";
import { captureEvents, captureFrame, worldLayout } from "../../game/wire/world_frame.ts";
import { openScriptedWorld, pressKeys } from "../fixtures/simulate_match.ts";

const SEEDS = 12;
const TICKS = 600;
/** How old baselines are; 0: none. */
const AGES = [0, 1, 4, 15];

Deno.test("Whatever lag shots are judged by, a client decodes what the server encoded", () => {
  for (let seed = 1; seed <= SEEDS; seed++) playWithLag(seed);
});

function playWithLag(seed: number): void {
  const world = openScriptedWorld({ seed, ticks: TICKS, rules: { scoreLimit: 1_000 } });
  const layout = worldLayout(world);
  const encoder = new SnapshotEncoder(layout);
  const decoder = new SnapshotDecoder(layout);
  const events = new FrameEvents();
  const frames: SnapshotFrame[] = [];
  const body = new Uint8Array(SNAPSHOT_BODY_BYTES_MAX);
  const rng = new Rng(seed);
  for (let step = 0; step < TICKS; step++) {
    pressKeys(world, rng);
    for (const { slot } of world.tanks) {
      if (rng.below(20) === 0) world.setViewLag(slot, rng.below(8));
      if (rng.below(10) === 0) world.fireOnce(slot);
    }
    world.step();
    captureEvents(world, events);
    const frame = new SnapshotFrame();
    captureFrame(world, frame);
    frames.push(frame);
    for (const age of AGES) {
      const baseline = age === 0 ? undefined : frames.at(-1 - age);
      const end = encoder.encode(frame, body, { baseline, events });
      const seen = new SnapshotFrame();
      const { tick } = frame;
      const told = new FrameEvents();
      const options = { tick, baseline, start: 0, end, events: told };
      const label = `seed ${seed}, tick ${tick}, age ${age}`;
      assertEquals(decoder.decode(body.subarray(0, end), seen, options), undefined, label);
      assertEquals(frameHash(seen, layout), frameHash(frame, layout), label);
    }
  }
}
