/// <reference lib="deno.worker" />
// The thread of an event log: the disk is waited for here, and not where a match is simulated.
import { unreachable } from "../unreachable.ts";
import type {
  EventStoreReply,
  EventStoreRequest,
  NumberedReply,
  NumberedRequest,
} from "./sqlite_event_log_messages.ts";
import { type EventStoreOptions, SqliteEventStore } from "./sqlite_event_store.ts";

let options: EventStoreOptions | undefined;
let store: SqliteEventStore | undefined;

globalThis.addEventListener("message", (event: MessageEvent<NumberedRequest>) => {
  const { id, request } = event.data;
  self.postMessage({ id, reply: answer(request) } satisfies NumberedReply);
});

function answer(request: EventStoreRequest): EventStoreReply {
  try {
    if (request.kind === "open") options = request.options;
    if (request.kind === "close") return close();
    const store = openOnce();
    return request.kind === "open" ? { kind: "done" } : handle(request, store);
  } catch (error) {
    return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

function handle(
  request: Exclude<EventStoreRequest, { readonly kind: "open" | "close" }>,
  store: SqliteEventStore,
): EventStoreReply {
  switch (request.kind) {
    case "append":
      return { kind: "appended", pruned: store.append(request.rows) };
    case "page":
      return { kind: "page", page: store.page(request.query) };
    case "group_position":
      return { kind: "position", position: store.groupPosition(request.topic, request.group) };
    case "commit":
      store.commit(request.topic, request.group, request.position);
      return { kind: "done" };
    default:
      return unreachable(request);
  }
}

// What could not be opened at first, for lack of space perhaps, is tried again with each request.
function openOnce(): SqliteEventStore {
  if (options === undefined) throw new Error("Cannot use the event store: it is not open");
  store ??= new SqliteEventStore(options);
  return store;
}

function close(): EventStoreReply {
  options = undefined;
  store?.close();
  return { kind: "done" };
}
