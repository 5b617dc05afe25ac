// Long because it says what the port promises on NATS beside how its parts are put together.
import { NoRespondersError, TimeoutError } from "@nats-io/nats-core/internal";
import type { Clock } from "../clock.ts";
import { Deque } from "../deque.ts";
import { describeError, type Log } from "../log.ts";
import { type PubSub, type PubSubMessage, PubSubRequestError } from "../ports/pub_sub.ts";
import { checkSubject, parsePattern } from "../ports/subject.ts";
import type { Subscription } from "../ports/subscription.ts";
import { BrokerLink } from "./broker_link.ts";
import { type BacklogListener, NatsBacklog } from "./nats_backlog.ts";
import type { NatsClient, NatsListening, NatsMessage } from "./nats_client.ts";
import type { NatsConfig } from "./nats_config.ts";
import { NatsSendWindow } from "./nats_send_window.ts";
import { openNatsSession } from "./nats_session.ts";

/** What a {@linkcode NatsPubSub} counts, for a metric's label. */
export const NATS_TROUBLES = [
  // A listener threw.
  "listener_failed",
  // A message was dropped, because too many waited for its listener.
  "backlog_full",
  // A message was dropped, because it came after `close`.
  "closed",
  // A message was dropped, because there was no connection.
  "disconnected",
  // A message was dropped, because the server does not take what was sent before.
  "send_window_full",
  // A message was dropped, because it is longer than the server allows.
  "too_large",
  // The server refused what we sent or listen to.
  "refused",
] as const;

/** One of {@linkcode NATS_TROUBLES}. */
export type NatsTrouble = typeof NATS_TROUBLES[number];

/** What a {@linkcode NatsPubSub} needs. */
export interface NatsPubSubOptions {
  /** Which servers. */
  readonly config: NatsConfig;
  /** Sets pauses and heartbeats. */
  readonly clock: Clock;
  /** Spreads pauses: 0 to 1. */
  readonly random: () => number;
  /** Told of what goes wrong. */
  readonly log: Log;
  /** Called when the server can be used and when it cannot; must not throw. */
  readonly onState?: (isUp: boolean, reason?: string) => void;
  /** Called once for each trouble, to be counted; must not throw. */
  readonly onTrouble?: (trouble: NatsTrouble) => void;
  /** What the server's own pages call the connection. Default `tanks`. */
  readonly name?: string;
  /** Messages that wait for one listener; beyond it that one loses its oldest. Default 8192. */
  readonly backlogMax?: number;
  /** Bytes sent that the server may not have yet; beyond it new messages are dropped. Default 16 MiB. */
  readonly sendBytesMax?: number;
  /** Requests that wait for a reply; one more fails with `unavailable`. Default 65 536. */
  readonly requestsMax?: number;
}

/** Something that listens, on whatever connection there is. */
interface Listening extends BacklogListener<NatsMessage> {
  readonly subject: string;
  isBehind: boolean;
  /** On the connection that there is now. */
  remote: NatsListening | undefined;
}

/** The longest timer that there is, in milliseconds. */
const DEADLINE_MS_MAX = 2_147_483_647;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Opens a {@linkcode PubSub} on NATS and waits for its first attempt to connect, however that ends:
 * where the server is not there, it goes on trying.
 */
export async function openNatsPubSub(options: NatsPubSubOptions): Promise<NatsPubSub> {
  const pubSub = new NatsPubSub(options);
  await pubSub.attempted;
  return pubSub;
}

/**
 * A {@linkcode PubSub} on NATS (https://docs.nats.io/reference/reference-protocols/nats-protocol). Each
 * subscription is one of the server's, made again on each new connection; what is published while there
 * is none is dropped and counted.
 */
export class NatsPubSub implements PubSub {
  readonly #options: NatsPubSubOptions;
  readonly #log: Log;
  readonly #onTrouble: (trouble: NatsTrouble) => void;
  readonly #link: BrokerLink<NatsClient>;
  readonly #backlog: NatsBacklog<NatsMessage, Listening>;
  readonly #listening = new Set<Listening>();
  #window = new NatsSendWindow(() => Promise.resolve(), 0);
  #requestCount = 0;
  #closed = false;

