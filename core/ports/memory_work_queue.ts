import type { Clock } from "../clock.ts";
import type { JsonValue } from "../json.ts";
import type { Log } from "../log.ts";
import { FanoutSubscriber } from "./memory_fanout.ts";
import { MemoryQueue } from "./memory_queue.ts";
import type { Subscription } from "./subscription.ts";
import {
  type ConsumeOptions,
  DEAD_LETTER_SUFFIX,
  PREFETCH_DEFAULT,
  type QueueOptions,
  type WorkHandler,
  type WorkQueue,
} from "./work_queue.ts";

/** What a {@linkcode MemoryWorkQueue} loses at its bounds. */
export type WorkQueueDrop =
  /** A fanout subscriber was behind. */
  | "fanout_behind"
  /** A dead-letter queue was full. */
  | "dead_letters_full";

/** What a {@linkcode MemoryWorkQueue} needs. */
export interface MemoryWorkQueueOptions {
  /** Delays redeliveries. */
  readonly clock: Clock;
  /** Told of what goes wrong. */
  readonly log: Log;
  /** Messages in one queue, waiting or in hand; `publish` rejects beyond it. Default 65 536. */
  readonly depthMax?: number;
  /** Before a message's second attempt, in milliseconds; doubles with each further one. Default 100. */
  readonly redeliveryDelayMs?: number;
  /** Messages that wait for one fanout subscriber; beyond it the oldest go. Default 1024. */
  readonly fanoutBacklogMax?: number;
  /** Called once for each message that is lost at a bound. */
  readonly onDrop?: (reason: WorkQueueDrop) => void;
}

/**
 * A {@linkcode WorkQueue} inside this process. A message is copied through JSON, as a broker would
 * copy it. Full queues refuse, full dead-letter queues and slow fanout subscribers lose their oldest.
 */
export class MemoryWorkQueue implements WorkQueue {
  readonly #options: Required<MemoryWorkQueueOptions>;
  readonly #queues = new Map<string, MemoryQueue>();
  readonly #exchanges = new Map<string, Set<FanoutSubscriber>>();
  #closing = false;
  #closed = false;

  /** Without queues and exchanges at first: naming one makes it. */
  constructor(options: MemoryWorkQueueOptions) {
    this.#options = {
      depthMax: 65_536,
      redeliveryDelayMs: 100,
      fanoutBacklogMax: 1024,
      onDrop: () => {},
      ...options,
    };
  }

  publish(queue: string, message: JsonValue, options?: QueueOptions): Promise<void> {
    return Promise.try(() => {
      if (this.#closed) throw new Error(`Cannot publish to ${queue}: the work queue is closed`);
      if (this.#queue(queue, options).offer(JSON.stringify(message))) return;
      throw new Error(`Cannot publish to ${queue}: it holds ${this.#options.depthMax} messages`);
    });
  }

  consume(queue: string, handler: WorkHandler, options?: ConsumeOptions): Promise<Subscription> {
    return Promise.try(() => {
      if (this.#closing) throw new Error(`Cannot consume ${queue}: the work queue is closed`);
      const prefetch = options?.prefetch ?? PREFETCH_DEFAULT;
      if (Number.isInteger(prefetch) && prefetch >= 1) {
        return this.#queue(queue, options).consume(handler, prefetch);
      }
      throw new RangeError(`Cannot consume ${queue}: prefetch must be 1 or more, is ${prefetch}`);
    });
  }

  publishFanout(exchange: string, message: JsonValue): Promise<void> {
    return Promise.try(() => {
      if (this.#closed) throw new Error(`Cannot publish to ${exchange}: the work queue is closed`);
      const text = JSON.stringify(message);
      for (const subscriber of this.#exchanges.get(exchange) ?? []) subscriber.offer(text);
    });
  }

  subscribeFanout(
    exchange: string,
    handler: (message: JsonValue) => Promise<void>,
  ): Promise<Subscription> {
    return Promise.try(() => {
      if (this.#closing) {
        throw new Error(`Cannot subscribe to ${exchange}: the work queue is closed`);
      }
      const subscribers = this.#exchanges.get(exchange) ?? new Set();
      this.#exchanges.set(exchange, subscribers);
      const subscriber = new FanoutSubscriber(exchange, handler, {
        log: this.#options.log,
        backlogMax: this.#options.fanoutBacklogMax,
        onDrop: () => this.#options.onDrop("fanout_behind"),
        onClose: () => {
          subscribers.delete(subscriber);
          if (subscribers.size === 0) this.#exchanges.delete(exchange);
        },
      });
      subscribers.add(subscriber);
      return subscriber;
    });
  }

  depth(queue: string): Promise<number> {
    return Promise.resolve(this.#queues.get(queue)?.depth ?? 0);
  }

  async close(): Promise<void> {
    this.#closing = true;
    const subscribers = [...this.#exchanges.values()].flatMap((exchange) => [...exchange]);
    // Work in hand may still publish; only then is it over.
    await Promise.all(
      [...subscribers, ...this.#queues.values()].map((closable) => closable.close()),
    );
    this.#closed = true;
    this.#queues.clear();
  }

  #queue(name: string, options?: QueueOptions): MemoryQueue {
    const existing = this.#queues.get(name);
    if (existing !== undefined) return existing;
    const { clock, log, depthMax, redeliveryDelayMs } = this.#options;
    const isDead = name.endsWith(DEAD_LETTER_SUFFIX);
    const queue: MemoryQueue = new MemoryQueue(name, {
      clock,
      log,
      depthMax,
      redeliveryDelayMs,
      keptMs: options?.keptMs,
      deadLetter: isDead ? undefined : (text) => this.#deadLetter(name, text),
      onIdle: () => {
        if (this.#queues.get(name) === queue) this.#queues.delete(name);
      },
    });
    this.#queues.set(name, queue);
    return queue;
  }

  #deadLetter(name: string, text: string): void {
    const dead = this.#queue(`${name}${DEAD_LETTER_SUFFIX}`);
    if (dead.offer(text)) return;
    this.#options.onDrop("dead_letters_full");
    // The newest tells most about what is wrong now.
    if (dead.dropOldest()) dead.offer(text);
  }
}
