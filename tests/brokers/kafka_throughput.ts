import type { OutboxEventLog } from "../../core/adapters/outbox_event_log.ts";
import { systemClock } from "../../core/clock.ts";
import type { NewEvent } from "../../core/ports/event_log.ts";
import { nextTask } from "../contract/eventually.ts";

const KEY_COUNT = 50;

/** Events appended before other work gets its turn: more than a tick of a full server brings. */
const BURST_COUNT = 200;

/** How fast events came to Kafka, and what that cost the thread that appended them. */
export interface KafkaThroughput {
  /** From the first append until all replicas had acknowledged the last event. */
  readonly eventsPerSecond: number;
  /** What one `append` cost, in microseconds. */
  readonly appendUs: number;
  /** The longest time for which nothing else could run on the appending thread, in milliseconds. */
  readonly longestStallMs: number;
}

/** An event as a moving tank makes them, of a session among many. */
export function tankMoved(index: number): NewEvent {
  const session = `session_${index % KEY_COUNT}`;
  return {
    topic: "tank_coordinates_history",
    key: session,
    value: {
      event_type: "tank_moved",
      timestamp: 1_700_000_000 + index / 1_000,
      event_id: `0123456789abcdef-${index}`,
      server_id: "game-1",
      tank_id: `tank_${index % 500}`,
      session_id: session,
      position: [index % 1_000, index % 777],
      tick: index,
    },
  };
}

/** Appends `count` events as fast as they are taken and waits until Kafka has them all. */
export async function measureKafkaThroughput(
  eventLog: OutboxEventLog,
  count: number,
): Promise<KafkaThroughput> {
  const beganAtMs = systemClock.monotonicMs();
  let appendingMs = 0;
  let longestStallMs = 0;
  for (let index = 0; index < count;) {
    const burstAtMs = systemClock.monotonicMs();
    const end = Math.min(count, index + BURST_COUNT);
    for (; index < end; index++) eventLog.append(tankMoved(index));
    const appendedAtMs = systemClock.monotonicMs();
    appendingMs += appendedAtMs - burstAtMs;
    // The buffer in memory is bounded; a tick would let old events go, a measurement must not.
    if (eventLog.waitingCount > 20_000) await eventLog.flush();
    const idleAtMs = systemClock.monotonicMs();
    await nextTask();
    longestStallMs = Math.max(longestStallMs, systemClock.monotonicMs() - idleAtMs);
  }
  await eventLog.delivered();
  return {
    eventsPerSecond: count / (systemClock.monotonicMs() - beganAtMs) * 1_000,
    appendUs: appendingMs / count * 1_000,
    longestStallMs,
  };
}
