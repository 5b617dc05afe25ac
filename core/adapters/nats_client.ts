/**
 * The part of the library's connection that is used here
 * (https://nats-io.github.io/nats.js/core/interfaces/NatsConnection.html).
 *
 * @module
 */

/** A message that came. */
export interface NatsMessage {
  /** What it was sent to. */
  readonly subject: string;
  /** Its bytes. */
  readonly data: Uint8Array;
  /** Where an answer goes; empty or undefined where nobody waits for one. */
  readonly reply?: string;
}

/** What listens on one connection. */
export interface NatsListening {
  /** Ends it; does nothing once the connection is closed. */
  unsubscribe(): void;
}

/** A connection to a server. */
export interface NatsClient {
  /** What the server says of itself. */
  readonly info?: {
    /** The longest payload that it takes, in bytes. */
    readonly max_payload: number;
  };
  /** Sends, soon. @throws Error when the connection is closed or the payload too long */
  publish(subject: string, payload: Uint8Array): void;
  /** Calls back for each message, or with an error once it was refused. @throws Error when closed */
  subscribe(
    subject: string,
    options: { readonly callback: (error: Error | null, message: NatsMessage) => void },
  ): NatsListening;
  /** The first reply, within `timeout` milliseconds. @throws Error, also wrapped in another */
  request(
    subject: string,
    payload: Uint8Array,
    options: { readonly timeout: number },
  ): Promise<NatsMessage>;
  /** Resolves when the server has all that was sent before. @throws Error when closed */
  flush(): Promise<void>;
}
