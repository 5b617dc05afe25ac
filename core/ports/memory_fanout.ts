import { Deque } from "../deque.ts";
import type { JsonValue } from "../json.ts";
import { describeError, type Log } from "../log.ts";
import type { Subscription } from "./subscription.ts";
import { WorkInHand } from "./work_in_hand.ts";

/** What every subscriber of every exchange shares. */
export interface FanoutOptions {
  /** Told of handlers that throw and of a subscriber that falls behind. */
  readonly log: Log;
  /** Messages that wait for one subscriber; beyond it that one loses its oldest. */
  readonly backlogMax: number;
  /** Called once for each message that is lost so. */
  readonly onDrop: () => void;
}

/** One listener of a fanout exchange: its own backlog, one message in hand at a time. */
export class FanoutSubscriber implements Subscription {
  readonly #exchange: string;
  readonly #handler: (message: JsonValue) => Promise<void>;
  readonly #options: FanoutOptions;
  readonly #onClose: () => void;
  readonly #backlog = new Deque<string>();
  readonly #inHand = new WorkInHand();
  #dropping = false;
  #closed = false;

  /**
   * Waits for messages.
   *
   * @param options `onClose`: called once, as soon as it takes no more
   */
  constructor(
    exchange: string,
    handler: (message: JsonValue) => Promise<void>,
    options: FanoutOptions & { readonly onClose: () => void },
  ) {
    this.#exchange = exchange;
    this.#handler = handler;
    this.#options = options;
    this.#onClose = options.onClose;
  }

  /** Takes a message as JSON text; it is handled later, never inside the call. */
  offer(text: string): void {
    if (this.#closed) return;
    if (this.#backlog.length >= this.#options.backlogMax) this.#dropOldest();
    this.#backlog.push(text);
    if (this.#inHand.count === 0) void this.#run();
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#backlog.clear();
      this.#onClose();
    }
    return this.#inHand.none();
  }

  #dropOldest(): void {
    this.#backlog.shift();
    this.#options.onDrop();
    // One line for each time it falls behind; the count says how far.
    if (!this.#dropping) {
      this.#options.log.warn("fanout_subscriber_behind", { exchange: this.#exchange });
    }
    this.#dropping = true;
  }

  async #run(): Promise<void> {
    this.#inHand.begin();
    await Promise.resolve();
    for (let text = this.#next(); text !== undefined; text = this.#next()) {
      try {
        await this.#handler(JSON.parse(text));
      } catch (error) {
        this.#options.log.error("fanout_handler_failed", {
          exchange: this.#exchange,
          error: describeError(error),
        });
      }
    }
    this.#dropping = false;
    this.#inHand.end();
  }

  #next(): string | undefined {
    return this.#backlog.shift();
  }
}
