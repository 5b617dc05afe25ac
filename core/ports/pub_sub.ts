import type { Subscription } from "./subscription.ts";

/** A message as a listener gets it. */
export interface PubSubMessage {
  /** What it was sent to, without wildcards. */
  readonly subject: string;
  /** Any text. */
  readonly payload: string;
  /** Answers a request; does nothing where nobody waits for a reply. */
  respond(payload: string): void;
}

/** Why a request brought no reply. */
export class PubSubRequestError extends Error {
  /** The class, for logs. */
  override readonly name = "PubSubRequestError";
  /** `unavailable`: there is no connection, or it was closed. */
  readonly failure: "no_responders" | "deadline_exceeded" | "unavailable";

  /** A request that failed; the message says of what subject. */
  constructor(failure: PubSubRequestError["failure"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

/**
 * Messages to whoever listens now: at most once, low latency, in order from one sender. Subjects are
 * words joined by dots; a subscription may use `*` for one word and a last `>` for the rest.
 */
export interface PubSub {
  /**
   * Sends and forgets; while there is no connection the message is dropped and counted. No listener
   * runs inside the call. @throws TypeError when the subject is bad
   */
  publish(subject: string, payload: string): void;
  /**
   * Calls `listener` for each message; what it throws is logged and counted.
   * @throws TypeError when the subject is bad, Error when closed
   */
  subscribe(subject: string, listener: (message: PubSubMessage) => void): Subscription;
  /**
   * The first reply of those who listen; `no_responders`, at once, where nobody does.
   * @throws PubSubRequestError when no reply comes, TypeError when the subject is bad
   */
  request(subject: string, payload: string, options: { deadlineMs: number }): Promise<string>;
  /** Fails the requests in hand with `unavailable`, ends every subscription, and closes. */
  close(): Promise<void>;
}
