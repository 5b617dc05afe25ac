import type { BitReader } from "./bit_reader.ts";
import type { BodyTarget } from "./body_context.ts";
import { findShellOf, SHELL_AGE_BITS } from "./shell_encoder.ts";
import { SHELL } from "./snapshot_frame.ts";
import { HEADING_BITS, SHELL_AGE_MAX, SHELLS_MAX } from "./snapshot_limits.ts";

/** Reads the shells into the frame: what is left of the baseline's and what is new, in their order. */
export function decodeShells(target: BodyTarget, reader: BitReader): void {
  const { frame, baseline } = target;
  frame.shellCount = 0;
  for (let index = 0; index < (baseline?.shellCount ?? 0); index++) {
    if (baseline === undefined || reader.bit()) continue;
    frame.copyShell(baseline, index, frame.shellCount++);
  }
  let lastTick = -1;
  let lastSlot = -1;
  while (reader.bit()) {
    const at = frame.shellCount;
    if (at >= SHELLS_MAX) reader.refuse("out_of_range");
    if (reader.refusal !== undefined) return;
    decodeShell(target, at, reader);
    const tick = frame.shell(at, SHELL.tick);
    const slot = frame.shell(at, SHELL.slot);
    if (tick < lastTick || (tick === lastTick && slot <= lastSlot)) reader.refuse("not_canonical");
    lastTick = tick;
    lastSlot = slot;
    frame.shellCount += 1;
    if (!moveIntoPlace(target)) reader.refuse("not_canonical");
  }
}

function decodeShell(
  { frame, baseline, layout, widths }: BodyTarget,
  at: number,
  reader: BitReader,
): void {
  const isYoung = baseline !== undefined && !reader.bit();
  const baselineTicks = frame.tick - (baseline?.tick ?? 0);
  const ageMax = isYoung ? Math.min(SHELL_AGE_MAX, baselineTicks - 1) : SHELL_AGE_MAX;
  const age = reader.bounded(isYoung ? widths.tickBits : SHELL_AGE_BITS, ageMax);
  if (!isYoung && baseline !== undefined && age < baselineTicks) reader.refuse("not_canonical");
  if (age >= frame.tick) reader.refuse("out_of_range");
  frame.setShell(at, SHELL.tick, frame.tick - age);
  frame.setShell(at, SHELL.slot, reader.bounded(layout.slotBits, layout.slotCount - 1));
  frame.setShell(at, SHELL.xCm, reader.bounded(layout.xBits, layout.xCmMax));
  frame.setShell(at, SHELL.yCm, reader.bounded(layout.yBits, layout.yCmMax));
  frame.setShell(at, SHELL.heading, reader.bits(HEADING_BITS));
}

/**
 * Moves the last shell before those that were fired after it, of which there are few: only a shell that
 * comes into sight is older than some. False where the frame or its baseline has the same one.
 */
function moveIntoPlace({ frame, baseline }: BodyTarget): boolean {
  const last = frame.shellCount - 1;
  const tick = frame.shell(last, SHELL.tick);
  const slot = frame.shell(last, SHELL.slot);
  const isKnown = baseline !== undefined &&
    findShellOf(baseline, tick, slot) < baseline.shellCount;
  if (isKnown) return false;
  const x = frame.shell(last, SHELL.xCm);
  const y = frame.shell(last, SHELL.yCm);
  const heading = frame.shell(last, SHELL.heading);
  let at = last;
  for (; at > 0; at--) {
    const ahead = frame.shell(at - 1, SHELL.tick) - tick || frame.shell(at - 1, SHELL.slot) - slot;
    if (ahead === 0) return false;
    if (ahead < 0) break;
    frame.copyShell(frame, at - 1, at);
  }
  frame.setShell(at, SHELL.tick, tick);
  frame.setShell(at, SHELL.slot, slot);
  frame.setShell(at, SHELL.xCm, x);
  frame.setShell(at, SHELL.yCm, y);
  frame.setShell(at, SHELL.heading, heading);
  return true;
}
