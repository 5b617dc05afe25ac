import type { BitReader } from "./bit_reader.ts";
import type { BodyTarget } from "./body_context.ts";
import { EVENT_KIND_BITS } from "./event_encoder.ts";
import { EVENT_KINDS } from "./frame_events.ts";
import { findShellOf } from "./shell_encoder.ts";
import { EVENTS_MAX, HP_MAX } from "./snapshot_limits.ts";

/** Reads what has happened since the baseline, oldest first. */
export function decodeEvents(target: BodyTarget, reader: BitReader): void {
  let lastTick = 0;
  for (let count = 0; reader.bit(); count++) {
    if (count === EVENTS_MAX) reader.refuse("out_of_range");
    if (reader.refusal !== undefined) return;
    const tick = decodeEvent(target, reader);
    if (tick < lastTick) reader.refuse("not_canonical");
    lastTick = tick;
  }
}

/** Reads one. @returns its tick */
function decodeEvent(target: BodyTarget, reader: BitReader): number {
  const { frame, baseline, events, layout, widths } = target;
  const kind = reader.bits(EVENT_KIND_BITS);
  const age = reader.bounded(widths.tickBits, frame.tick - (baseline?.tick ?? 0) - 1);
  const tick = frame.tick - age;
  const at = events.add(kind, tick, reader.bounded(layout.slotBits, layout.slotCount - 1));
  if (kind === EVENT_KINDS.damaged || kind === EVENT_KINDS.destroyed) {
    events.by[at] = reader.bounded(layout.slotBits, layout.slotCount - 1);
  }
  if (kind === EVENT_KINDS.shot) {
    const shell = findShellOf(frame, tick, events.slot[at] ?? 0);
    if (shell < frame.shellCount) reader.refuse("not_canonical");
  }
  if (kind !== EVENT_KINDS.damaged) return tick;
  events.damage[at] = reader.bounded(7, HP_MAX);
  events.hp[at] = reader.bounded(7, HP_MAX);
  return tick;
}
