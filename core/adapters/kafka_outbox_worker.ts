/// <reference lib="deno.worker" />
// The thread of a Kafka producer: disk, compression and acknowledgements are waited for here, and not
// where a match is simulated.
import { systemClock } from "../clock.ts";
import { describeError, type Log, type LogFields, type LogLevel } from "../log.ts";
import { unreachable } from "../unreachable.ts";
import type {
  NumberedOutboxRequest,
  OutboxMessage,
  OutboxRequest,
} from "./kafka_outbox_messages.ts";
import { KafkaSink } from "./kafka_sink.ts";
import { OutboxCourier } from "./outbox_courier.ts";
import { OutboxStore } from "./outbox_store.ts";

let courier: OutboxCourier | undefined;

// kafkajs leaves promises behind when a connection breaks; one of them must not end the outbox.
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  const error = describeError(event.reason);
  say({ kind: "log", level: "ERROR", event: "unhandled_rejection", fields: { error } });
});

globalThis.addEventListener("message", (event: MessageEvent<NumberedOutboxRequest>) => {
  const { id, request } = event.data;
  handle(request).then(
    () => say({ kind: "done", id }),
    (error) => say({ kind: "failed", id, reason: reasonOf(error) }),
  );
});

async function handle(request: OutboxRequest): Promise<void> {
  switch (request.kind) {
    case "open":
      courier = open(request);
      return;
    case "append":
      return await opened().append(request.rows);
    case "delivered":
      return await opened().delivered();
    case "close":
      return await courier?.close();
    default:
      return unreachable(request);
  }
}

function open(request: Extract<OutboxRequest, { kind: "open" }>): OutboxCourier {
  const { config, clientId } = request;
  const log = logToOwner({ debugOn: request.debugOn, fields: {} });
  const clock = systemClock;
  const store = new OutboxStore(request.store);
  return new OutboxCourier({
    store,
    sink: new KafkaSink({ config, clientId, clock, log }),
    clock,
    random: Math.random,
    log,
    listener: {
      onState: (isUp, reason) => say({ kind: "state", isUp, reason }),
      onDrop: (count, reason) => say({ kind: "drop", count, reason }),
      onStatus: (status) => say({ kind: "status", status }),
    },
  });
}

function opened(): OutboxCourier {
  if (courier === undefined) throw new Error("Cannot use the outbox: it is not open");
  return courier;
}

function say(message: OutboxMessage): void {
  self.postMessage(message);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A log whose lines are written by the thread that owns this one. */
function logToOwner(options: { readonly debugOn: boolean; readonly fields: LogFields }): Log {
  const write = (level: LogLevel, event: string, fields: LogFields = {}): void => {
    say({ kind: "log", level, event, fields: plain({ ...options.fields, ...fields }) });
  };
  return {
    debugOn: options.debugOn,
    debug: (event, fields) => options.debugOn ? write("DEBUG", event, fields) : undefined,
    info: (event, fields) => write("INFO", event, fields),
    warn: (event, fields) => write("WARN", event, fields),
    error: (event, fields) => write("ERROR", event, fields),
    child: (fields) => logToOwner({ ...options, fields: { ...options.fields, ...fields } }),
  };
}

/** Fields that a message can carry. */
function plain(fields: LogFields): Record<string, string | number | boolean> {
  const result: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const isPlain = typeof value === "string" || typeof value === "number" ||
      typeof value === "boolean";
    result[name] = isPlain ? value : describeError(value);
  }
  return result;
}
