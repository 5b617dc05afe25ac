import type { Log } from "../log.ts";
import type { Outbox, OutboxListener } from "../ports/outbox.ts";
import type { EventRow } from "../ports/sqlite_event_store.ts";
import { unreachable } from "../unreachable.ts";
import type { KafkaConfig } from "./kafka_config.ts";
import type {
  NumberedOutboxRequest,
  OutboxMessage,
  OutboxRequest,
} from "./kafka_outbox_messages.ts";

/** What a {@linkcode KafkaOutbox} needs. */
export interface KafkaOutboxOptions {
  /** Which Kafka, and the outbox's bounds. */
  readonly config: KafkaConfig;
  /** The name under which the brokers know us. */
  readonly clientId: string;
  /** The outbox's file, made where it is missing; one process at a time may have it. */
  readonly path: string;
  /** Told what happens in the worker. */
  readonly log: Log;
  /** Told what becomes of the events. */
  readonly listener: OutboxListener;
  /**
   * Told that the worker of an outbox that was open has ended by a fault of ours: nothing is kept or
   * delivered any more. What was kept is in the file, for the next process.
   */
  readonly onFault: (error: Error) => void;
}

interface Asked {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** An {@linkcode Outbox} in front of Kafka, in a Worker of its own, asked by messages. */
export class KafkaOutbox implements Outbox {
  readonly #worker: Worker;
  readonly #options: KafkaOutboxOptions;
  readonly #asked = new Map<number, Asked>();
  readonly #opened: Promise<void>;
  #nextId = 1;
  #isOpen = false;
  /** Why nothing can be asked any more. */
  #ended: string | undefined;
  #closing: Promise<void> | undefined;

  /** Starts the worker, which opens the file. */
  constructor(options: KafkaOutboxOptions) {
    this.#options = options;
    this.#worker = new Worker(new URL("./kafka_outbox_worker.ts", import.meta.url), {
      type: "module",
    });
    this.#worker.addEventListener("message", (event: MessageEvent<OutboxMessage>) => {
      this.#hear(event.data);
    });
    this.#worker.addEventListener("error", (event) => {
      // Unhandled it would end the process at once, and not in order.
      event.preventDefault();
      this.#die(`its worker died: ${event.message}`);
    });
    const { config, clientId, path, log } = options;
    this.#opened = this.#ask({
      kind: "open",
      store: { path, countMax: config.outboxEventsMax, lengthMax: config.outboxLengthMax },
      config,
      clientId,
      debugOn: log.debugOn,
    });
    this.#opened.then(() => this.#isOpen = true, () => {
      // `opened` tells whoever wants to know.
    });
  }

  opened(): Promise<void> {
    return this.#opened;
  }

  append(rows: readonly EventRow[]): Promise<void> {
    return this.#ask({ kind: "append", rows });
  }

  delivered(): Promise<void> {
    return this.#ask({ kind: "delivered" });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      if (this.#ended === undefined) await this.#ask({ kind: "close" });
    } finally {
      this.#end("it is closed");
      this.#worker.terminate();
    }
  }

  async #ask(request: OutboxRequest): Promise<void> {
    if (this.#ended !== undefined) throw new Error(`Cannot use the outbox: ${this.#ended}`);
    const id = this.#nextId++;
    await new Promise<void>((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#worker.postMessage({ id, request } satisfies NumberedOutboxRequest);
    });
  }

  #hear(message: OutboxMessage): void {
    const { listener, log } = this.#options;
    switch (message.kind) {
      case "done":
        this.#asked.get(message.id)?.resolve();
        this.#asked.delete(message.id);
        return;
      case "failed":
        this.#asked.get(message.id)?.reject(new Error(message.reason));
        this.#asked.delete(message.id);
        return;
      case "state":
        return listener.onState(message.isUp, message.reason);
      case "drop":
        return listener.onDrop(message.count, message.reason);
      case "status":
        return listener.onStatus(message.status);
      case "log":
        return writeLog(log, message);
      default:
        return unreachable(message);
    }
  }

  #die(reason: string): void {
    if (this.#ended !== undefined) return;
    const { listener, log, onFault } = this.#options;
    log.error("outbox_worker_died", { reason });
    listener.onState(false, reason);
    this.#end(reason);
    // One that is not open yet says so to whoever waits for it.
    if (this.#isOpen) onFault(new Error(`Cannot go on with the outbox: ${reason}`));
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    for (const { reject } of this.#asked.values()) {
      reject(new Error(`Cannot use the outbox: ${reason}`));
    }
    this.#asked.clear();
  }
}

function writeLog(log: Log, line: Extract<OutboxMessage, { kind: "log" }>): void {
  const { level, event, fields } = line;
  switch (level) {
    case "DEBUG":
      return log.debug(event, fields);
    case "INFO":
      return log.info(event, fields);
    case "WARN":
      return log.warn(event, fields);
    case "ERROR":
      return log.error(event, fields);
    default:
      return unreachable(level);
  }
}
