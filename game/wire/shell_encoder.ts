import type { BitWriter } from "./bit_writer.ts";
import type { BodySource } from "./body_context.ts";
import { SHELL, type SnapshotFrame } from "./snapshot_frame.ts";
import { HEADING_BITS } from "./snapshot_limits.ts";
import { isShellSeen, nextShellSeen } from "./visibility.ts";

/** Bits of a shell's age where it may be older than the baseline. */
export const SHELL_AGE_BITS = 7;

/** Writes the shells: a bit for each of the baseline's, set where it is gone, then those that are new. */
export function encodeShells(source: BodySource, writer: BitWriter): void {
  const { frame, baseline, visible, baselineVisible } = source;
  if (baseline !== undefined) {
    // Both frames have their shells in one order, so that each is gone through once.
    let now = 0;
    for (
      let index = nextShellSeen(baseline, baselineVisible, 0);
      index < baseline.shellCount;
      index = nextShellSeen(baseline, baselineVisible, index + 1)
    ) {
      now = skipOlderShells(frame, now, { than: baseline, index });
      const isThere = isSameShell(frame, now, { as: baseline, index });
      writer.bit(!(isThere && isShellSeen(frame, now, visible)));
    }
  }
  let then = 0;
  for (
    let index = nextShellSeen(frame, visible, 0);
    index < frame.shellCount;
    index = nextShellSeen(frame, visible, index + 1)
  ) {
    if (baseline !== undefined) {
      then = skipOlderShells(baseline, then, { than: frame, index });
      const wasThere = isSameShell(baseline, then, { as: frame, index });
      if (wasThere && isShellSeen(baseline, then, baselineVisible)) continue;
    }
    writer.bit(true);
    encodeShell(source, index, writer);
  }
  writer.bit(false);
}

/** The first place from `at` on of a shell that is not before the one which another frame has at `index`. */
function skipOlderShells(
  frame: SnapshotFrame,
  at: number,
  { than, index }: { readonly than: SnapshotFrame; readonly index: number },
): number {
  const tick = than.shell(index, SHELL.tick);
  const slot = than.shell(index, SHELL.slot);
  let place = at;
  for (; place < frame.shellCount; place++) {
    const behind = frame.shell(place, SHELL.tick) - tick || frame.shell(place, SHELL.slot) - slot;
    if (behind >= 0) break;
  }
  return place;
}

/** Whether a frame has at a place the shell that another frame has at `index`. */
function isSameShell(
  frame: SnapshotFrame,
  at: number,
  { as, index }: { readonly as: SnapshotFrame; readonly index: number },
): boolean {
  return at < frame.shellCount && frame.shell(at, SHELL.tick) === as.shell(index, SHELL.tick) &&
    frame.shell(at, SHELL.slot) === as.shell(index, SHELL.slot);
}

/** Where in a frame the shell is that a slot fired in a tick; beyond all of them: nowhere. */
export function findShellOf(frame: SnapshotFrame, tick: number, slot: number): number {
  let low = 0;
  let high = frame.shellCount;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const behind = frame.shell(middle, SHELL.tick) - tick || frame.shell(middle, SHELL.slot) - slot;
    if (behind < 0) low = middle + 1;
    else high = middle;
  }
  const isThere = low < frame.shellCount && frame.shell(low, SHELL.tick) === tick &&
    frame.shell(low, SHELL.slot) === slot;
  return isThere ? low : frame.shellCount;
}

function encodeShell(
  { frame, baseline, layout, widths }: BodySource,
  index: number,
  writer: BitWriter,
): void {
  const age = frame.tick - frame.shell(index, SHELL.tick);
  const isYoung = baseline !== undefined && age < frame.tick - baseline.tick;
  if (baseline !== undefined) writer.bit(!isYoung);
  writer.bits(age, isYoung ? widths.tickBits : SHELL_AGE_BITS);
  writer.bits(frame.shell(index, SHELL.slot), layout.slotBits);
  writer.bits(frame.shell(index, SHELL.xCm), layout.xBits);
  writer.bits(frame.shell(index, SHELL.yCm), layout.yBits);
  writer.bits(frame.shell(index, SHELL.heading), HEADING_BITS);
}
