import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import {
  DATAGRAM_MARK,
  HEADER_BYTES,
  newHeader,
  payloadEnd,
  readHeader,
  type Sender,
} from "../../game/wire/datagram.ts";
import { FrameEvents } from "../../game/wire/frame_events.ts";
import { SnapshotDecoder } from "../../game/wire/snapshot_decoder.ts";
import { SnapshotEncoder } from "../../game/wire/snapshot_encoder.ts";
import { SnapshotFrame } from "../../game/wire/snapshot_frame.ts";
import { SnapshotReceiver } from "../../game/wire/snapshot_receiver.ts";
import { captureEvents, captureFrame, worldLayout } from "../../game/wire/world_frame.ts";
import { WIRE_REFUSALS } from "../../game/wire/wire_refusal.ts";
import {
  decodeSnapshotPrefix,
  encodeSnapshotPrefix,
  SnapshotPrefix,
} from "../../game/wire/snapshot_prefix.ts";
import { readVectors } from "../conformance/vector_runner.ts";
import { openScriptedWorld, pressKeys } from "../fixtures/simulate_match.ts";
import { fuzzTimes, openSeed, say } from "./seed.ts";
import { REPEATS } from "./wire_codecs.ts";

const DATAGRAMS = 200_000 * fuzzTimes();
const BODIES = 40_000 * fuzzTimes();
const SNAPSHOTS = 20_000 * fuzzTimes();
const BYTES_MAX = 1_210;

/** Changes a few bytes, cuts or grows; gives the new length. */
function damage(bytes: Uint8Array, length: number, rng: Rng): number {
  for (let left = rng.below(4); left > 0; left--) {
    const at = rng.below(Math.max(1, Math.min(length, rng.below(3) === 0 ? length : 60)));
    const kind = rng.below(4);
    if (kind === 0) bytes[at] = rng.below(256);
    else if (kind === 1) bytes[at] = (bytes[at] ?? 0) ^ (1 << rng.below(8));
    else if (kind === 2) bytes[at] = rng.below(2) * 255;
    else bytes[at] = (bytes[at] ?? 0) + (rng.below(2) === 0 ? 1 : -1);
  }
  const change = rng.below(20);
  if (change === 0) return rng.below(length + 1);
  if (change === 1) return Math.min(bytes.length, length + rng.below(4));
  return length;
}

function isSame(left: Uint8Array, right: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (left[at] !== right[at]) return false;
  return true;
}

Deno.test("Hostile datagrams never throw, and what is read is written as it was", async () => {
  const seed = openSeed("Wire datagrams");
  const rng = new Rng(seed);
  const samples = (await readVectors()).flatMap(({ request }) => {
    const sender: Sender = request.sender === "client" ? "client" : "server";
    const isDatagram = request.op === "decode";
    return isDatagram ? [{ sender, bytes: Uint8Array.fromHex(String(request.datagram)) }] : [];
  });
  const bytes = new Uint8Array(BYTES_MAX);
  const again = new Uint8Array(BYTES_MAX);
  const header = newHeader();
  const prefix = new SnapshotPrefix();
  const refusals = new Map<string, number>();
  let accepted = 0;
  for (let round = 0; round < DATAGRAMS; round++) {
    const sample = rng.below(8) === 0 ? undefined : rng.pick(samples);
    let length = rng.below(rng.below(10) === 0 ? BYTES_MAX : 60);
    if (sample === undefined) {
      for (let at = 0; at < length; at++) bytes[at] = rng.below(256);
      bytes[0] = DATAGRAM_MARK;
      bytes[1] = rng.below(0x1b);
    } else {
      bytes.set(sample.bytes);
      length = damage(bytes, sample.bytes.length, rng);
    }
    const datagram = bytes.subarray(0, length);
    const sender = sample?.sender ?? (rng.below(2) === 0 ? "client" : "server");
    const refused = readHeader(datagram, sender, header);
    if (refused !== undefined) {
      refusals.set(refused, (refusals.get(refused) ?? 0) + 1);
      continue;
    }
    const end = payloadEnd(header.type, length);
    const repeat = REPEATS.get(header.type);
    if (repeat === undefined) {
      const reason = decodeSnapshotPrefix(datagram, end, prefix);
      if (reason !== undefined) continue;
      const at = encodeSnapshotPrefix(prefix, again);
      assert(at === prefix.bodyStart && isSame(bytes, again, HEADER_BYTES, at), `round ${round}`);
      continue;
    }
    const result = repeat(datagram, end, again);
    if ("reason" in result) {
      refusals.set(result.reason, (refusals.get(result.reason) ?? 0) + 1);
      continue;
    }
    accepted += 1;
    const isRepeated = result.length === end && isSame(bytes, again, HEADER_BYTES, end);
    if (!isRepeated) assertEquals(again.slice(0, result.length), datagram.slice(0, end));
    assert(isRepeated, `seed ${seed}, round ${round}`);
  }
  say(`${DATAGRAMS} datagrams, ${accepted} read, ${[...refusals].map((pair) => pair.join(" "))}`);
  assert(accepted > DATAGRAMS / 20, `only ${accepted} were read`);
  assert(refusals.size > 10, "most reasons come up");
});

