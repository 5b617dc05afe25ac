import {
  addressBytes,
  addressWords,
  HEADER_FAMILY,
  HEADER_HASH,
  HEADER_PORT,
  HEADER_SCOPE,
} from "./datagram_header.ts";
import { formatIp, tryParseIp } from "./ip_address.ts";
import type { UdpSource } from "./udp_source.ts";

/** A source whose address need not be read again to send there. */
export class KnownSource implements UdpSource {
  readonly port: number;
  readonly hostname: string;
  /** The address as `addressWords` gives it. */
  readonly words: Int32Array;

  /** From a port and an address in both forms. */
  constructor(port: number, hostname: string, words: Int32Array) {
    this.port = port;
    this.hostname = hostname;
    this.words = words;
  }
}

/** Addresses of which the table keeps one text and one copy of the words, at most. */
const HOSTS_MAX = 16_384;

/** Words of a header that name its source: from the family to the scope. */
const NAME_WORDS = HEADER_SCOPE - HEADER_FAMILY + 1;
/** After the name, the source's number. */
const RECORD_NUMBER = NAME_WORDS;
/** Half of a line of the processor's cache. */
const RECORD_WORDS = 8;

/**
 * Sources as objects, the same one each time for the same address and port while it is remembered, so
 * that a known source costs no text. Bounded: a new source takes the place of another one.
 */
export class SourceTable {
  readonly #mask: number;
  /** By hash: what names a source, and where it is in the list, from 1; 0 where there is none. */
  readonly #records: Int32Array;
  /** In the order in which they came, so that those that are in use lie together. */
  readonly #sources: KnownSource[] = [];
  readonly #hosts = new AddressTable(HOSTS_MAX);

  /** Remembers up to `sourcesMax` sources, a power of two. */
  constructor(sourcesMax: number) {
    this.#mask = sourcesMax - 1;
    this.#records = new Int32Array(sourcesMax * RECORD_WORDS);
  }

  /** The source that the header at `base` names; its hash must be there. */
  find(headers: Int32Array, base: number): KnownSource {
    const records = this.#records;
    const at = ((headers[base + HEADER_HASH] ?? 0) & this.#mask) * RECORD_WORDS;
    const number = records[at + RECORD_NUMBER] ?? 0;
    const known = number > 0 ? this.#sources[number - 1] : undefined;
    if (known !== undefined && isSameName(headers, base, { records, at })) return known;
    const source = this.#hosts.sourceOf(headers, base);
    for (let word = 0; word < NAME_WORDS; word++) {
      records[at + word] = headers[base + HEADER_FAMILY + word] ?? 0;
    }
    if (number > 0) this.#sources[number - 1] = source;
    else records[at + RECORD_NUMBER] = this.#sources.push(source);
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

  /** The source that the header at `base` names, with the words that are remembered for its address. */
  sourceOf(headers: Int32Array, base: number): KnownSource {
    const bytes = addressBytes(headers, base);
    const hostname = formatIp(bytes);
    const words = this.tryFind(hostname) ?? addressWords(bytes);
    return new KnownSource(headers[base + HEADER_PORT] ?? 0, hostname, words);
  }
}

function isSameName(
  headers: Int32Array,
  base: number,
  { records, at }: { readonly records: Int32Array; readonly at: number },
): boolean {
  for (let word = 0; word < NAME_WORDS; word++) {
    if (headers[base + HEADER_FAMILY + word] !== records[at + word]) return false;
  }
  return true;
}
