import { Buffer } from "node:buffer";
import type { JsonValue } from "../json.ts";
import { tryParseJson } from "../json.ts";
import type { RpcFailure } from "../ports/rpc.ts";
import type { AmqpProperties, AmqpQueueOptions } from "./rabbitmq_amqp.ts";
import { encodeJson, tryDecodeText } from "./rabbitmq_message.ts";

/** Where a client has its replies sent (https://www.rabbitmq.com/docs/direct-reply-to). */
export const REPLY_TO = "amq.rabbitmq.reply-to";

/** Calls that wait in a service's queue at most; beyond it the broker refuses more. */
const CALLS_WAITING_MAX = 4_096;

/** How long a service's queue outlives a broker's restart if no server comes back to it. */
const QUEUE_EXPIRES_MS = 10_000;

/** The longest that a call may wait, in milliseconds: what the broker's timers hold. */
const EXPIRATION_MS_MAX = 2 ** 31 - 1;

/** The queue in which calls to a service wait. */
export function rpcQueueOf(service: string): string {
  return `rpc.${service}`;
}

/**
 * How that queue is declared. It goes with its last server, so that calls to nobody come back at once.
 * Durable, although what it holds is not: RabbitMQ 4.3 refuses queues that are neither durable nor
 * exclusive.
 */
export const RPC_QUEUE_OPTIONS: AmqpQueueOptions = {
  durable: true,
  autoDelete: true,
  expires: QUEUE_EXPIRES_MS,
  maxLength: CALLS_WAITING_MAX,
  overflow: "reject-publish",
  arguments: { "x-queue-type": "classic" },
};

/** How a call is published: its queue forgets it at its deadline, and it comes back where there is none. */
export function callProperties(id: string, deadlineMs: number): AmqpProperties {
  const expirationMs = Math.min(Math.max(Math.ceil(deadlineMs) || 1, 1), EXPIRATION_MS_MAX);
  return {
    mandatory: true,
    persistent: false,
    contentType: "application/json",
    correlationId: id,
    replyTo: REPLY_TO,
    expiration: String(expirationMs),
  };
}

/** What a server answers. */
export type RpcReply =
  | { readonly kind: "reply"; readonly value: JsonValue }
  | { readonly kind: RpcFailure };

const FAILURES: ReadonlySet<string> = new Set<Exclude<RpcFailure, "deadline_exceeded">>([
  "unavailable",
  "failed",
  "overloaded",
]);

/**
 * A reply as it travels: its kind is the property `type`, its value the JSON content, which a failure
 * has none of.
 *
 * @throws Error when the value is no JSON or longer than that
 */
export function encodeReply(
  reply: RpcReply,
  bytesMax: number,
): { readonly type: string; readonly content: Buffer } {
  const content = reply.kind === "reply" ? encodeJson(reply.value, bytesMax) : Buffer.alloc(0);
  return { type: reply.kind, content };
}

/** Reads a reply; one that cannot be read is a failure of the server's. */
export function decodeReply(type: unknown, content: Uint8Array): RpcReply {
  if (typeof type === "string" && FAILURES.has(type)) return { kind: type as RpcFailure };
  const value = tryParseJson(tryDecodeText(content) ?? "");
  return value === undefined ? { kind: "failed" } : { kind: "reply", value };
}
