import type { JsonValue } from "../json.ts";
import type { Subscription } from "./subscription.ts";

/** How often a message is handed out before it goes to the dead-letter queue. */
export const WORK_ATTEMPTS_MAX = 5;

/** Messages in a consumer's hand at once where it does not say. */
export const PREFETCH_DEFAULT = 64;

/** What a dead-letter queue's name adds to its queue's. */
export const DEAD_LETTER_SUFFIX = ".dead";

/** A message in a consumer's hand. */
export interface Delivery {
  /** A copy of its own, as it was published. */
  readonly message: JsonValue;
  /** 1 the first time. */
  readonly attempt: number;
}

/**
 * Takes one message: resolved is acknowledged, rejected is delivered again and, after
 * {@linkcode WORK_ATTEMPTS_MAX} attempts, dead-lettered. Rejecting with a {@linkcode PoisonMessage}
 * dead-letters at once.
 */
export type WorkHandler = (delivery: Delivery) => Promise<void>;

/**
 * The message can never be handled: dead-letter it without another attempt. A dead-letter queue is
 * consumed like any other, but has none of its own: there a failed message is tried without end and
 * a poison one is gone.
 */
export class PoisonMessage extends Error {
  /** The class, for logs. */
  override readonly name = "PoisonMessage";
}

/** How long a queue and what waits in it are kept. */
export interface QueueOptions {
  /**
   * Milliseconds, 1 or more, for which a message may wait to be taken; after that it is gone, and no
   * dead letter. A queue that nobody has consumed for as long is gone too, with what is in it. All who
   * name a queue must say the same: who names it first decides. For ever if undefined.
   */
  readonly keptMs?: number;
}

/** How a queue is consumed. */
export interface ConsumeOptions extends QueueOptions {
  /**
   * Messages in hand at once, 1 or more; 1 keeps strict order for a sole consumer, because a message
   * that failed stays in hand until it is delivered again. Default {@linkcode PREFETCH_DEFAULT}.
   */
  readonly prefetch?: number;
}

/**
 * Work that is acknowledged: kept until a consumer has done it, delivered again when it failed, set
 * aside in `<queue>.dead` when it cannot be done. Also fanout exchanges, which copy each message to
 * everyone who is subscribed at that moment.
 */
export interface WorkQueue {
  /** Resolves when the queue has the message. @throws Error when it cannot take it */
  publish(queue: string, message: JsonValue, options?: QueueOptions): Promise<void>;
  /** Hands the queue's messages to `handler`; several consumers share a queue. */
  consume(queue: string, handler: WorkHandler, options?: ConsumeOptions): Promise<Subscription>;
  /** Copies the message to every subscriber of the exchange. */
  publishFanout(exchange: string, message: JsonValue): Promise<void>;
  /** Listens to a fanout exchange from now on; what the handler throws is logged. */
  subscribeFanout(
    exchange: string,
    handler: (message: JsonValue) => Promise<void>,
  ): Promise<Subscription>;
  /** Messages waiting or in hand. */
  depth(queue: string): Promise<number>;
  /** Takes no more work, waits for the work in hand, which may still publish, and closes. */
  close(): Promise<void>;
}
