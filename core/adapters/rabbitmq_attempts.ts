import { type Clock, sleep } from "../clock.ts";
import { tryParseJson } from "../json.ts";
import { describeError, type Log } from "../log.ts";
import {
  DEAD_LETTER_SUFFIX,
  PoisonMessage,
  WORK_ATTEMPTS_MAX,
  type WorkHandler,
} from "../ports/work_queue.ts";
import type { AmqpMessage } from "./rabbitmq_amqp.ts";
import {
  deadLetterOf,
  deliveriesBefore,
  type RabbitMessage,
  tryDecodeText,
} from "./rabbitmq_message.ts";
import { retryDelayMs } from "./retry_delay.ts";

/** What becomes of a message that cannot be done. */
export type ConsumeTrouble =
  /** It went to the dead letters. */
  | "dead_lettered"
  /** It was a dead letter already, and is gone. */
  | "dropped";

/** What {@linkcode RabbitAttempts} need. */
export interface RabbitAttemptsDeps {
  /** Sets the pauses between attempts. */
  readonly clock: Clock;
  /** Spreads them: 0 to 1. */
  readonly random: () => number;
  /** Told of messages that fail. */
  readonly log: Log;
  /** Publishes a dead letter, and resolves when the broker has it. */
  readonly publishDead: (queue: string, message: RabbitMessage) => Promise<void>;
  /** Before the second attempt, in milliseconds; doubles with each further one. */
  readonly redeliveryDelayMs: number;
  /** Called once for each message that is set aside, or gone because it was set aside already. */
  readonly onTrouble: (trouble: ConsumeTrouble) => void;
}

/** The delay before an attempt doubles up to this many times. */
const REDELIVERY_DOUBLINGS_MAX = 6;

/**
 * Tries the messages of a queue until each is done or set aside. A message that failed stays in hand,
 * unacknowledged, until its next attempt: that keeps its place, needs no copy of it, and leaves it with the
 * broker whatever happens to us. Attempts are counted here, and on top of what the queue counted itself.
 */
export class RabbitAttempts {
  readonly #deps: RabbitAttemptsDeps;
  readonly #queue: string;
  readonly #handler: WorkHandler;

  /** For the messages of one queue. */
  constructor(deps: RabbitAttemptsDeps, queue: string, handler: WorkHandler) {
    this.#deps = deps;
    this.#queue = queue;
    this.#handler = handler;
  }

  /**
   * Whether the message is done with, and to be acknowledged; never rejects.
   *
   * @param recalled aborts when the broker takes the message back: no further attempt is made then
   */
  async run(received: AmqpMessage, recalled: AbortSignal): Promise<boolean> {
    const text = tryDecodeText(received.content);
    const first = deliveriesBefore(received) + 1;
    for (let attempt = first;; attempt++) {
      const setAside = (at: number, error: unknown): Promise<boolean> =>
        this.#setAside({ received, recalled, attempt: at, error });
      if (attempt > WORK_ATTEMPTS_MAX && this.#hasDeadLetters) {
        return await setAside(attempt - 1, new Error("handed out too often"));
      }
      // Parsed anew each time: a handler may have changed what it was given.
      const message = text === undefined ? undefined : tryParseJson(text);
      if (message === undefined) return await setAside(attempt, new PoisonMessage("not JSON"));
      try {
        await this.#handler({ message, attempt });
        return true;
      } catch (error) {
        const isLast = this.#hasDeadLetters && attempt >= WORK_ATTEMPTS_MAX;
        if (error instanceof PoisonMessage || isLast) return await setAside(attempt, error);
        this.#deps.log.debug("work_failed", this.#fields(attempt, error));
      }
      if (!await this.#pause(attempt - first + 1, recalled)) return false;
    }
  }

  get #hasDeadLetters(): boolean {
    return !this.#queue.endsWith(DEAD_LETTER_SUFFIX);
  }

  /** Publishes the message as a dead letter before it is acknowledged: rather twice than not at all. */
  async #setAside({ received, recalled, attempt, error }: Failed): Promise<boolean> {
    const { log, publishDead, onTrouble } = this.#deps;
    const fields = this.#fields(attempt, error);
    if (!this.#hasDeadLetters) {
      log.warn("work_dropped", fields);
      onTrouble("dropped");
      return true;
    }
    const reason = error instanceof PoisonMessage ? "poison" : "attempts";
    const dead = deadLetterOf(received, { queue: this.#queue, reason, attempt });
    for (let failureCount = 1;; failureCount++) {
      try {
        await publishDead(`${this.#queue}${DEAD_LETTER_SUFFIX}`, dead);
        log.warn("work_dead_lettered", fields);
        onTrouble("dead_lettered");
        return true;
      } catch (cause) {
        log.error("work_not_dead_lettered", { ...fields, cause: describeError(cause) });
      }
      if (!await this.#pause(failureCount, recalled)) return false;
    }
  }

  /** Waits before the next attempt; false where the broker has taken the message back meanwhile. */
  async #pause(failureCount: number, recalled: AbortSignal): Promise<boolean> {
    const { clock, random, redeliveryDelayMs } = this.#deps;
    const range = {
      minMs: redeliveryDelayMs,
      maxMs: redeliveryDelayMs * 2 ** REDELIVERY_DOUBLINGS_MAX,
    };
    try {
      await sleep(clock, retryDelayMs(failureCount, range, random), recalled);
      return true;
    } catch {
      // Recalled: it is another consumer's now, or our own next channel's.
      return false;
    }
  }

  #fields(attempt: number, error: unknown): Parameters<Log["warn"]>[1] {
    return { queue: this.#queue, attempt, error: describeError(error) };
  }
}

interface Failed {
  readonly received: AmqpMessage;
  readonly recalled: AbortSignal;
  readonly attempt: number;
  readonly error: unknown;
}
