import { Buffer } from "node:buffer";
import { type JsonValue, tryJsonObject } from "../json.ts";
import type { AmqpMessage } from "./rabbitmq_amqp.ts";

/** A message as it travels. */
export interface RabbitMessage {
  /** JSON in UTF-8; whatever it was where a foreign one is dead-lettered. */
  readonly content: Buffer;
  /** What the content is. */
  readonly contentType: string;
  /** The event's own id, so that a copy can be told, or else a random one. */
  readonly id: string;
  /** Further properties that consumers see. */
  readonly headers: Readonly<Record<string, string | number>>;
}

/** An id longer than this does not fit into a property, and is no id of ours. */
const ID_LENGTH_MAX = 64;

/** A message of ours. @throws RangeError when it is longer than that */
export function encodeMessage(message: JsonValue, bytesMax: number): RabbitMessage {
  const eventId = tryJsonObject(message)?.event_id;
  const hasId = typeof eventId === "string" && eventId.length <= ID_LENGTH_MAX && eventId !== "" &&
    /^[\x21-\x7e]+$/.test(eventId);
  return {
    content: encodeJson(message, bytesMax),
    contentType: "application/json",
    id: hasId ? eventId : crypto.randomUUID(),
    headers: {},
  };
}

/** The value as JSON in UTF-8. @throws RangeError when it is longer than that */
export function encodeJson(value: JsonValue, bytesMax: number): Buffer {
  const content = Buffer.from(JSON.stringify(value));
  if (content.length <= bytesMax) return content;
  throw new RangeError(`Cannot send a message of ${content.length} bytes: at most ${bytesMax}`);
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** The text of a message's content, or undefined where it is not UTF-8. */
export function tryDecodeText(content: Uint8Array): string | undefined {
  try {
    return decoder.decode(content);
  } catch {
    // A fatal decoder throws nothing but TypeError for bytes that are not UTF-8.
    return undefined;
  }
}

/**
 * How often a message was handed out before, as far as its queue knows: a quorum queue counts, a
 * classic one only tells that it was.
 */
export function deliveriesBefore(
  { fields, properties }: Pick<AmqpMessage, "fields" | "properties">,
): number {
  const counted = properties.headers?.["x-delivery-count"];
  const known = fields.redelivered ? 1 : 0;
  return typeof counted === "number" && counted > known ? counted : known;
}

/** The message as it goes to the dead letters: its content as it came, and what became of it. */
export function deadLetterOf(
  { content, properties }: Pick<AmqpMessage, "content" | "properties">,
  { queue, reason, attempt }: {
    readonly queue: string;
    readonly reason: string;
    readonly attempt: number;
  },
): RabbitMessage {
  const { messageId, contentType } = properties;
  return {
    content: Buffer.from(content.buffer, content.byteOffset, content.length),
    contentType: typeof contentType === "string" ? contentType : "application/octet-stream",
    id: typeof messageId === "string" ? messageId : crypto.randomUUID(),
    headers: { "x-dead-queue": queue, "x-dead-reason": reason, "x-dead-attempt": attempt },
  };
}
