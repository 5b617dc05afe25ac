import { type Clock, sleep } from "../clock.ts";
import { Deque } from "../deque.ts";
import { describeError, type Log } from "../log.ts";
import type { Subscription } from "./subscription.ts";
import { WorkInHand } from "./work_in_hand.ts";
import { PoisonMessage, WORK_ATTEMPTS_MAX, type WorkHandler } from "./work_queue.ts";

/** The delay before a redelivery doubles with each attempt, this often at most. */
const DELAY_DOUBLINGS_MAX = 6;

/** What a queue needs. */
export interface MemoryQueueOptions {
  /** Delays redeliveries. */
  readonly clock: Clock;
  /** Told of messages that fail. */
  readonly log: Log;
  /** Messages waiting or in hand at most. */
  readonly depthMax: number;
  /** Before the second attempt; doubles with each further one. */
  readonly redeliveryDelayMs: number;
  /** Takes what cannot be done; undefined: the queue tries without end and drops poison. */
  readonly deadLetter: ((text: string) => void) | undefined;
  /** Called when the queue has neither messages nor consumers. */
  readonly onIdle: () => void;
}

interface Message {
  /** Order of arrival: a message that comes back takes its old place. */
  readonly sequence: number;
  readonly text: string;
  attempt: number;
}

/**
 * One queue: first in, first out, shared by its consumers in turn. A message that failed stays in its
 * consumer's hand until the delay is over, so that a prefetch of 1 keeps strict order.
 */
export class MemoryQueue {
  readonly #name: string;
  readonly #options: MemoryQueueOptions;
  readonly #arrived = new Deque<Message>();
  /** What came back, latest arrival first. */
  readonly #returned: Message[] = [];
  readonly #consumers: Consumer[] = [];
  #sequence = 0;
  #inHandCount = 0;
  #turn = 0;
  #dispatchDue = false;

  /** Empty at first; `name` is for the log. */
  constructor(name: string, options: MemoryQueueOptions) {
    this.#name = name;
    this.#options = options;
  }

  /** Messages waiting or in hand. */
  get depth(): number {
    return this.#arrived.length + this.#returned.length + this.#inHandCount;
  }

  /** Takes a message as JSON text; false where the queue is full. */
  offer(text: string): boolean {
    if (this.depth >= this.#options.depthMax) return false;
    this.#arrived.push({ sequence: this.#sequence++, text, attempt: 0 });
    this.#dispatchSoon();
    return true;
  }

  /** Drops the oldest message that waits; false where none does. */
  dropOldest(): boolean {
    return this.#take() !== undefined;
  }

  /** Adds a consumer with at most `prefetch` messages in hand. */
  consume(handler: WorkHandler, prefetch: number): Subscription {
    const consumer = new Consumer(handler, prefetch, () => {
      this.#consumers.splice(this.#consumers.indexOf(consumer), 1);
      this.#checkIdle();
    });
    this.#consumers.push(consumer);
    this.#dispatchSoon();
    return consumer;
  }

  /** Closes every consumer. */
  async close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
  }

  // Never inside a publisher's call: a handler is not its business.
  #dispatchSoon(): void {
    if (this.#dispatchDue) return;
    this.#dispatchDue = true;
    queueMicrotask(() => {
      this.#dispatchDue = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    for (let free = this.#nextFree(); free !== undefined; free = this.#nextFree()) {
      const message = this.#take();
      if (message === undefined) break;
      void this.#deliver(message, free);
    }
    this.#checkIdle();
  }

  #nextFree(): Consumer | undefined {
    for (let tried = 0; tried < this.#consumers.length; tried++) {
      const consumer = this.#consumers[this.#turn++ % this.#consumers.length];
      if (consumer?.hasRoom) return consumer;
    }
    return undefined;
  }

  #take(): Message | undefined {
    return this.#returned.pop() ?? this.#arrived.shift();
  }

  async #deliver(message: Message, consumer: Consumer): Promise<void> {
    consumer.inHand.begin();
    this.#inHandCount++;
    message.attempt++;
    let comesBack = false;
    try {
      await consumer.handler({ message: JSON.parse(message.text), attempt: message.attempt });
    } catch (error) {
      comesBack = await this.#failed(message, consumer, error);
    }
    this.#inHandCount--;
    if (comesBack) this.#giveBack(message);
    consumer.inHand.end();
    this.#dispatchSoon();
  }

  /** Whether the message is to be delivered again; waits until it may be. */
  async #failed(message: Message, consumer: Consumer, error: unknown): Promise<boolean> {
    const { log, deadLetter, clock, redeliveryDelayMs } = this.#options;
    const fields = { queue: this.#name, attempt: message.attempt, error: describeError(error) };
    const poison = error instanceof PoisonMessage;
    if (poison || (deadLetter !== undefined && message.attempt >= WORK_ATTEMPTS_MAX)) {
      log.warn(deadLetter === undefined ? "work_dropped" : "work_dead_lettered", fields);
      deadLetter?.(message.text);
      return false;
    }
    log.debug("work_failed", fields);
    const doublings = Math.min(message.attempt - 1, DELAY_DOUBLINGS_MAX);
    await sleep(clock, redeliveryDelayMs * 2 ** doublings, consumer.closing).catch(() => {
      // The consumer closes: the message goes back at once, for others.
    });
    return true;
  }

  #giveBack(message: Message): void {
    let index = this.#returned.length;
    while (index > 0 && (this.#returned[index - 1]?.sequence ?? 0) < message.sequence) index--;
    this.#returned.splice(index, 0, message);
  }

  #checkIdle(): void {
    if (this.depth === 0 && this.#consumers.length === 0) this.#options.onIdle();
  }
}

class Consumer implements Subscription {
  readonly handler: WorkHandler;
  readonly inHand = new WorkInHand();
  readonly #prefetch: number;
  readonly #onClose: () => void;
  readonly #closing = new AbortController();

  constructor(handler: WorkHandler, prefetch: number, onClose: () => void) {
    this.handler = handler;
    this.#prefetch = prefetch;
    this.#onClose = onClose;
  }

  get hasRoom(): boolean {
    return this.inHand.count < this.#prefetch;
  }

  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort();
      this.#onClose();
    }
    return this.inHand.none();
  }
}
