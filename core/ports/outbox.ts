import type { EventRow } from "./sqlite_event_store.ts";

/**
 * Why an event was dropped from an outbox. `outbox_full`: it was the oldest when there were too many.
 * `rejected`: the other side refused it for good.
 */
export const OUTBOX_DROP_REASONS = ["outbox_full", "rejected"] as const;

/** One of {@linkcode OUTBOX_DROP_REASONS}. */
export type OutboxDropReason = typeof OUTBOX_DROP_REASONS[number];

/** What waits in an outbox. */
export interface OutboxStatus {
  /** Events that wait. */
  readonly count: number;
  /** Characters of theirs. */
  readonly length: number;
  /** When the oldest of them was appended, in milliseconds since the epoch; undefined of none. */
  readonly oldestAtMs: number | undefined;
}

/** What an outbox tells of itself, when it happens. */
export interface OutboxListener {
  /** The other side went away (false, and why) or is there (true). */
  readonly onState: (isUp: boolean, reason?: string) => void;
  /** Events were dropped. */
  readonly onDrop: (count: number, reason: OutboxDropReason) => void;
  /** More waits, or less. */
  readonly onStatus: (status: OutboxStatus) => void;
}

/**
 * Keeps events on disk until the other side has taken them, in order, at least once. Beyond its bounds
 * the oldest are dropped.
 */
export interface Outbox {
  /** Resolves when it is open. @throws Error naming the path, where it is no outbox */
  opened(): Promise<void>;
  /** Keeps all the rows or, where it throws, none; they survive the process. */
  append(rows: readonly EventRow[]): Promise<void>;
  /** Resolves when everything appended so far was delivered or dropped. @throws Error while it cannot be */
  delivered(): Promise<void>;
  /** Delivers what it can in a short while, and closes; what is left is delivered the next time. */
  close(): Promise<void>;
}