Deno.test("Hostile bodies never throw, and what is read is written as it was", () => {
  const seed = openSeed("Wire bodies");
  const rng = new Rng(seed);
  const world = openScriptedWorld({ seed, ticks: 0, rules: { scoreLimit: 10_000 } });
  const layout = worldLayout(world);
  const encoder = new SnapshotEncoder(layout);
  const decoder = new SnapshotDecoder(layout);
  const history = new FrameEvents();
  const [frame, baseline, read] = [new SnapshotFrame(), new SnapshotFrame(), new SnapshotFrame()];
  const told = new FrameEvents();
  const valid = new Uint8Array(BYTES_MAX);
  const bytes = new Uint8Array(BYTES_MAX);
  const again = new Uint8Array(20_000);
  let accepted = 0;
  let length = 0;
  let known: SnapshotFrame | undefined;
  for (let round = 0; round < BODIES; round++) {
    if (round % 100 === 0) {
      baseline.copyFrom(frame);
      const steps = 1 + rng.below(rng.below(8) === 0 ? 255 : 5);
      for (let step = 0; step < steps; step++) {
        pressKeys(world, rng);
        world.step();
        captureEvents(world, history);
      }
      captureFrame(world, frame);
      known = rng.below(4) === 0 || frame.tick === baseline.tick ? undefined : baseline;
      if (known?.tick === 0) known = undefined;
      length = encoder.encode(frame, valid, { baseline: known, events: history });
    }
    bytes.set(valid);
    const end = damage(bytes, length, rng);
    const options = { tick: frame.tick, baseline: known, start: 0, end, events: told };
    const reason = decoder.decode(bytes, read, options);
    if (reason !== undefined) {
      assert(WIRE_REFUSALS.includes(reason));
      continue;
    }
    accepted += 1;
    const repeated = encoder.encode(read, again, { baseline: known, events: told });
    assert(
      repeated === end && isSame(bytes, again, 0, end),
      `seed ${seed}, round ${round}: ${bytes.subarray(0, end).toHex()}`,
    );
  }
  say(`${BODIES} bodies, ${accepted} read`);
  assert(accepted > BODIES / 20, `only ${accepted} were read`);
});

Deno.test("A receiver of hostile snapshots never throws and holds no more than it may", async () => {
  const rng = new Rng(openSeed("Wire receiver"));
  const world = openScriptedWorld({ seed: 1, ticks: 0 });
  const layout = worldLayout(world);
  let receiver = new SnapshotReceiver(layout);
  const samples = (await readVectors()).flatMap(({ request }) =>
    request.op === "snapshots" && Array.isArray(request.datagrams)
      ? request.datagrams.map((hex) => Uint8Array.fromHex(String(hex)))
      : []
  );
  const bytes = new Uint8Array(BYTES_MAX);
  const kinds = new Set<string>();
  for (let round = 0; round < SNAPSHOTS; round++) {
    const sample = rng.pick(samples) ?? bytes;
    bytes.set(sample);
    const length = damage(bytes, sample.length, rng);
    const before = receiver.newestTick;
    const reception = receiver.receive(bytes.subarray(0, length), Math.max(0, length - 8));
    kinds.add(reception.kind);
    assert(receiver.newestTick >= before);
    if (reception.kind === "frame") assertEquals(reception.frame.tick, receiver.newestTick);
    // A tick far ahead would make everything after it stale.
    if (receiver.newestTick > 1_000) receiver = new SnapshotReceiver(layout);
  }
  assert(kinds.size === 4, [...kinds].join());
});
