// FNV-1a with 64 bits, by Fowler, Noll and Vo: what is tagged comes from our own table, and no one gains by making
// two texts collide.
const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;
const HASH_BITS = 64;
const HEX_DIGITS = HASH_BITS / 4;

/**
 * A weak entity tag (RFC 9110, section 8.8.3) for what the text says: weak, because the age that is
 * served with it differs from answer to answer.
 */
export function makeEntityTag(text: string): string {
  let hash = FNV_OFFSET;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(HASH_BITS, (hash ^ BigInt(byte)) * FNV_PRIME);
  }
  return `W/"${hash.toString(16).padStart(HEX_DIGITS, "0")}"`;
}