  /** Begins to connect. */
  constructor(options: NatsPubSubOptions) {
    const { config, clock, random, log, onState, name = "tanks", backlogMax = 8_192 } = options;
    this.#options = options;
    this.#log = log;
    this.#onTrouble = options.onTrouble ?? (() => {});
    this.#backlog = new NatsBacklog({
      clock,
      lengthMax: backlogMax,
      onDrop: (listener) => this.#reportBehind(listener),
    });
    const onRefusal = (error: Error): void => this.#reportRefusal(error);
    this.#link = new BrokerLink({
      broker: "nats",
      dial: (attempt) => openNatsSession({ config, attempt, name, clock, onRefusal }),
      clock,
      random,
      log,
      onConnect: (connection) => this.#setUp(connection),
      ...(onState === undefined ? {} : { onState }),
    });
  }

  /** Resolves once the first attempt to connect has come to something or to nothing. */
  get attempted(): Promise<void> {
    return this.#link.attempted;
  }

  publish(subject: string, payload: string): void {
    checkSubject(subject);
    this.#send(subject, payload);
  }

  subscribe(subject: string, listener: (message: PubSubMessage) => void): Subscription {
    parsePattern(subject);
    if (this.#closed) throw new Error(`Cannot listen to ${subject}: the pub/sub is closed`);
    const listening: Listening = {
      subject,
      waiting: new Deque(),
      isBehind: false,
      remote: undefined,
      take: (message) => this.#deliver(listening, listener, message),
    };
    this.#listening.add(listening);
    const connection = this.#link.current;
    if (connection !== undefined) this.#listen(connection, listening);
    const close = (): Promise<void> => {
      this.#listening.delete(listening);
      listening.waiting.clear();
      listening.remote?.unsubscribe();
      return Promise.resolve();
    };
    return { close };
  }

  async request(
    subject: string,
    payload: string,
    options: { readonly deadlineMs: number },
  ): Promise<string> {
    checkSubject(subject);
    const connection = this.#link.current;
    const data = encoder.encode(payload);
    const obstacle = connection === undefined
      ? this.#link.reason
      : this.#obstacleTo(connection, subject, data);
    if (connection === undefined || obstacle !== undefined) {
      throw new PubSubRequestError("unavailable", `Cannot request ${subject}: ${obstacle}`);
    }
    const timeout = Math.min(Math.max(1, Math.ceil(options.deadlineMs)), DEADLINE_MS_MAX);
    this.#requestCount++;
    try {
      return decoder.decode((await connection.request(subject, data, { timeout })).data);
    } catch (error) {
      throw toRequestError(error, subject, timeout);
    } finally {
      this.#requestCount--;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const listening of this.#listening) listening.waiting.clear();
    this.#listening.clear();
    this.#backlog.clear();
    // It fails the requests in hand.
    await this.#link.close();
  }

  #setUp(connection: NatsClient): void {
    const { sendBytesMax = 16_777_216 } = this.#options;
    this.#window = new NatsSendWindow(() => connection.flush(), sendBytesMax);
    for (const listening of this.#listening) this.#listen(connection, listening);
  }

  #listen(connection: NatsClient, listening: Listening): void {
    try {
      listening.remote = connection.subscribe(listening.subject, {
        callback: (error, message) => {
          // A refusal, which is reported for the whole connection.
          if (error !== null) return;
          if (this.#listening.has(listening)) this.#backlog.push(listening, message);
        },
      });
    } catch (error) {
      // It was lost this very moment; the next connection listens again.
      this.#log.debug("nats_subscribe_failed", { error: describeError(error) });
    }
  }

  /** Sends or drops, and counts what it drops. */
  #send(subject: string, payload: string): void {
    if (this.#closed) return this.#onTrouble("closed");
    const connection = this.#link.current;
    if (connection === undefined) return this.#onTrouble("disconnected");
    const data = encoder.encode(payload);
    if (isTooLarge(connection, data)) {
      this.#log.warn("nats_message_too_large", { subject, bytes: data.length });
      return this.#onTrouble("too_large");
    }
    if (!this.#window.admit(subject, data)) return this.#onTrouble("send_window_full");
    try {
      connection.publish(subject, data);
    } catch (error) {
      // It was lost this very moment.
      this.#log.debug("nats_publish_failed", { subject, error: describeError(error) });
      this.#onTrouble("disconnected");
    }
  }

  /** What keeps a request from being sent; undefined where nothing does. */
  #obstacleTo(connection: NatsClient, subject: string, data: Uint8Array): string | undefined {
    const { requestsMax = 65_536 } = this.#options;
    if (isTooLarge(connection, data)) return `the server does not take ${data.length} bytes`;
    if (this.#requestCount >= requestsMax) return `${requestsMax} others wait for a reply`;
    if (!this.#window.admit(subject, data)) return "the server does not take what was sent before";
    return undefined;
  }

  #deliver(
    listening: Listening,
    listener: (message: PubSubMessage) => void,
    message: NatsMessage,
  ): void {
    if (listening.waiting.length === 0) listening.isBehind = false;
    const failed = (error: unknown): void => {
      this.#onTrouble("listener_failed");
      this.#log.error("listener_failed", {
        subject: message.subject,
        error: describeError(error),
      });
    };
    try {
      const { reply } = message;
      const result: unknown = listener({
        subject: message.subject,
        payload: decoder.decode(message.data),
        respond: (payload) => {
          // On the connection that there is by then.
          if (reply) this.#send(reply, payload);
        },
      });
      // An async function passes for a listener; its rejection must not end the process.
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #reportBehind(listening: Listening): void {
    this.#onTrouble("backlog_full");
    // One line for each time it falls behind; the count says how far.
    if (!listening.isBehind) {
      this.#log.warn("nats_listener_behind", { subject: listening.subject });
    }
    listening.isBehind = true;
  }

  #reportRefusal(error: Error): void {
    this.#onTrouble("refused");
    // Whoever publishes what is forbidden may do so often.
    this.#log.debug("nats_refused", { error: describeError(error) });
  }
}

function isTooLarge(connection: NatsClient, data: Uint8Array): boolean {
  const bytesMax = connection.info?.max_payload;
  return bytesMax !== undefined && data.length > bytesMax;
}

function toRequestError(error: unknown, subject: string, deadlineMs: number): PubSubRequestError {
  const refuse = (failure: PubSubRequestError["failure"], why: string): PubSubRequestError =>
    new PubSubRequestError(failure, `Cannot request ${subject}: ${why}`, { cause: error });
  // The library wraps all but what its timer throws.
  const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (reason instanceof TimeoutError) {
    return refuse("deadline_exceeded", `no reply within ${deadlineMs} ms`);
  }
  if (reason instanceof NoRespondersError) return refuse("no_responders", "nobody listens");
  return refuse("unavailable", reason instanceof Error ? reason.message : String(reason));
}
