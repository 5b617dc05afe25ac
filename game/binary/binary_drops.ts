import type { WireRefusal } from "../wire/wire_refusal.ts";

/** Why a datagram of the binary protocol came to nothing, besides {@linkcode WireRefusal}. */
export const BINARY_DROPS = [
  /** Its connection is not known here. */
  "unknown_connection",
  /** Its sender has asked too often. */
  "stranger_rate",
  /** Too many joins are being looked into. */
  "joins_in_flight",
  /** A fault of ours. */
  "handler_failed",
] as const;

/** One of {@linkcode BINARY_DROPS}, or what is wrong with the datagram. */
export type BinaryDrop = typeof BINARY_DROPS[number] | WireRefusal;
