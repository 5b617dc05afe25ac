import { type Clock, sleep } from "../clock.ts";
import { describeError, type Log } from "../log.ts";
import type { AmqpChannel, AmqpConnection } from "./rabbitmq_amqp.ts";
import { isChannelGone, isRefusal } from "./rabbitmq_errors.ts";
import { RABBIT_RETRY_RANGE, type RabbitConnection } from "./rabbitmq_connection.ts";
import { RABBIT_GOODBYE_MS, sayGoodbye } from "./rabbitmq_goodbye.ts";
import { endsWithin } from "./ends_within.ts";
import { retryDelayMs } from "./retry_delay.ts";

/** What every channel of a port shares. */
export interface RabbitChannelDeps {
  /** What the channel is opened on. */
  readonly connection: RabbitConnection;
  /** Sets the pauses between attempts. */
  readonly clock: Clock;
  /** Spreads them: 0 to 1. */
  readonly random: () => number;
  /** Told of channels that cannot be opened. */
  readonly log: Log;
}

/** How one channel is used. */
export interface RabbitChannelUse<C extends AmqpChannel> {
  /** What the channel is for, for the log. */
  readonly name: string;
  /** Opens it. */
  open(amqp: AmqpConnection): Promise<C>;
  /** Declares and consumes on it, each time that it was opened. */
  setUp(channel: C, amqp: AmqpConnection): Promise<void>;
  /** Called when it is set up; must not throw. */
  readonly onUp?: (channel: C) => void;
  /** Called when a channel that was opened is gone; must not throw. */
  readonly onLost?: () => void;
}

/** A channel that comes back: it is opened and set up on each new connection, and after each fault. */
export class RabbitChannel<C extends AmqpChannel> {
  readonly #deps: RabbitChannelDeps;
  readonly #use: RabbitChannelUse<C>;
  readonly #closing = new AbortController();
  readonly #started = Promise.withResolvers<void>();
  readonly #running: Promise<void>;
  #current: C | undefined;
  /** From then on it is tried for good: nobody hears of a refusal. */
  #hasStarted = false;
  /** Waits no longer for the end of the channel. */
  #giveUp: () => void = () => {};

  /** Begins to open it. */
  constructor(deps: RabbitChannelDeps, use: RabbitChannelUse<C>) {
    this.#deps = deps;
    this.#use = use;
    // Who does not ask for `started` is not to be bothered with its failure.
    this.#started.promise.catch(() => {});
    void deps.connection.attempted.then(() => {
      if (deps.connection.state.kind !== "up") this.#start();
    });
    this.#running = this.#run();
  }

  /** The channel, once it is set up and until it is lost. */
  get current(): C | undefined {
    return this.#current;
  }

  /**
   * Resolves after the first attempt: it is set up, or it will be as soon as the broker is there.
   *
   * @throws Error when the broker refuses what `setUp` asks for, or when it closes first; it is not
   * tried again then
   */
  started(): Promise<void> {
    return this.#started.promise;
  }

  /** Gives a channel up for another: the broker ended what was set up on it. */
  reopen(channel: C): void {
    void this.#close(channel);
  }

  /** Ends it for good: what was delivered on it and not acknowledged goes back to its queues. */
  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#current !== undefined) await this.#close(this.#current);
    this.#giveUp();
    // A broker that is silent holds up an attempt until the connection is found dead.
    await endsWithin(this.#deps.clock, RABBIT_GOODBYE_MS, this.#running);
  }

  async #run(): Promise<void> {
    const { connection, clock, random } = this.#deps;
    for (let failureCount = 1; !this.#closing.signal.aborted; failureCount++) {
      try {
        const amqp = await connection.whenUp(this.#closing.signal);
        await this.#live(amqp, () => void (failureCount = 0));
      } catch (error) {
        if (this.#closing.signal.aborted || connection.state.kind === "closed") break;
        this.#deps.log.warn("rabbitmq_channel_failed", {
          channel: this.#use.name,
          error: describeError(error),
        });
        if (!this.#hasStarted && isRefusal(error)) return this.#started.reject(error);
      }
      this.#start();
      // A lost connection has pauses of its own.
      if (connection.state.kind !== "up") continue;
      const delayMs = retryDelayMs(Math.max(1, failureCount), RABBIT_RETRY_RANGE, random);
      await sleep(clock, delayMs, this.#closing.signal).catch(() => {
        // It closes; the loop sees that.
      });
    }
    this.#started.reject(new Error(`Cannot use ${this.#use.name}: it is closed`));
  }

  #start(): void {
    this.#hasStarted = true;
    this.#started.resolve();
  }

  /** Resolves when a channel that was set up has ended. @throws Error when it cannot be set up */
  async #live(amqp: AmqpConnection, onSetUp: () => void): Promise<void> {
    const channel = await this.#use.open(amqp);
    const ended = Promise.withResolvers<void>();
    let isOpen = true;
    let fault: unknown;
    // A fault ends the channel too, and `close` comes after it.
    channel.on("error", (error) => void (fault = error));
    channel.on("close", () => {
      isOpen = false;
      if (this.#current === channel) {
        this.#current = undefined;
        this.#use.onLost?.();
      }
      ended.resolve();
    });
    try {
      await this.#use.setUp(channel, amqp);
    } catch (error) {
      await this.#close(channel);
      throw fault ?? error;
    }
    if (this.#closing.signal.aborted) return await this.#close(channel);
    if (isOpen) {
      this.#giveUp = () => ended.resolve();
      this.#current = channel;
      onSetUp();
      this.#start();
      this.#use.onUp?.(channel);
    }
    await ended.promise;
    this.#giveUp = () => {};
    if (fault !== undefined) throw fault;
  }

  async #close(channel: C): Promise<void> {
    await endsWithin(this.#deps.clock, RABBIT_GOODBYE_MS, sayGoodbye(channel));
  }
}

/**
 * Sends something that is of no use on another channel, such as an acknowledgement; false where the
 * channel has closed, because the broker takes back what was delivered on it.
 */
export function ifOpen(send: () => void): boolean {
  try {
    send();
    return true;
  } catch (error) {
    if (isChannelGone(error)) return false;
    throw error;
  }
}
