import type { ConfigReader } from "../config.ts";
import type { EventRetention } from "../ports/sqlite_event_pruner.ts";

const HOUR_MS = 3_600_000;

/** What the embedded event log keeps where nobody says: a week, in 4 GiB at most. */
export const EVENT_RETENTION: EventRetention = {
  ageMaxMs: 168 * HOUR_MS,
  bytesMax: 4_294_967_296,
};

/**
 * Reads how much the embedded event log keeps: `EVENT_LOG_RETENTION_HOURS`, up to ten years, and
 * `EVENT_LOG_BYTES_MAX`, 16 MiB to 16 TiB, all that a SQLite file can have. Kafka has bounds of its own.
 */
export function readEventRetention(reader: ConfigReader): EventRetention {
  const { ageMaxMs, bytesMax } = EVENT_RETENTION;
  const hours = reader.integer("EVENT_LOG_RETENTION_HOURS", ageMaxMs / HOUR_MS, {
    min: 1,
    max: 87_600,
  });
  return {
    ageMaxMs: hours * HOUR_MS,
    bytesMax: reader.integer("EVENT_LOG_BYTES_MAX", bytesMax, {
      min: 16_777_216,
      max: 17_592_186_044_416,
    }),
  };
}
