import { type Clock, sleep } from "../clock.ts";
import { describeError, type Log } from "../log.ts";
import type { AmqpConnection } from "./rabbitmq_amqp.ts";
import { RABBIT_GOODBYE_MS, sayGoodbye } from "./rabbitmq_goodbye.ts";
import { endsWithin } from "./ends_within.ts";
import { retryDelayMs } from "./retry_delay.ts";

/** How long to wait before the next attempt to connect, or to open a channel. */
export const RABBIT_RETRY_RANGE = { minMs: 100, maxMs: 5_000 };

/** How a connection stands. */
export type RabbitState =
  /** The first attempt is under way. */
  | { readonly kind: "starting" }
  /** It can be used; `blocked` says why the broker takes nothing for now, if so. */
  | { readonly kind: "up"; readonly amqp: AmqpConnection; readonly blocked: string | undefined }
  /** It cannot, and another attempt will be made. */
  | { readonly kind: "down"; readonly reason: string }
  /** It was closed for good. */
  | { readonly kind: "closed" };

/** What a {@linkcode RabbitConnection} needs. */
export interface RabbitConnectionOptions {
  /** Connects once. */
  readonly dial: () => Promise<AmqpConnection>;
  /** Sets the pauses between attempts. */
  readonly clock: Clock;
  /** Spreads them: 0 to 1. */
  readonly random: () => number;
  /** Told when the broker comes and goes. */
  readonly log: Log;
  /** Called when it comes, goes, or takes nothing for want of memory or disk; must not throw. */
  readonly onState?: (isUp: boolean, reason?: string) => void;
}

/**
 * A connection that comes back: it connects from its construction on, and again whenever it is lost,
 * with growing pauses. It never throws on its own account.
 */
export class RabbitConnection {
  readonly #options: RabbitConnectionOptions;
  readonly #closing = new AbortController();
  readonly #firstAttempt = Promise.withResolvers<void>();
  readonly #waiting = new Set<() => void>();
  readonly #running: Promise<void>;
  #state: RabbitState = { kind: "starting" };
  /** Waits no longer for the end of the connection. */
  #giveUp: () => void = () => {};

  /** Begins to connect. */
  constructor(options: RabbitConnectionOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** How it stands. */
  get state(): RabbitState {
    return this.#state;
  }

  /** Resolves once the first attempt has come to something or to nothing. */
  get attempted(): Promise<void> {
    return this.#firstAttempt.promise;
  }

  /**
   * Resolves with the connection as soon as there is one.
   *
   * @throws the signal's reason when it aborts first; Error when the connection is closed for good
   */
  async whenUp(signal: AbortSignal): Promise<AmqpConnection> {
    while (true) {
      signal.throwIfAborted();
      if (this.#state.kind === "up") return this.#state.amqp;
      if (this.#state.kind === "closed") throw new Error("Cannot use RabbitMQ: it is closed");
      await this.#change(signal);
    }
  }

  /**
   * Resolves with the connection, if there is one within that time.
   *
   * @throws Error that says what is wrong with the broker
   */
  async upWithin(waitMs: number): Promise<AmqpConnection> {
    const late = new AbortController();
    const cancel = this.#options.clock.after(waitMs, () => late.abort());
    try {
      return await this.whenUp(late.signal);
    } catch (error) {
      if (!late.signal.aborted) throw error;
      const why = this.#state.kind === "down" ? this.#state.reason : "no answer yet";
      throw new Error(`Cannot reach RabbitMQ within ${waitMs} ms: ${why}`);
    } finally {
      cancel();
    }
  }

  /** Ends it for good; an attempt that is under way may end later. */
  async close(): Promise<void> {
    const state = this.#state;
    this.#closing.abort();
    if (state.kind === "up") await this.#sayGoodbye(state.amqp);
    this.#giveUp();
    this.#setState({ kind: "closed" });
    await endsWithin(this.#options.clock, RABBIT_GOODBYE_MS, this.#running);
  }

  async #run(): Promise<void> {
    const { clock, random } = this.#options;
    for (let failureCount = 1; !this.#closing.signal.aborted; failureCount++) {
      try {
        const amqp = await this.#options.dial();
        const upAtMs = clock.monotonicMs();
        await this.#live(amqp);
        // A broker that hangs up on us at once is as good as one that does not answer.
        const wasLong = clock.monotonicMs() - upAtMs >= RABBIT_RETRY_RANGE.maxMs;
        if (wasLong) failureCount = 1;
      } catch (error) {
        this.#goDown(describeError(error));
      }
      const delayMs = retryDelayMs(failureCount, RABBIT_RETRY_RANGE, random);
      await sleep(clock, delayMs, this.#closing.signal).catch(() => {
        // It closes; the loop sees that.
      });
    }
    this.#firstAttempt.resolve();
  }

  /** Resolves when the connection has ended. */
  async #live(amqp: AmqpConnection): Promise<void> {
    const ended = Promise.withResolvers<void>();
    let fault: unknown;
    // A fault ends the connection too, and `close` comes after it.
    amqp.on("error", (error) => void (fault = error));
    amqp.on("close", (error) => {
      // At once: what was on it looks here to see whether it is gone.
      this.#goDown(describeEnd(fault ?? error));
      ended.resolve();
    });
    amqp.on("blocked", (reason) => this.#goUp(amqp, `blocked by the broker: ${reason}`));
    amqp.on("unblocked", () => this.#goUp(amqp, undefined));
    if (this.#closing.signal.aborted) {
      return await this.#sayGoodbye(amqp);
    }
    this.#giveUp = () => ended.resolve();
    this.#goUp(amqp, undefined);
    await ended.promise;
  }

  #goUp(amqp: AmqpConnection, blocked: string | undefined): void {
    if (this.#closing.signal.aborted) return;
    const { log, onState } = this.#options;
    if (blocked === undefined) log.info("rabbitmq_up");
    else log.warn("rabbitmq_blocked", { reason: blocked });
    this.#setState({ kind: "up", amqp, blocked });
    this.#firstAttempt.resolve();
    onState?.(blocked === undefined, blocked);
  }

  #goDown(reason: string): void {
    if (this.#closing.signal.aborted) return;
    const before = this.#state;
    this.#setState({ kind: "down", reason });
    this.#firstAttempt.resolve();
    if (before.kind === "down" && before.reason === reason) return;
    this.#options.log.warn("rabbitmq_down", { reason });
    this.#options.onState?.(false, reason);
  }

  #setState(state: RabbitState): void {
    this.#state = state;
    for (const notify of [...this.#waiting]) notify();
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        signal.removeEventListener("abort", settle);
        this.#waiting.delete(settle);
        resolve();
      };
      signal.addEventListener("abort", settle, { once: true });
      this.#waiting.add(settle);
    });
  }

  async #sayGoodbye(amqp: AmqpConnection): Promise<void> {
    await endsWithin(this.#options.clock, RABBIT_GOODBYE_MS, sayGoodbye(amqp));
  }
}

function describeEnd(error: unknown): string {
  return error === undefined ? "the broker closed the connection" : describeError(error);
}
