import { addressBytes, addressWords, HEADER_WORDS, isSameSource } from "./datagram_header.ts";
import { HEADER_HASH, HEADER_PORT } from "./datagram_header.ts";
import { formatIp, tryParseIp } from "./ip_address.ts";
import type { UdpSource } from "./udp_source.ts";

/**
 * Sources as objects, the same one each time for the same address and port while it is remembered, so
 * that a known source costs no text. Bounded: a new source takes the place of another one.
 */
export class SourceTable {
  readonly #mask: number;
  readonly #headers: Int32Array;
  readonly #sources: (UdpSource | undefined)[];

  /** Remembers up to `sourcesMax` sources, a power of two. */
  constructor(sourcesMax: number) {
    this.#mask = sourcesMax - 1;
    this.#headers = new Int32Array(sourcesMax * HEADER_WORDS);
    this.#sources = Array<UdpSource | undefined>(sourcesMax).fill(undefined);
  }

  /** The source that the header at `base` names; its hash must be there. */
  find(headers: Int32Array, base: number): UdpSource {
    const slot = (headers[base + HEADER_HASH] ?? 0) & this.#mask;
    const known = this.#sources[slot];
    const kept = { headers: this.#headers, base: slot * HEADER_WORDS };
    if (known !== undefined && isSameSource({ headers, base }, kept)) return known;
    const source: UdpSource = {
      hostname: formatIp(addressBytes(headers, base)),
      port: headers[base + HEADER_PORT] ?? 0,
    };
    this.#headers.set(headers.subarray(base, base + HEADER_WORDS), kept.base);
    this.#sources[slot] = source;
    return source;
  }
}

/** Addresses in text as words of a header, each parsed once while it is remembered. */
export class AddressTable {
  readonly #words = new Map<string, Int32Array>();
  readonly #addressesMax: number;

  /** Remembers up to `addressesMax` addresses, and then begins anew. */
  constructor(addressesMax: number) {
    this.#addressesMax = addressesMax;
  }

  /** The address as `addressWords` gives it, or undefined where the text is none. */
  tryFind(hostname: string): Int32Array | undefined {
    const known = this.#words.get(hostname);
    if (known !== undefined) return known;
    const bytes = tryParseIp(hostname);
    if (bytes === undefined) return undefined;
    if (this.#words.size >= this.#addressesMax) this.#words.clear();
    const words = addressWords(bytes);
    this.#words.set(hostname, words);
    return words;
  }
}
