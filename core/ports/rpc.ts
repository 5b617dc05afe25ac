import type { JsonValue } from "../json.ts";
import type { Subscription } from "./subscription.ts";

/** Why a call brought no reply. */
export type RpcFailure =
  /** Nobody serves the name, or the broker cannot be reached. */
  | "unavailable"
  /** The deadline passed; the work may still have been done. */
  | "deadline_exceeded"
  /** The server's handler threw. */
  | "failed"
  /** The server has all the calls it takes. */
  | "overloaded";

/** A call that brought no reply. */
export class RpcError extends Error {
  /** The class, for logs. */
  override readonly name = "RpcError";
  /** Why. */
  readonly failure: RpcFailure;

  /** A call that failed; the message says of what service. */
  constructor(failure: RpcFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

/** How a call is made. */
export interface CallOptions {
  /** Milliseconds until the call fails with `deadline_exceeded`. */
  readonly deadlineMs: number;
  /** Gives the call up: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Answers one request; a rejection reaches the caller as `failed`, without its text. */
export type RpcHandler = (request: JsonValue) => Promise<JsonValue>;

/** Request and reply with a deadline, to a service by its name. */
export interface Rpc {
  /** The reply. @throws RpcError when none comes */
  call(service: string, request: JsonValue, options: CallOptions): Promise<JsonValue>;
  /** Answers calls to `service`; several servers of one name share them. */
  serve(service: string, handler: RpcHandler): Promise<Subscription>;
  /** Fails the calls in hand with `unavailable`, waits for the handlers in hand, and closes. */
  close(): Promise<void>;
}
