import {
  FAMILY_IPV4,
  FAMILY_IPV6,
  HEADER_ADDRESS,
  HEADER_FAMILY,
  HEADER_LENGTH,
  HEADER_PORT,
  HEADER_SCOPE,
  HEADER_WORDS,
} from "./datagram_header.ts";
import { AF_INET, AF_INET6, type Libc } from "./mmsg_ffi.ts";
import type { SharedRing } from "./shared_ring.ts";

// Structures of Linux where addresses have 64 bits and the low byte comes first, which x86_64 and
// aarch64 both have. All offsets are in words of 32 bits.

/** `struct mmsghdr` of 64 bytes: `msghdr` of 56 and `msg_len`. */
const MESSAGE_WORDS = 16;
const MESSAGE_NAME = 0;
const MESSAGE_NAME_LENGTH = 2;
const MESSAGE_VECTOR = 4;
const MESSAGE_VECTOR_COUNT = 6;
const MESSAGE_LENGTH = 14;
/** `struct iovec`: an address and a length. */
const VECTOR_WORDS = 4;
const VECTOR_LENGTH = 2;
/** Room for `struct sockaddr_in` of 16 bytes or `sockaddr_in6` of 28. */
const NAME_WORDS = 8;
const SOCKADDR_IN_BYTES = 16;
const SOCKADDR_IN6_BYTES = 28;
const NAME_IPV4_ADDRESS = 1;
const NAME_IPV6_ADDRESS = 2;
const NAME_IPV6_SCOPE = 6;

/**
 * An array of `struct mmsghdr` with all that it points to, in memory that stays where it is. Message
 * `i` of one that receives is slot `i` of the ring, so that nothing has to be written for a call.
 */
export class MmsgVectors {
  readonly #ring: SharedRing;
  readonly #messages: Int32Array;
  readonly #vectors: Int32Array;
  readonly #names: Int32Array;
  /** The address of each message, and of each slot in two halves. */
  readonly #messageAddresses: readonly bigint[];
  readonly #slotAddresses: Uint32Array;

  /** `count` messages on the payload of a ring. */
  constructor(
    libc: Libc,
    ring: SharedRing,
    options: { readonly payload: SharedArrayBuffer; readonly count: number },
  ) {
    const { payload, count } = options;
    const messages = new SharedArrayBuffer(4 * MESSAGE_WORDS * count);
    const vectors = new SharedArrayBuffer(4 * VECTOR_WORDS * count);
    const names = new SharedArrayBuffer(4 * NAME_WORDS * count);
    this.#ring = ring;
    this.#messages = new Int32Array(messages);
    this.#vectors = new Int32Array(vectors);
    this.#names = new Int32Array(names);
    const addressesOf = (memory: SharedArrayBuffer, strideWords: number): bigint[] => {
      const start = libc.addressOf(memory);
      return Array.from({ length: count }, (_, index) => start + BigInt(4 * strideWords * index));
    };
    this.#messageAddresses = addressesOf(messages, MESSAGE_WORDS);
    const vectorAddresses = addressesOf(vectors, VECTOR_WORDS);
    const nameAddresses = addressesOf(names, NAME_WORDS);
    for (let index = 0; index < count; index++) {
      const base = index * MESSAGE_WORDS;
      writeAddress(this.#messages, base + MESSAGE_NAME, nameAddresses[index]);
      this.#messages[base + MESSAGE_NAME_LENGTH] = SOCKADDR_IN6_BYTES;
      writeAddress(this.#messages, base + MESSAGE_VECTOR, vectorAddresses[index]);
      this.#messages[base + MESSAGE_VECTOR_COUNT] = 1;
    }
    this.#slotAddresses = slotAddresses(libc.addressOf(payload), {
      count: payload.byteLength / ring.slotBytes,
      slotBytes: ring.slotBytes,
    });
  }

  /** Where a message is, for a call. */
  address(index: number): bigint {
    return this.#messageAddresses[index] ?? 0n;
  }

