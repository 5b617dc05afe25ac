import type { BitWriter } from "./bit_writer.ts";
import type { BodySource } from "./body_context.ts";
import { EVENT_KINDS } from "./frame_events.ts";
import { findShellOf } from "./shell_encoder.ts";
import { EVENTS_MAX } from "./snapshot_limits.ts";
import { isShellSeen } from "./visibility.ts";

/** Bits of an event's kind. */
export const EVENT_KIND_BITS = 2;

/** Writes the newest events since the baseline, oldest first, at most 64. */
export function encodeEvents(source: BodySource, writer: BitWriter): void {
  const { events } = source;
  let first = events.count;
  for (let chosen = 0; first > 0 && chosen < EVENTS_MAX; first--) {
    const at = events.at(first - 1);
    if ((events.tick[at] ?? 0) <= (source.baseline?.tick ?? 0)) break;
    if (isTold(source, at)) chosen += 1;
  }
  for (let index = first; index < events.count; index++) {
    const at = events.at(index);
    if (!isTold(source, at)) continue;
    writer.bit(true);
    encodeEvent(source, at, writer);
  }
  writer.bit(false);
}

/** Whether the client is told: it is of the frame's time, the client sees who is in it, and sees it not anyway. */
function isTold(source: BodySource, at: number): boolean {
  const { frame, events, visible } = source;
  const slot = events.slot[at] ?? 0;
  const tick = events.tick[at] ?? 0;
  if (tick > frame.tick) return false;
  const hasOther = events.kind[at] === EVENT_KINDS.damaged ||
    events.kind[at] === EVENT_KINDS.destroyed;
  const isSeen = visible === undefined || visible.hasSlot(slot) ||
    (hasOther && visible.hasSlot(events.by[at] ?? 0));
  if (!isSeen || events.kind[at] !== EVENT_KINDS.shot) return isSeen;
  if (isShotSeen(source, tick - (events.lagTicks[at] ?? 0), slot)) return false;
  // A client refuses a shot that has the tick and slot of a shell, even of another shot's.
  return !isShotSeen(source, tick, slot);
}

/** Whether the client sees the shell that a slot fired in a tick. */
function isShotSeen({ frame, visible }: BodySource, tick: number, slot: number): boolean {
  return isShellSeen(frame, findShellOf(frame, tick, slot), visible);
}

function encodeEvent(source: BodySource, at: number, writer: BitWriter): void {
  const { frame, events, layout, widths } = source;
  const kind = events.kind[at] ?? 0;
  writer.bits(kind, EVENT_KIND_BITS);
  writer.bits(frame.tick - (events.tick[at] ?? 0), widths.tickBits);
  writer.bits(events.slot[at] ?? 0, layout.slotBits);
  if (kind === EVENT_KINDS.damaged || kind === EVENT_KINDS.destroyed) {
    writer.bits(events.by[at] ?? 0, layout.slotBits);
  }
  if (kind !== EVENT_KINDS.damaged) return;
  writer.bits(events.damage[at] ?? 0, 7);
  writer.bits(events.hp[at] ?? 0, 7);
}
