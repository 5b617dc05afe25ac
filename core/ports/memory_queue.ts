import { type CancelTimer, type Clock, sleep } from "../clock.ts";
import { Deque } from "../deque.ts";
import { describeError, type Log } from "../log.ts";
import { MemoryConsumer } from "./memory_consumer.ts";
import type { Subscription } from "./subscription.ts";
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
  /** How long a message may wait, in milliseconds; for ever if undefined. */
  readonly keptMs: number | undefined;
  /** Takes what cannot be done; undefined: the queue tries without end and drops poison. */
  readonly deadLetter: ((text: string) => void) | undefined;
  /** Called when the queue has neither messages nor consumers. */
  readonly onIdle: () => void;
}

interface Message {
  /** Order of arrival: a message that comes back takes its old place. */
  readonly sequence: number;
  readonly text: string;
  /** On the monotonic clock. */
  readonly expiresAtMs: number;
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
  readonly #consumers: MemoryConsumer[] = [];
  #sequence = 0;
  #inHandCount = 0;
  #turn = 0;
  #dispatchDue = false;
  /** Set while something waits that may become too old. */
  #cancelExpiry: CancelTimer | undefined;

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
    const expiresAtMs = this.#options.clock.monotonicMs() + (this.#options.keptMs ?? Infinity);
    this.#arrived.push({ sequence: this.#sequence++, text, expiresAtMs, attempt: 0 });
    this.#expireLater();
    this.#dispatchSoon();
    return true;
  }

  /** Drops the oldest message that waits; false where none does. */
  dropOldest(): boolean {
    return this.#take() !== undefined;
  }

  /** Adds a consumer with at most `prefetch` messages in hand. */
  consume(handler: WorkHandler, prefetch: number): Subscription {
    const consumer = new MemoryConsumer(handler, prefetch, () => {
      this.#consumers.splice(this.#consumers.indexOf(consumer), 1);
      this.#checkIdle();
    });
    this.#consumers.push(consumer);
    this.#dispatchSoon();
    return consumer;
  }

  /** Closes every consumer. */
  async close(): Promise<void> {
    this.#cancelExpiry?.();
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
    while (this.depth > this.#inHandCount) {
      const free = this.#nextFree();
      const message = free && this.#take();
      if (free === undefined || message === undefined) break;
      void this.#deliver(message, free);
    }
    this.#checkIdle();
  }

  #nextFree(): MemoryConsumer | undefined {
    for (let tried = 0; tried < this.#consumers.length; tried++) {
      const consumer = this.#consumers[this.#turn++ % this.#consumers.length];
      if (consumer?.hasRoom) return consumer;
    }
    return undefined;
  }

  #take(): Message | undefined {
    this.#dropExpired();
    return this.#returned.pop() ?? this.#arrived.shift();
  }

  /** One timer for all that waits: what is too old goes at the latest twice as late as it should. */
  #expireLater(): void {
    const { keptMs, clock } = this.#options;
    if (keptMs === undefined || this.#cancelExpiry !== undefined) return;
    this.#cancelExpiry = clock.after(keptMs, () => {
      this.#cancelExpiry = undefined;
      this.#dropExpired();
      if (this.#arrived.length + this.#returned.length > 0) this.#expireLater();
      this.#checkIdle();
    });
  }

  #dropExpired(): void {
    if (this.#options.keptMs === undefined) return;
    const nowMs = this.#options.clock.monotonicMs();
    // Both have the oldest at the end that is looked at.
    while ((this.#returned.at(-1)?.expiresAtMs ?? Infinity) <= nowMs) this.#returned.pop();
    for (let first = this.#arrived.shift(); first !== undefined; first = this.#arrived.shift()) {
      if (first.expiresAtMs <= nowMs) continue;
      return this.#arrived.pushFront(first);
    }
  }

  async #deliver(message: Message, consumer: MemoryConsumer): Promise<void> {
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
  async #failed(message: Message, consumer: MemoryConsumer, error: unknown): Promise<boolean> {
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
    if (this.depth > 0 || this.#consumers.length > 0) return;
    this.#cancelExpiry?.();
    this.#options.onIdle();
  }
}
