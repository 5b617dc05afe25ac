import { assertEquals } from "@std/assert";
import { FrameEvents } from "./frame_events.ts";
import { frameHash } from "./frame_hash.ts";
import { frameLayout } from "./frame_layout.ts";
import { SnapshotDecoder } from "./snapshot_decoder.ts";
import { SnapshotFrame } from "./snapshot_frame.ts";

const LAYOUT = frameLayout({
  tickRate: 30,
  slotCount: 10,
  teamMax: 2,
  widthUm: 60_000_000,
  heightUm: 60_000_000,
});

Deno.test("SnapshotDecoder takes no baseline that is not before the snapshot, or too far", () => {
  const decoder = new SnapshotDecoder(LAYOUT);
  const baseline = new SnapshotFrame();
  baseline.tick = 1_000;
  // No tank gone or new, no score, no outcome, no shell, no event.
  const bytes = new Uint8Array(1);
  const reasons = [999, 1_000, 1_001, 1_255, 1_256].map((tick) =>
    decoder.decode(bytes, new SnapshotFrame(), {
      tick,
      baseline,
      start: 0,
      end: 1,
      events: new FrameEvents(),
    })
  );
  const reason = "unknown_baseline";
  assertEquals(reasons, [reason, reason, undefined, undefined, reason]);
});

Deno.test("SnapshotDecoder leaves nothing of what the frame and the events held before", () => {
  const frame = new SnapshotFrame();
  frame.present.fill(1);
  frame.teamScore.fill(9);
  frame.shellCount = 5;
  frame.outcome = 1;
  frame.winner = 2;
  const events = new FrameEvents();
  events.add(3, 4, 5);
  const options = { tick: 7, baseline: undefined, start: 0, end: 1, events };
  assertEquals(new SnapshotDecoder(LAYOUT).decode(new Uint8Array(1), frame, options), undefined);
  const empty = new SnapshotFrame();
  empty.tick = 7;
  assertEquals(frameHash(frame, LAYOUT), frameHash(empty, LAYOUT));
  assertEquals(events.count, 0);
});

Deno.test("frameHash changes with every field of what is there, and with nothing else", () => {
  const make = (): SnapshotFrame => {
    const frame = new SnapshotFrame();
    frame.present[3] = 1;
    frame.shellCount = 1;
    return frame;
  };
  const changes: readonly ((frame: SnapshotFrame) => unknown)[] = [
    (frame) => frame.tick = 1,
    (frame) => frame.outcome = 1,
    (frame) => frame.winner = 1,
    (frame) => frame.teamScore[2] = 1,
    (frame) => frame.present[3] = 0,
    (frame) => frame.present[4] = 1,
    (frame) => frame.xCm[3] = 1,
    (frame) => frame.yCm[3] = 1,
    (frame) => frame.heading[3] = 1,
    (frame) => frame.turret[3] = 1,
    (frame) => frame.hp[3] = 1,
    (frame) => frame.team[3] = 1,
    (frame) => frame.score[3] = 1,
    (frame) => frame.flags[3] = 1,
    (frame) => frame.tankId[3] = "x",
    (frame) => frame.playerId[3] = "x",
    (frame) => frame.shellCount = 0,
    (frame) => frame.shellTick[0] = 1,
    (frame) => frame.shellSlot[0] = 1,
    (frame) => frame.shellXCm[0] = 1,
    (frame) => frame.shellYCm[0] = 1,
    (frame) => frame.shellHeading[0] = 1,
  ];
  const hashes = changes.map((change) => {
    const frame = make();
    change(frame);
    return frameHash(frame, LAYOUT);
  });
  assertEquals(new Set([frameHash(make(), LAYOUT), ...hashes]).size, changes.length + 1);
  const unseen = make();
  unseen.xCm[5] = 1;
  unseen.shellXCm[1] = 1;
  unseen.teamScore[3] = 1;
  assertEquals(frameHash(unseen, LAYOUT), frameHash(make(), LAYOUT));
});
