import type { Counter, Metrics } from "../../core/metrics.ts";
import { ROOM_REFUSALS, type RoomRefusal } from "../../core/protocol/room_messages.ts";

/** What became of a request of a room. */
export type RoomOutcome = "done" | RoomRefusal;

/** What became of a start: `abandoned`: the room had gone, or somebody else had begun anew. */
export type RoomStart = "filled" | "failed" | "abandoned";

/** What is counted of private rooms. */
export interface RoomMetrics {
  /** Requests, by outcome. */
  readonly requests: Readonly<Record<RoomOutcome, Counter>>;
  /** Matches that game servers were to prepare for rooms, by outcome. */
  readonly starts: Readonly<Record<RoomStart, Counter>>;
  /** Events that could not be sent. */
  readonly eventsDropped: Counter;
}

/** Registers the counters. */
export function openRoomMetrics(metrics: Metrics): RoomMetrics {
  return {
    requests: metrics.counters({
      name: "matchmaker_room_requests_total",
      help: "Requests of private rooms, by outcome",
      label: "outcome",
      values: ["done", ...Object.keys(ROOM_REFUSALS) as RoomRefusal[]],
    }),
    starts: metrics.counters({
      name: "matchmaker_room_starts_total",
      help: "Matches that were to be prepared for private rooms, by outcome",
      label: "outcome",
      values: ["filled", "failed", "abandoned"],
    }),
    eventsDropped: metrics.counter({
      name: "matchmaker_room_events_dropped_total",
      help: "Events of private rooms that could not be sent",
    }),
  };
}
