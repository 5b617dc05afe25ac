import { assert, assertEquals, assertThrows } from "@std/assert";
import { SNAPSHOT_PARTS_MAX } from "../wire/snapshot_limits.ts";
import { SNAPSHOT_PART_BYTES_MAX } from "../wire/snapshot_parts.ts";
import { SnapshotSpread } from "./snapshot_spread.ts";

function spreadOf(bodyBytes: number): SnapshotSpread {
  return new SnapshotSpread({ tick: 9, baselineTicks: 0, body: new Uint8Array(bodyBytes) });
}

Deno.test("SnapshotSpread sends its parts round and round until it is stale", () => {
  const spread = spreadOf(2 * SNAPSHOT_PART_BYTES_MAX + 1);
  const indices: number[] = [];
  while (!spread.isStale) indices.push(spread.takeIndex());
  assertEquals(indices.slice(0, 7), [0, 1, 2, 0, 1, 2, 0]);
  assertEquals(indices.length, 24);
});

Deno.test("SnapshotSpread sends each part twice at least, however many there are", () => {
  const spread = spreadOf(30 * SNAPSHOT_PART_BYTES_MAX);
  let count = 0;
  for (; !spread.isStale; count++) spread.takeIndex();
  assertEquals(count, 60);
});

Deno.test("SnapshotSpread refuses more parts than there may be", () => {
  assert(spreadOf(SNAPSHOT_PARTS_MAX * SNAPSHOT_PART_BYTES_MAX).partCount === SNAPSHOT_PARTS_MAX);
  assertThrows(() => spreadOf(SNAPSHOT_PARTS_MAX * SNAPSHOT_PART_BYTES_MAX + 1), RangeError);
});
