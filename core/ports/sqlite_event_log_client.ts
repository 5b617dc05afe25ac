import type {
  EventStoreReply,
  EventStoreRequest,
  NumberedReply,
  NumberedRequest,
} from "./sqlite_event_log_messages.ts";
import type { Pruned } from "./sqlite_event_pruner.ts";
import type { EventRow, EventStoreOptions, Page, PageQuery } from "./sqlite_event_store.ts";

interface Waiting {
  readonly resolve: (reply: EventStoreReply) => void;
  readonly reject: (error: Error) => void;
}

/** What a {@linkcode SqliteEventLogClient} needs. */
export interface SqliteEventLogClientOptions {
  /** Told once why, when the worker has ended by a fault of ours: whatever is asked fails from then on. */
  readonly onDeath: (reason: string) => void;
  /** It ends with the client; one of the event log's own by default. */
  readonly worker?: Worker;
}

/** The event store in a Worker of its own, asked by messages. */
export class SqliteEventLogClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  /** Why nothing can be asked any more. */
  #ended: string | undefined;

  /** Starts the worker, unless it is given one. */
  constructor(options: SqliteEventLogClientOptions) {
    this.#worker = options.worker ??
      new Worker(new URL("./sqlite_event_log_worker.ts", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", (event: MessageEvent<NumberedReply>) => {
      const { id, reply } = event.data;
      this.#waiting.get(id)?.resolve(reply);
      this.#waiting.delete(id);
    });
    this.#worker.addEventListener("error", (event) => {
      // Unhandled it would end the process at once, and not in order.
      event.preventDefault();
      if (this.#ended !== undefined) return;
      const reason = `its worker died: ${event.message}`;
      this.#end(reason);
      options.onDeath(reason);
    });
  }

  /** Opens the file. @throws Error naming the path */
  async open(options: EventStoreOptions): Promise<void> {
    await this.#ask({ kind: "open", options });
  }

  /** Writes all the rows or, where it throws, none; says what was removed for them. */
  async append(rows: readonly EventRow[]): Promise<Pruned> {
    const reply = await this.#ask({ kind: "append", rows });
    if (reply.kind === "appended") return reply.pruned;
    throw new Error(`Cannot append events: the worker answered ${reply.kind}`);
  }

  /** A part of a topic. */
  async page(query: PageQuery): Promise<Page> {
    const reply = await this.#ask({ kind: "page", query });
    if (reply.kind === "page") return reply.page;
    throw new Error(`Cannot read events: the worker answered ${reply.kind}`);
  }

  /** The position after which a group goes on; 0 for a new one. */
  async groupPosition(topic: string, group: string): Promise<number> {
    const reply = await this.#ask({ kind: "group_position", topic, group });
    if (reply.kind === "position") return reply.position;
    throw new Error(`Cannot read a group's position: the worker answered ${reply.kind}`);
  }

  /** Moves a group's position on. */
  async commit(topic: string, group: string, position: number): Promise<void> {
    await this.#ask({ kind: "commit", topic, group, position });
  }

  /** Closes the file, after what was asked before, and ends the worker. */
  async close(): Promise<void> {
    try {
      if (this.#ended === undefined) await this.#ask({ kind: "close" });
    } finally {
      this.#end("it is closed");
      this.#worker.terminate();
    }
  }

  async #ask(request: EventStoreRequest): Promise<EventStoreReply> {
    if (this.#ended !== undefined) throw new Error(`Cannot use the event log: ${this.#ended}`);
    const id = this.#nextId++;
    const reply = await new Promise<EventStoreReply>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, request } satisfies NumberedRequest);
    });
    if (reply.kind === "failed") throw new Error(reply.reason);
    return reply;
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    for (const { reject } of this.#waiting.values()) {
      reject(new Error(`Cannot use the event log: ${reason}`));
    }
    this.#waiting.clear();
  }
}
