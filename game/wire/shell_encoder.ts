import type { BitWriter } from "./bit_writer.ts";
import type { BodySource } from "./body_context.ts";
import type { SnapshotFrame } from "./snapshot_frame.ts";
import { HEADING_BITS } from "./snapshot_limits.ts";
import { isShellSeen, nextShellSeen } from "./visibility.ts";

/** Bits of a shell's age where it may be older than the baseline. */
export const SHELL_AGE_BITS = 7;

/** Writes the shells: a bit for each of the baseline's, set where it is gone, then those that are new. */
export function encodeShells(source: BodySource, writer: BitWriter): void {
  const { frame, baseline, visible, baselineVisible } = source;
  if (baseline !== undefined) {
    for (
      let index = nextShellSeen(baseline, baselineVisible, 0);
      index < baseline.shellCount;
      index = nextShellSeen(baseline, baselineVisible, index + 1)
    ) {
      const now = findShell(frame, baseline, index);
      writer.bit(!isShellSeen(frame, now, visible));
    }
  }
  for (
    let index = nextShellSeen(frame, visible, 0);
    index < frame.shellCount;
    index = nextShellSeen(frame, visible, index + 1)
  ) {
    if (baseline !== undefined) {
      const then = findShell(baseline, frame, index);
      if (isShellSeen(baseline, then, baselineVisible)) continue;
    }
    writer.bit(true);
    encodeShell(source, index, writer);
  }
  writer.bit(false);
}

/** Where in a frame the shell is that another frame has at `index`; beyond all of them: nowhere. */
export function findShell(frame: SnapshotFrame, other: SnapshotFrame, index: number): number {
  const tick = other.shellTick[index] ?? 0;
  const slot = other.shellSlot[index] ?? 0;
  return findShellOf(frame, tick, slot);
}

/** Where in a frame the shell is that a slot fired in a tick; beyond all of them: nowhere. */
export function findShellOf(frame: SnapshotFrame, tick: number, slot: number): number {
  let low = 0;
  let high = frame.shellCount;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const behind = (frame.shellTick[middle] ?? 0) - tick || (frame.shellSlot[middle] ?? 0) - slot;
    if (behind < 0) low = middle + 1;
    else high = middle;
  }
  const isThere = low < frame.shellCount && frame.shellTick[low] === tick &&
    frame.shellSlot[low] === slot;
  return isThere ? low : frame.shellCount;
}

function encodeShell(
  { frame, baseline, layout, widths }: BodySource,
  index: number,
  writer: BitWriter,
): void {
  const age = frame.tick - (frame.shellTick[index] ?? 0);
  const isYoung = baseline !== undefined && age < frame.tick - baseline.tick;
  if (baseline !== undefined) writer.bit(!isYoung);
  writer.bits(age, isYoung ? widths.tickBits : SHELL_AGE_BITS);
  writer.bits(frame.shellSlot[index] ?? 0, layout.slotBits);
  writer.bits(frame.shellXCm[index] ?? 0, layout.xBits);
  writer.bits(frame.shellYCm[index] ?? 0, layout.yBits);
  writer.bits(frame.shellHeading[index] ?? 0, HEADING_BITS);
}
