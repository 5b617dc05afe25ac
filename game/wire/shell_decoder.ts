import type { BitReader } from "./bit_reader.ts";
import type { BodyTarget } from "./body_context.ts";
import { findShellOf, SHELL_AGE_BITS } from "./shell_encoder.ts";
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
    const tick = frame.shellTick[at] ?? 0;
    const slot = frame.shellSlot[at] ?? 0;
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
  frame.shellTick[at] = frame.tick - age;
  frame.shellSlot[at] = reader.bounded(layout.slotBits, layout.slotCount - 1);
  frame.shellXCm[at] = reader.bounded(layout.xBits, layout.xCmMax);
  frame.shellYCm[at] = reader.bounded(layout.yBits, layout.yCmMax);
  frame.shellHeading[at] = reader.bits(HEADING_BITS);
}

/**
 * Moves the last shell before those that were fired after it, of which there are few: only a shell that
 * comes into sight is older than some. False where the frame or its baseline has the same one.
 */
function moveIntoPlace({ frame, baseline }: BodyTarget): boolean {
  const last = frame.shellCount - 1;
  const tick = frame.shellTick[last] ?? 0;
  const slot = frame.shellSlot[last] ?? 0;
  const isKnown = baseline !== undefined &&
    findShellOf(baseline, tick, slot) < baseline.shellCount;
  if (isKnown) return false;
  const x = frame.shellXCm[last] ?? 0;
  const y = frame.shellYCm[last] ?? 0;
  const heading = frame.shellHeading[last] ?? 0;
  let at = last;
  for (; at > 0; at--) {
    const ahead = (frame.shellTick[at - 1] ?? 0) - tick || (frame.shellSlot[at - 1] ?? 0) - slot;
    if (ahead === 0) return false;
    if (ahead < 0) break;
    frame.copyShell(frame, at - 1, at);
  }
  frame.shellTick[at] = tick;
  frame.shellSlot[at] = slot;
  frame.shellXCm[at] = x;
  frame.shellYCm[at] = y;
  frame.shellHeading[at] = heading;
  return true;
}
