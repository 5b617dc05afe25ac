import type { Pruned } from "./sqlite_event_pruner.ts";
import type { EventRow, EventStoreOptions, Page, PageQuery } from "./sqlite_event_store.ts";

/** What the event log asks of its worker. */
export type EventStoreRequest =
  | { readonly kind: "open"; readonly options: EventStoreOptions }
  | { readonly kind: "append"; readonly rows: readonly EventRow[] }
  | { readonly kind: "page"; readonly query: PageQuery }
  | { readonly kind: "group_position"; readonly topic: string; readonly group: string }
  | {
    readonly kind: "commit";
    readonly topic: string;
    readonly group: string;
    readonly position: number;
  }
  | { readonly kind: "close" };

/** What the worker answers. */
export type EventStoreReply =
  | { readonly kind: "done" }
  | { readonly kind: "appended"; readonly pruned: Pruned }
  | { readonly kind: "page"; readonly page: Page }
  | { readonly kind: "position"; readonly position: number }
  | { readonly kind: "failed"; readonly reason: string };

/** A request with a number that its reply repeats. */
export interface NumberedRequest {
  /** The request's number. */
  readonly id: number;
  /** The request. */
  readonly request: EventStoreRequest;
}

/** The reply to the request of the same number. */
export interface NumberedReply {
  /** The request's number. */
  readonly id: number;
  /** The reply. */
  readonly reply: EventStoreReply;
}
