import { IPV4_BYTES, IPV6_BYTES, tryParseIp } from "./ip_address.ts";

/** Ranges in one list: each is looked at for every connection. */
const RANGES_MAX = 256;
/** Where an IPv4 address within IPv6 begins. */
const MAPPED_START = IPV6_BYTES - IPV4_BYTES;
const MAPPED_PREFIX = Uint8Array.of(...Array<number>(10).fill(0), 0xff, 0xff);

interface AddressRange {
  readonly bytes: Uint8Array;
  readonly prefixBits: number;
}

/** Some addresses: single ones, and ranges such as `10.0.0.0/8` or `fd00::/8`. */
export class AddressRanges {
  /** No address at all. */
  static readonly NONE = new AddressRanges([]);
  readonly #ranges: readonly AddressRange[];

  private constructor(ranges: readonly AddressRange[]) {
    this.#ranges = ranges;
  }

  /** Reads a list between commas; an empty text has no address. Undefined where it is no such list. */
  static tryParse(text: string): AddressRanges | undefined {
    const items = text.split(",").map((item) => item.trim()).filter((item) => item !== "");
    if (items.length > RANGES_MAX) return undefined;
    const ranges: AddressRange[] = [];
    for (const item of items) {
      const range = tryParseRange(item);
      if (range === undefined) return undefined;
      ranges.push(range);
    }
    return new AddressRanges(ranges);
  }

  /** Whether an address, as text, is one of them; what is no address is not. */
  has(address: string): boolean {
    const bytes = tryParseIp(address);
    if (bytes === undefined) return false;
    const plain = plainIp(bytes);
    return this.#ranges.some((range) => isWithin(plain, range));
  }
}

/** The four bytes of an IPv4 address that is written as IPv6, `::ffff:10.0.0.1`; others as they are. */
export function plainIp(bytes: Uint8Array): Uint8Array {
  const isMapped = bytes.length === IPV6_BYTES &&
    MAPPED_PREFIX.every((byte, index) => bytes[index] === byte);
  return isMapped ? bytes.subarray(MAPPED_START) : bytes;
}

function tryParseRange(text: string): AddressRange | undefined {
  const [address = "", prefix, ...others] = text.split("/");
  const bytes = tryParseIp(address);
  if (bytes === undefined || others.length > 0) return undefined;
  const bitsMax = bytes.length * 8;
  if (prefix === undefined) {
    const plain = plainIp(bytes);
    return { bytes: plain, prefixBits: plain.length * 8 };
  }
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bitsMax) return undefined;
  return { bytes, prefixBits: Number(prefix) };
}

function isWithin(bytes: Uint8Array, { bytes: start, prefixBits }: AddressRange): boolean {
  if (bytes.length !== start.length) return false;
  for (const [index, byte] of bytes.entries()) {
    const bits = Math.min(8, prefixBits - 8 * index);
    if (bits <= 0) return true;
    const shift = 8 - bits;
    if (byte >> shift !== (start[index] ?? 0) >> shift) return false;
  }
  return true;
}
