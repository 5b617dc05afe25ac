import { assert, assertEquals } from "@std/assert";
import { FrameEvents } from "./frame_events.ts";
import { frameLayout } from "./frame_layout.ts";
import { SnapshotEncoder } from "./snapshot_encoder.ts";
import { SnapshotFrame, TANK } from "./snapshot_frame.ts";
import { BASELINES_MAX, SNAPSHOT_BODY_BYTES_MAX } from "./snapshot_limits.ts";
import { encodeSnapshot, partCountOf, SNAPSHOT_PART_BYTES_MAX } from "./snapshot_parts.ts";
import { SnapshotPrefix } from "./snapshot_prefix.ts";
import { type Reception, SnapshotReceiver } from "./snapshot_receiver.ts";

const LAYOUT = frameLayout({
  tickRate: 30,
  slotCount: 100,
  teamMax: 2,
  widthUm: 60_000_000,
  heightUm: 60_000_000,
});
const NO_EVENTS = new FrameEvents();

/** A frame with so many tanks, all of them at the tick's number. */
function frameOf(tick: number, tankCount: number): SnapshotFrame {
  const frame = new SnapshotFrame();
  frame.tick = tick;
  for (let slot = 0; slot < tankCount; slot++) {
    frame.setNames(slot, `tank-${slot}`, "a player with a long name");
    frame.setTank(slot, TANK.team, 1);
    frame.setTank(slot, TANK.xCm, tick);
  }
  return frame;
}

function datagramsOf(frame: SnapshotFrame, baseline?: SnapshotFrame): Uint8Array[] {
  const into = new Uint8Array(SNAPSHOT_BODY_BYTES_MAX);
  const length = new SnapshotEncoder(LAYOUT).encode(frame, into, { baseline, events: NO_EVENTS });
  const baselineTicks = baseline === undefined ? 0 : frame.tick - baseline.tick;
  const partCount = partCountOf(length);
  return Array.from({ length: partCount }, (_, partIndex) => {
    const fields = { tick: frame.tick, baselineTicks, partIndex, partCount };
    const datagram = new Uint8Array(1_200);
    const prefix = Object.assign(new SnapshotPrefix(), fields);
    return datagram.slice(0, encodeSnapshot(prefix, into.subarray(0, length), datagram));
  });
}

function receiveAll(receiver: SnapshotReceiver, datagrams: readonly Uint8Array[]): string[] {
  return datagrams.map((bytes) => kindOf(receiver.receive(bytes, bytes.length)));
}

function kindOf(reception: Reception): string {
  return reception.kind === "refused" ? reception.reason : reception.kind;
}

Deno.test("SnapshotReceiver keeps the last 32 snapshots as baselines", () => {
  const receiver = new SnapshotReceiver(LAYOUT);
  const first = frameOf(1, 3);
  assertEquals(receiveAll(receiver, datagramsOf(first)), ["frame"]);
  for (let tick = 2; tick <= BASELINES_MAX; tick++) {
    assertEquals(receiveAll(receiver, datagramsOf(frameOf(tick, 3), first)), ["frame"]);
  }
  assertEquals(receiver.frameAt(1)?.tank(2, TANK.xCm), 1);
  assertEquals(receiveAll(receiver, datagramsOf(frameOf(33, 3), first)), ["frame"]);
  assertEquals(receiver.frameAt(1), undefined);
  assertEquals(receiveAll(receiver, datagramsOf(frameOf(34, 3), first)), ["unknown_baseline"]);
  assertEquals(receiver.newestTick, 33);
  assertEquals(receiver.frameAt(0), undefined);
});

Deno.test("SnapshotReceiver puts parts together in any order, and not with those of another snapshot", () => {
  const receiver = new SnapshotReceiver(LAYOUT);
  const old = datagramsOf(frameOf(7, 100));
  const parts = datagramsOf(frameOf(8, 100));
  const [first, ...rest] = parts;
  assert(first !== undefined && rest.length >= 2);
  assertEquals(receiveAll(receiver, old.slice(1)), old.slice(1).map(() => "part"));
  assertEquals(receiveAll(receiver, rest), rest.map(() => "part"));
  assertEquals(receiveAll(receiver, old.slice(0, 1)), ["stale"]);
  assertEquals(receiveAll(receiver, [first, first]), ["frame", "stale"]);
  assertEquals(receiver.frameAt(8)?.tank(99, TANK.xCm), 8);
});

Deno.test("SnapshotReceiver survives a refused snapshot without losing a baseline", () => {
  const receiver = new SnapshotReceiver(LAYOUT);
  const first = frameOf(1, 3);
  receiveAll(receiver, datagramsOf(first));
  const [second] = datagramsOf(frameOf(2, 3), first);
  assert(second !== undefined);
  assertEquals(receiveAll(receiver, [second.subarray(0, second.length - 1)]), ["truncated"]);
  assertEquals([receiver.newestTick, receiver.frameAt(2)], [1, undefined]);
  assertEquals(receiveAll(receiver, [second]), ["frame"]);
});

Deno.test("A body has as many parts as it needs", () => {
  const full = SNAPSHOT_PART_BYTES_MAX;
  assertEquals([1, full, full + 1, 3 * full].map(partCountOf), [1, 1, 2, 3]);
});
