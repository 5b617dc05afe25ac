import type { JsonObject } from "../../core/json.ts";
import { INPUT_FLAGS, OP_CODE_BITS, OP_CODES } from "../../game/replay/world_op.ts";

/**
 * A `match_ticks` event whose first operation is the turning of a living tank's hull, with that turned
 * otherwise; undefined where it begins with something else.
 */
export function tryChangeInput(event: JsonObject): JsonObject | undefined {
  if (typeof event.ops !== "string") return undefined;
  const bytes = Uint8Array.fromBase64(event.ops);
  const [first = 0] = bytes;
  const flags = first >> OP_CODE_BITS;
  const isInput = (first & ((1 << OP_CODE_BITS) - 1)) === OP_CODES.input;
  if (!isInput || (flags & INPUT_FLAGS.turn) === 0) return undefined;
  // A code, a slot, and the throttle where it changed too.
  const at = flags & INPUT_FLAGS.throttle ? 3 : 2;
  bytes[at] = (bytes[at] ?? 0) ^ 0x40;
  return { ...event, ops: bytes.toBase64() };
}
