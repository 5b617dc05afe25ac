import type { FrameEvents } from "../wire/frame_events.ts";
import type { SnapshotFrame } from "../wire/snapshot_frame.ts";
import type { MatchEvent } from "./client_event.ts";

/** By their numbers on the wire; two bits carry no other. */
const KINDS = ["shot", "damaged", "destroyed", "respawned"] as const;

/**
 * What happened after a tick and up to a snapshot, with the names that tanks have in it; a tank that is gone
 * has none. A snapshot repeats everything since its baseline, so that `afterTick` is the snapshot before.
 */
export function listEvents(
  events: FrameEvents,
  frame: SnapshotFrame,
  afterTick: number,
): MatchEvent[] {
  const list: MatchEvent[] = [];
  for (let index = 0; index < events.count; index++) {
    const at = events.at(index);
    const tick = events.tick[at] ?? 0;
    if (tick <= afterTick) continue;
    const kind = KINDS[events.kind[at] ?? 0] ?? "shot";
    const hasShooter = kind === "damaged" || kind === "destroyed";
    list.push({
      kind,
      tick,
      tankId: frame.tankId(events.slot[at] ?? 0),
      byTankId: hasShooter ? frame.tankId(events.by[at] ?? 0) : undefined,
      damage: events.damage[at] ?? 0,
    });
  }
  return list;
}
