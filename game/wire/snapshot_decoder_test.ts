import { assertEquals } from "@std/assert";
import { FrameEvents } from "./frame_events.ts";
import { frameHash } from "./frame_hash.ts";
import { frameLayout } from "./frame_layout.ts";
import { SnapshotDecoder } from "./snapshot_decoder.ts";
import { SHELL, SnapshotFrame, TANK } from "./snapshot_frame.ts";
import { SLOTS_MAX } from "./snapshot_limits.ts";

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
  for (let slot = 0; slot < SLOTS_MAX; slot++) frame.setNames(slot, "t", "p");
  for (let team = 1; team <= SLOTS_MAX; team++) frame.setTeamScore(team, 9);
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
    frame.setNames(3, "", "");
    frame.shellCount = 1;
    return frame;
  };
  const changes: readonly ((frame: SnapshotFrame) => unknown)[] = [
    (frame) => frame.tick = 1,
    (frame) => frame.outcome = 1,
    (frame) => frame.winner = 1,
    (frame) => frame.setTeamScore(2, 1),
    (frame) => frame.removeTank(3),
    (frame) => frame.setNames(4, "", ""),
    (frame) => frame.setTank(3, TANK.xCm, 1),
    (frame) => frame.setTank(3, TANK.yCm, 1),
    (frame) => frame.setTank(3, TANK.heading, 1),
    (frame) => frame.setTank(3, TANK.turret, 1),
    (frame) => frame.setTank(3, TANK.hp, 1),
    (frame) => frame.setTank(3, TANK.team, 1),
    (frame) => frame.setTank(3, TANK.score, 1),
    (frame) => frame.setTank(3, TANK.flags, 1),
    (frame) => frame.setNames(3, "x", ""),
    (frame) => frame.setNames(3, "", "x"),
    (frame) => frame.shellCount = 0,
    (frame) => frame.setShell(0, SHELL.tick, 1),
    (frame) => frame.setShell(0, SHELL.slot, 1),
    (frame) => frame.setShell(0, SHELL.xCm, 1),
    (frame) => frame.setShell(0, SHELL.yCm, 1),
    (frame) => frame.setShell(0, SHELL.heading, 1),
  ];
  const hashes = changes.map((change) => {
    const frame = make();
    change(frame);
    return frameHash(frame, LAYOUT);
  });
  assertEquals(new Set([frameHash(make(), LAYOUT), ...hashes]).size, changes.length + 1);
  const unseen = make();
  unseen.setTank(5, TANK.xCm, 1);
  unseen.setShell(1, SHELL.xCm, 1);
  unseen.setTeamScore(3, 1);
  assertEquals(frameHash(unseen, LAYOUT), frameHash(make(), LAYOUT));
});