  /** Points each message to the slot of its own index, with all its room. */
  pointToSlots(): void {
    for (let index = 0; index < this.#messageAddresses.length; index++) {
      this.#pointTo(index, { slot: index, length: this.#ring.slotBytes });
    }
  }

  /** Writes what was received as a message into the header of its slot; false: no source is known. */
  readMessage(index: number): boolean {
    const { headers } = this.#ring;
    const base = index * HEADER_WORDS;
    const message = index * MESSAGE_WORDS;
    // One that was cut off (MSG_TRUNC) fills its slot, and that is longer than any that is let in.
    headers[base + HEADER_LENGTH] = this.#messages[message + MESSAGE_LENGTH] ?? 0;
    const name = index * NAME_WORDS;
    const first = this.#names[name] ?? 0;
    const family = first & 0xffff;
    headers[base + HEADER_PORT] = swapped(first >>> 16);
    if (family === AF_INET) {
      headers[base + HEADER_FAMILY] = FAMILY_IPV4;
      headers[base + HEADER_ADDRESS] = this.#names[name + NAME_IPV4_ADDRESS] ?? 0;
      for (let word = 1; word <= 4; word++) headers[base + HEADER_ADDRESS + word] = 0;
      return true;
    }
    headers[base + HEADER_FAMILY] = FAMILY_IPV6;
    // The interface comes right after the address in both.
    for (let word = 0; word <= HEADER_SCOPE - HEADER_ADDRESS; word++) {
      headers[base + HEADER_ADDRESS + word] = this.#names[name + NAME_IPV6_ADDRESS + word] ?? 0;
    }
    return family === AF_INET6;
  }

  /** Makes message `index` what the slot of the ring says, its bytes where they are. */
  writeMessage(index: number, slot: number): void {
    const { headers } = this.#ring;
    const base = slot * HEADER_WORDS;
    this.#pointTo(index, { slot, length: headers[base + HEADER_LENGTH] ?? 0 });
    const isIpv4 = headers[base + HEADER_FAMILY] === FAMILY_IPV4;
    this.#messages[index * MESSAGE_WORDS + MESSAGE_NAME_LENGTH] = isIpv4
      ? SOCKADDR_IN_BYTES
      : SOCKADDR_IN6_BYTES;
    const name = index * NAME_WORDS;
    const port = swapped(headers[base + HEADER_PORT] ?? 0);
    this.#names[name] = (isIpv4 ? AF_INET : AF_INET6) | (port << 16);
    // An IPv4 address is where IPv6 has its flow label, which is 0.
    this.#names[name + NAME_IPV4_ADDRESS] = isIpv4 ? headers[base + HEADER_ADDRESS] ?? 0 : 0;
    for (let word = 0; word <= NAME_IPV6_SCOPE - NAME_IPV6_ADDRESS; word++) {
      this.#names[name + NAME_IPV6_ADDRESS + word] = isIpv4
        ? 0
        : headers[base + HEADER_ADDRESS + word] ?? 0;
    }
  }

  #pointTo(index: number, to: { readonly slot: number; readonly length: number }): void {
    const vector = index * VECTOR_WORDS;
    this.#vectors[vector] = this.#slotAddresses[2 * to.slot] ?? 0;
    this.#vectors[vector + 1] = this.#slotAddresses[2 * to.slot + 1] ?? 0;
    this.#vectors[vector + VECTOR_LENGTH] = to.length;
  }
}

/** The two bytes of a port in the other order. */
function swapped(port: number): number {
  return ((port & 0xff) << 8) | ((port >>> 8) & 0xff);
}

function writeAddress(words: Int32Array, at: number, address = 0n): void {
  words[at] = Number(BigInt.asIntN(32, address));
  words[at + 1] = Number(address >> 32n);
}

function slotAddresses(
  start: bigint,
  size: { readonly count: number; readonly slotBytes: number },
): Uint32Array {
  const halves = new Uint32Array(2 * size.count);
  for (let slot = 0; slot < size.count; slot++) {
    const address = start + BigInt(slot * size.slotBytes);
    halves[2 * slot] = Number(BigInt.asUintN(32, address));
    halves[2 * slot + 1] = Number(address >> 32n);
  }
  return halves;
}
