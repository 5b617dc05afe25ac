import type { Rng } from "../../core/rng.ts";

/** Bytes that are UTF-8 nowhere: stray, overlong, surrogate, beyond Unicode, cut short. */
const BAD_UTF8: readonly (readonly number[])[] = [
  [0x80],
  [0xbf, 0xbf],
  [0xc0, 0x80],
  [0xc1, 0xbf],
  [0xe0, 0x80, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xed, 0xbf, 0xbf],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xe2, 0x82],
  [0xf0, 0x9f, 0x98],
  [0xfe],
  [0xff],
];

/** Bytes with a meaning to framers and parsers. */
const LOADED_BYTES: readonly number[] = [
  ...new TextEncoder().encode('{}[]",:\\/-+.eE0 \t\r\n\0\x7f'),
];

/** `count` random bytes. */
export function randomBytes(count: number, rng: Rng): Uint8Array {
  return Uint8Array.from({ length: count }, () => rng.below(256));
}

/** Puts a sequence that is no UTF-8 somewhere into the bytes. */
export function breakUtf8(bytes: Uint8Array, rng: Rng): Uint8Array {
  return insert(bytes, rng.below(bytes.length + 1), Uint8Array.from(rng.pick(BAD_UTF8) ?? [0xff]));
}

/** Puts a few of the given bytes at random places. */
export function sprinkle(bytes: Uint8Array, sprinkled: readonly number[], rng: Rng): Uint8Array {
  let result = bytes;
  for (let left = 1 + rng.below(4); left > 0; left--) {
    const byte = Uint8Array.of(rng.pick(sprinkled) ?? 0);
    result = insert(result, rng.below(result.length + 1), byte);
  }
  return result;
}

/** Does one thing to the bytes; `other` is what may be spliced in. */
export function damageBytes(bytes: Uint8Array, other: Uint8Array, rng: Rng): Uint8Array {
  const at = rng.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + rng.below(8));
  switch (rng.below(8)) {
    case 0:
      return flipBit(bytes, rng);
    case 1:
      return concat(bytes.subarray(0, at), bytes.subarray(end));
    case 2:
      return insert(bytes, at, bytes.subarray(at, end));
    case 3:
      return bytes.slice(0, at);
    case 4:
      return bytes.slice(at);
    case 5:
      return concat(bytes.subarray(0, at), other.subarray(rng.below(other.length + 1)));
    case 6:
      return insert(bytes, at, Uint8Array.of(rng.below(256)));
    default:
      return insert(bytes, at, Uint8Array.of(rng.pick(LOADED_BYTES) ?? 0));
  }
}

/** The parts one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function flipBit(bytes: Uint8Array, rng: Rng): Uint8Array {
  const flipped = bytes.slice();
  const at = rng.below(Math.max(1, bytes.length));
  const byte = flipped[at];
  if (byte !== undefined) flipped[at] = byte ^ (1 << rng.below(8));
  return flipped;
}

function insert(bytes: Uint8Array, at: number, inserted: Uint8Array): Uint8Array {
  return concat(bytes.subarray(0, at), inserted, bytes.subarray(at));
}
