import { formatIp, IPV6_BYTES, tryParseIp } from "./ip_address.ts";

/** Bytes of an IPv6 address that name a network: whoever has one has all addresses in it. */
const NETWORK_BYTES = 8;
/** Where an IPv4 address within IPv6 begins. */
const MAPPED_START = 12;
const MAPPED_PREFIX = Uint8Array.of(...Array<number>(10).fill(0), 0xff, 0xff);

/**
 * What an address is limited as: an IPv4 address as it is, also where it is written as IPv6; of an IPv6 address
 * the network of 64 bits. Undefined for what is no address.
 */
export function tryAddressKey(ip: string): string | undefined {
  const bytes = tryParseIp(ip.replace(/%.*$/, ""));
  if (bytes?.length !== IPV6_BYTES) return bytes && formatIp(bytes);
  const isMapped = MAPPED_PREFIX.every((byte, index) => bytes[index] === byte);
  if (isMapped) return formatIp(bytes.subarray(MAPPED_START));
  return `${formatIp(bytes.fill(0, NETWORK_BYTES))}/64`;
}
