import { LEFT_REASONS } from "../wire/leave_message.ts";
import { JOIN_REFUSALS } from "../wire/refused_message.ts";

/** Why a client has come to its end: a closed set, so that each can be counted. */
export const END_REASONS = [
  // Why the server ended the connection; `asked` is also the good end of `leave`.
  ...LEFT_REASONS,
  // Why the server refused a join.
  ...JOIN_REFUSALS,
  /** Nobody answered the join in time. */
  "no_answer",
  /** The connection was lost, and nobody answered for as long as the tank waits. */
  "connection_lost",
  /** The match goes on at another server: join there with what the event `moved` says. */
  "moved",
  /** What the server sent can be nothing that this client plays. */
  "protocol_error",
  /** The client was closed here, or what carries its datagrams failed. */
  "closed",
] as const;

/** One of {@linkcode END_REASONS}. */
export type EndReason = typeof END_REASONS[number];

/** What a client is doing. */
export type ClientState =
  /** Nothing yet; `join` begins. */
  | { readonly kind: "idle" }
  /** Asking for a tank. */
  | { readonly kind: "connecting" }
  /** In a match. */
  | { readonly kind: "playing" }
  /** The server is not heard any more: asking for the same tank again. */
  | {
    readonly kind: "resuming";
    /** When that began, on the client's clock. */
    readonly sinceMs: number;
  }
  /** Has asked to leave, and waits for the answer. */
  | { readonly kind: "leaving" }
  /** Over: it sends nothing more. */
  | {
    readonly kind: "ended";
    /** Why. */
    readonly reason: EndReason;
    /** How long to wait before another client should try, in milliseconds; 0: it is of no use. */
    readonly retryAfterMs: number;
  };
