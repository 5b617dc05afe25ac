/** Why a datagram is refused: a closed set, so that each can be counted. */
export const WIRE_REFUSALS = [
  /** Above 1200 bytes. */
  "too_long",
  /** Ends before its last field. */
  "truncated",
  /** The first byte is not 0xB1. */
  "bad_mark",
  /** No datagram has this type, or not from this side. */
  "unknown_type",
  /** A connection id of 0 where there must be one, or the reverse; or numbers before a connection. */
  "bad_connection",
  /** The tag is not that of these bytes. */
  "bad_tag",
  /** Accepted before, or older than the replay window. */
  "replayed",
  /** HELLO or JOIN of another version of the protocol. */
  "unsupported_version",
  /** Bytes after the last field. */
  "trailing_bytes",
  /** Padding that is not zero, or not as much as there must be. */
  "bad_padding",
  /** A varint longer than need be, or above 32 bits. */
  "bad_varint",
  /** Text that is not UTF-8. */
  "bad_text",
  /** A number or a length outside its bounds. */
  "out_of_range",
  /** A flag that has no meaning. */
  "unknown_flags",
  /** A second way to write what has one way only. */
  "not_canonical",
  /** A snapshot against one that the receiver does not have. */
  "unknown_baseline",
] as const;

/** One of {@linkcode WIRE_REFUSALS}. */
export type WireRefusal = typeof WIRE_REFUSALS[number];

/** A message, or why there is none. */
export type Decoded<T> =
  | { readonly ok: true; readonly message: T }
  | { readonly ok: false; readonly reason: WireRefusal };
