import type { Subscription } from "./subscription.ts";
import { WorkInHand } from "./work_in_hand.ts";
import type { WorkHandler } from "./work_queue.ts";

/** One consumer of a queue inside this process, and the messages in its hand. */
export class MemoryConsumer implements Subscription {
  /** Takes one message. */
  readonly handler: WorkHandler;
  /** What it has been given and is not done with. */
  readonly inHand = new WorkInHand();
  readonly #prefetch: number;
  readonly #onClose: () => void;
  readonly #closing = new AbortController();

  /** Has nothing in hand; `onClose` is called once, when it closes. */
  constructor(handler: WorkHandler, prefetch: number, onClose: () => void) {
    this.handler = handler;
    this.#prefetch = prefetch;
    this.#onClose = onClose;
  }

  /** Whether it may be given one more. */
  get hasRoom(): boolean {
    return this.inHand.count < this.#prefetch;
  }

  /** Aborts when it closes. */
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
