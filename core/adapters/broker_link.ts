import { type Clock, sleep } from "../clock.ts";
import { describeError, type Log } from "../log.ts";
import { unreachable } from "../unreachable.ts";
import { endsWithin } from "./ends_within.ts";
import { retryDelayMs } from "./retry_delay.ts";

/** How long to wait before the next attempt to connect. */
export const BROKER_RETRY_RANGE = { minMs: 100, maxMs: 10_000 };

/** How long a goodbye to a broker may take, in milliseconds. */
export const BROKER_GOODBYE_MS = 2_000;

/** One connection, from its beginning to its end. */
export interface BrokerSession<Client> {
  /** What speaks with the broker. */
  readonly client: Client;
  /** Resolves with the reason once it has ended, also by itself; never rejects. */
  readonly ended: Promise<string>;
  /** Sends what waits to be sent and ends it, within {@linkcode BROKER_GOODBYE_MS}; never rejects. */
  close(): Promise<void>;
}

/** How a link stands. */
export type BrokerState<Client> =
  /** The first attempt is under way. */
  | { readonly kind: "starting" }
  /** It can be used. */
  | { readonly kind: "up"; readonly client: Client }
  /** It cannot, and another attempt will be made. */
  | { readonly kind: "down"; readonly reason: string }
  /** It was closed for good. */
  | { readonly kind: "closed" };

/** What a {@linkcode BrokerLink} needs. */
export interface BrokerLinkOptions<Client> {
  /** Names the broker in log events: `nats` gives `nats_up`. */
  readonly broker: string;
  /** Connects once, within a bounded time; `attempt` counts from 0. */
  readonly dial: (attempt: number) => Promise<BrokerSession<Client>>;
  /** Sets the pauses between attempts. */
  readonly clock: Clock;
  /** Spreads them: 0 to 1. */
  readonly random: () => number;
  /** Told when the broker comes and goes. */
  readonly log: Log;
  /** Sets up a connection before anybody else uses it; must not throw. */
  readonly onConnect?: (client: Client) => void;
  /** Called when it comes or goes; must not throw. */
  readonly onState?: (isUp: boolean, reason?: string) => void;
}

/**
 * A connection that comes back: it connects from its construction on, and again whenever it is lost,
 * with growing pauses. It never throws on its own account.
 */
export class BrokerLink<Client> {
  readonly #options: BrokerLinkOptions<Client>;
  readonly #closing = new AbortController();
  readonly #attempted = Promise.withResolvers<void>();
  readonly #running: Promise<void>;
  #state: BrokerState<Client> = { kind: "starting" };
  #session: BrokerSession<Client> | undefined;
  #closed: Promise<void> | undefined;

  /** Begins to connect. */
  constructor(options: BrokerLinkOptions<Client>) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Resolves once the first attempt has come to something or to nothing. */
  get attempted(): Promise<void> {
    return this.#attempted.promise;
  }

  /** What speaks with the broker; undefined while there is no connection. */
  get current(): Client | undefined {
    return this.#state.kind === "up" ? this.#state.client : undefined;
  }

  /** How it stands, for a message: why there is no connection, where there is none. */
  get reason(): string {
    const state = this.#state;
    switch (state.kind) {
      case "starting":
        return "no answer yet";
      case "up":
        return "connected";
      case "down":
        return state.reason;
      case "closed":
        return "it is closed";
      default:
        return unreachable(state);
    }
  }

  /** Ends it for good; an attempt that is under way may end later. Calling it again does nothing. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#state = { kind: "closed" };
    this.#closing.abort();
    await this.#session?.close();
    await endsWithin(this.#options.clock, BROKER_GOODBYE_MS, this.#running);
  }

  async #run(): Promise<void> {
    const { dial, clock, random } = this.#options;
    const { signal } = this.#closing;
    let failureCount = 0;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const startedMs = clock.monotonicMs();
      try {
        await this.#live(await dial(attempt));
      } catch (error) {
        this.#goDown(describeError(error));
      }
      // A broker that hangs up on us at once is as good as one that does not answer.
      const wasLong = clock.monotonicMs() - startedMs >= BROKER_RETRY_RANGE.maxMs;
      failureCount = wasLong ? 1 : failureCount + 1;
      await sleep(clock, retryDelayMs(failureCount, BROKER_RETRY_RANGE, random), signal).catch(
        () => {
          // It closes; the loop sees that.
        },
      );
    }
    this.#attempted.resolve();
  }

  async #live(session: BrokerSession<Client>): Promise<void> {
    if (this.#closing.signal.aborted) return await session.close();
    this.#session = session;
    this.#goUp(session.client);
    const reason = await session.ended;
    this.#session = undefined;
    this.#goDown(reason);
  }

  #goUp(client: Client): void {
    const { broker, log, onConnect, onState } = this.#options;
    onConnect?.(client);
    this.#state = { kind: "up", client };
    this.#attempted.resolve();
    log.info(`${broker}_up`);
    onState?.(true);
  }

  #goDown(reason: string): void {
    if (this.#closing.signal.aborted) return;
    const { broker, log, onState } = this.#options;
    const before = this.#state;
    this.#state = { kind: "down", reason };
    this.#attempted.resolve();
    if (before.kind === "down" && before.reason === reason) return;
    log.warn(`${broker}_down`, { reason });
    onState?.(false, reason);
  }
}
