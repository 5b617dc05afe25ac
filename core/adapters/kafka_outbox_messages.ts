import type { LogLevel } from "../log.ts";
import type { OutboxDropReason, OutboxStatus } from "../ports/outbox.ts";
import type { EventRow } from "../ports/sqlite_event_store.ts";
import type { KafkaConfig } from "./kafka_config.ts";
import type { OutboxStoreOptions } from "./outbox_store.ts";

/** What the outbox asks of its worker. */
export type OutboxRequest =
  | {
    readonly kind: "open";
    readonly store: OutboxStoreOptions;
    readonly config: KafkaConfig;
    readonly clientId: string;
    /** Whether DEBUG is written. */
    readonly debugOn: boolean;
  }
  | { readonly kind: "append"; readonly rows: readonly EventRow[] }
  | { readonly kind: "delivered" }
  | { readonly kind: "close" };

/** What the worker says: the answer to a request, or news. */
export type OutboxMessage =
  | { readonly kind: "done"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly reason: string }
  | { readonly kind: "state"; readonly isUp: boolean; readonly reason: string | undefined }
  | { readonly kind: "drop"; readonly count: number; readonly reason: OutboxDropReason }
  | { readonly kind: "status"; readonly status: OutboxStatus }
  | {
    readonly kind: "log";
    readonly level: LogLevel;
    readonly event: string;
    readonly fields: Readonly<Record<string, string | number | boolean>>;
  };

/** A request with the number that its answer repeats. */
export interface NumberedOutboxRequest {
  /** The request's number. */
  readonly id: number;
  /** The request. */
  readonly request: OutboxRequest;
}
