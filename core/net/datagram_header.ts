import { IPV4_BYTES, IPV6_BYTES } from "./ip_address.ts";

// What stands before each datagram in a ring: 16 words of 32 bits, one line of the processor's cache.

/** Words of a header. */
export const HEADER_WORDS = 16;

/** The length of the datagram, in bytes; what a ring skips has -1. */
export const HEADER_LENGTH = 0;

/** Slots that the datagram takes, 1 or more. */
export const HEADER_SPAN = 1;

/** {@linkcode FAMILY_IPV4} or {@linkcode FAMILY_IPV6}. */
export const HEADER_FAMILY = 2;

/** The port of the other side. */
export const HEADER_PORT = 3;

/** The address of the other side: its bytes in the order of the network, in one word or four. */
export const HEADER_ADDRESS = 4;

/** The interface to which a link-local IPv6 address belongs, else 0. */
export const HEADER_SCOPE = 8;

/** What the first byte says the datagram is: {@linkcode TAG_JSON} and so on. */
export const HEADER_TAG = 9;

/** Which connection the datagram belongs to; 0 where nothing has shown that. */
export const HEADER_CONNECTION = 10;

/** A hash of address and port, keyed by a secret of the process. */
export const HEADER_HASH = 11;

/** When it arrived: wall-clock milliseconds as a 64-bit float, in this word and the next. */
export const HEADER_ARRIVAL = 12;

/** The address is of IPv4. */
export const FAMILY_IPV4 = 4;

/** The address is of IPv6. */
export const FAMILY_IPV6 = 6;

/** Neither of the two below. */
export const TAG_OTHER = 0;

/** The first byte is `{`. */
export const TAG_JSON = 1;

/** The first byte is that of the binary protocol. */
export const TAG_BINARY = 2;

/**
 * Hashes the address and port of the header that begins at `base`: the mixing steps of MurmurHash3
 * (Appleby) from a random `seed`, so that nobody outside can choose sources that collide. The result
 * is an integer of 32 bits, its sign included.
 */
export function hashSource(headers: Int32Array, base: number, seed: number): number {
  let hash = seed ^ (headers[base + HEADER_PORT] ?? 0);
  const words = headers[base + HEADER_FAMILY] === FAMILY_IPV4 ? 1 : 4;
  for (let index = 0; index < words; index++) {
    let word = Math.imul(headers[base + HEADER_ADDRESS + index] ?? 0, 0xcc9e2d51);
    word = (word << 15) | (word >>> 17);
    hash ^= Math.imul(word, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Words of an address as {@linkcode addressWords} gives them: its family, and four of its bytes. */
const ADDRESS_WORDS = 1 + IPV6_BYTES / 4;

/** What {@linkcode writeSource} writes, from the bytes of an address, 4 or 16. */
export function addressWords(bytes: Uint8Array): Int32Array {
  const words = new Int32Array(ADDRESS_WORDS);
  words[0] = bytes.length === IPV4_BYTES ? FAMILY_IPV4 : FAMILY_IPV6;
  new Uint8Array(words.buffer, Int32Array.BYTES_PER_ELEMENT).set(bytes);
  return words;
}

/** Writes an address, as {@linkcode addressWords} gives it, and a port into the header at `base`. */
export function writeSource(
  headers: Int32Array,
  base: number,
  source: { readonly words: Int32Array; readonly port: number },
): void {
  const { words, port } = source;
  headers[base + HEADER_FAMILY] = words[0] ?? 0;
  headers[base + HEADER_PORT] = port;
  headers[base + HEADER_ADDRESS] = words[1] ?? 0;
  headers[base + HEADER_ADDRESS + 1] = words[2] ?? 0;
  headers[base + HEADER_ADDRESS + 2] = words[3] ?? 0;
  headers[base + HEADER_ADDRESS + 3] = words[4] ?? 0;
  headers[base + HEADER_SCOPE] = 0;
}

/** The bytes of the address in the header that begins at `base`, 4 or 16. */
export function addressBytes(headers: Int32Array, base: number): Uint8Array {
  const size = headers[base + HEADER_FAMILY] === FAMILY_IPV4 ? IPV4_BYTES : IPV6_BYTES;
  const words = headers.slice(base + HEADER_ADDRESS, base + HEADER_ADDRESS + size / 4);
  return new Uint8Array(words.buffer).slice();
}
