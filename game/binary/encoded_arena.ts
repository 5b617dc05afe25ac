import type { Arena } from "../simulation/arena.ts";
import { encodeArena } from "../wire/arena_blob.ts";

const encoded = new WeakMap<Arena, Uint8Array>();

/** An arena as WELCOME and ARENA carry it; encoded once. */
export function encodedArena(arena: Arena): Uint8Array {
  let bytes = encoded.get(arena);
  if (bytes === undefined) {
    bytes = encodeArena(arena);
    encoded.set(arena, bytes);
  }
  return bytes;
}
