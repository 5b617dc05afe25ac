import { assertEquals, assertThrows } from "@std/assert";
import { decodeInput, encodeInput, InputBatch, INPUTS_MAX } from "./input_message.ts";

function batchOf(fields: Partial<InputBatch>): InputBatch {
  return Object.assign(new InputBatch(), { newestSeq: 40, count: 3, ...fields });
}

Deno.test("INPUT repeats 32 equal inputs in a bit each", () => {
  const batch = batchOf({ count: INPUTS_MAX, snapshotTick: 20_000, viewAgeTicks: 3 });
  batch.throttle.fill(127);
  batch.turret.fill(4_711);
  const bytes = new Uint8Array(100);
  const length = encodeInput(batch, bytes);
  // Header; 40 and 20 000 as varints; age and count; 34 bits and 31.
  assertEquals(length, 14 + 1 + 3 + 2 + 9);
  const decoded = new InputBatch();
  assertEquals(decodeInput(bytes, length, decoded), undefined);
  assertEquals(decoded, batch);
});

Deno.test("decodeInput overwrites what an earlier batch has left", () => {
  const bytes = new Uint8Array(200);
  const into = new InputBatch();
  const full = batchOf({ count: INPUTS_MAX });
  full.fire.fill(1);
  decodeInput(bytes, encodeInput(full, bytes), into);
  assertEquals(decodeInput(bytes, encodeInput(batchOf({}), bytes), into), undefined);
  assertEquals([into.count, ...into.fire.subarray(0, 3)], [3, 0, 0, 0]);
});

const OUT_OF_BOUNDS: readonly Partial<InputBatch>[] = [
  { count: -1 },
  { count: 33 },
  { count: 3, newestSeq: 2 },
  { viewAgeTicks: 1, snapshotTick: 0 },
  { viewAgeTicks: 256, snapshotTick: 1_000 },
];

for (const fields of OUT_OF_BOUNDS) {
  Deno.test(`encodeInput refuses ${JSON.stringify(fields)}`, () => {
    assertThrows(() => encodeInput(batchOf(fields), new Uint8Array(200)), RangeError);
  });
}
