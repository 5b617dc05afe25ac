import type { ErrorReason } from "./error_reason.ts";

/** What came of asking for something: it, or why there is none. */
export type Reply<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: ErrorReason };

/** There is nothing. */
export function refuse(reason: ErrorReason): { readonly ok: false; readonly reason: ErrorReason } {
  return { ok: false, reason };
}

/** There it is. */
export function accept<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}
