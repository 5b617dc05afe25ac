import type { JsonObject, JsonValue } from "../../core/json.ts";
import { EVENT_KINDS, type FrameEvents } from "../../game/wire/frame_events.ts";
import type { FrameLayout } from "../../game/wire/frame_layout.ts";
import type { InputBatch } from "../../game/wire/input_message.ts";
import {
  OUTCOMES,
  SHELL,
  type SnapshotFrame,
  TANK,
  TANK_FLAGS,
} from "../../game/wire/snapshot_frame.ts";
import type { SnapshotPrefix } from "../../game/wire/snapshot_prefix.ts";

/** A message as vectors have it: keys in snake_case, bytes as hex digits. */
export function meaningOf(message: object): JsonObject {
  const entries = Object.entries(message).map(([key, value]) => [
    key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    meaningOfValue(value),
  ]);
  return Object.fromEntries(entries);
}

/** An INPUT as vectors have it. */
export function meaningOfInput(batch: InputBatch): JsonObject {
  return {
    newest_seq: batch.newestSeq,
    snapshot_tick: batch.snapshotTick,
    view_age_ticks: batch.viewAgeTicks,
    inputs: Array.from({ length: batch.count }, (_, index) => ({
      throttle: batch.throttle[index],
      turn: batch.turn[index],
      turret: batch.turret[index],
      fire: batch.fire[index] === 1,
    })),
  };
}

/** What a SNAPSHOT says to one client, as vectors have it. */
export function meaningOfPrefix(prefix: SnapshotPrefix): JsonObject {
  return {
    tick: prefix.tick,
    baseline_ticks: prefix.baselineTicks,
    part_index: prefix.partIndex,
    part_count: prefix.partCount,
    input_seq: prefix.inputSeq,
    input_wait_ticks: prefix.inputWaitTicks,
    own_speed_mm: prefix.ownSpeedMm,
  };
}

/** A frame as vectors have it. */
export function meaningOfFrame(frame: SnapshotFrame, layout: FrameLayout): JsonObject {
  const slots = Array.from({ length: layout.slotCount }, (_, slot) => slot);
  return {
    tick: frame.tick,
    outcome: nameOf(OUTCOMES, frame.outcome),
    winner: frame.winner,
    tanks: slots.filter((slot) => frame.hasTank(slot)).map((slot) => meaningOfTank(frame, slot)),
    team_scores: Array.from(
      { length: layout.teamMax },
      (_, index) => frame.teamScore(index + 1),
    ),
    shells: Array.from({ length: frame.shellCount }, (_, index) => ({
      tick: frame.shell(index, SHELL.tick),
      slot: frame.shell(index, SHELL.slot),
      x_cm: frame.shell(index, SHELL.xCm),
      y_cm: frame.shell(index, SHELL.yCm),
      heading: frame.shell(index, SHELL.heading),
    })),
  };
}

/** Events as vectors have them. */
export function meaningOfEvents(events: FrameEvents): JsonObject[] {
  return Array.from({ length: events.count }, (_, index) => {
    const at = events.at(index);
    const kind = nameOf(EVENT_KINDS, events.kind[at] ?? 0);
    const event = { kind, tick: events.tick[at], slot: events.slot[at] };
    if (kind === "destroyed") return { ...event, by: events.by[at] };
    if (kind !== "damaged") return event;
    return { ...event, by: events.by[at], damage: events.damage[at], hp: events.hp[at] };
  });
}

function meaningOfTank(frame: SnapshotFrame, slot: number): JsonObject {
  const flags = frame.tank(slot, TANK.flags);
  return {
    slot,
    tank_id: frame.tankId(slot),
    player_id: frame.playerId(slot),
    x_cm: frame.tank(slot, TANK.xCm),
    y_cm: frame.tank(slot, TANK.yCm),
    heading: frame.tank(slot, TANK.heading),
    turret: frame.tank(slot, TANK.turret),
    hp: frame.tank(slot, TANK.hp),
    team: frame.tank(slot, TANK.team),
    score: frame.tank(slot, TANK.score),
    alive: (flags & TANK_FLAGS.alive) !== 0,
    protected: (flags & TANK_FLAGS.protected) !== 0,
  };
}

function meaningOfValue(value: unknown): JsonValue {
  if (value instanceof Uint8Array) return value.toHex();
  if (Array.isArray(value)) return value.map(meaningOfValue);
  if (typeof value === "object" && value !== null) return meaningOf(value);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  throw new TypeError(`Cannot write a ${typeof value} into a vector`);
}

function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(names).find((name) => names[name] === value) ?? `${value}`;
}
