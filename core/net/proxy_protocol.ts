import { formatIp, IPV4_BYTES, IPV6_BYTES, tryParseIp } from "./ip_address.ts";
import { plainIp } from "./address_ranges.ts";

/** The longest header that is read, in bytes: addresses take 52, the rest is left to what proxies add. */
export const PROXY_HEADER_BYTES_MAX = 1_024;

/** Who a proxy says has connected to it. */
export interface ProxiedSource {
  /** An IP address; an IPv4 one is never written as IPv6. */
  readonly hostname: string;
  /** 0 to 65535. */
  readonly port: number;
}

/**
 * What the bytes so far are. `more`: a header's beginning. `header`: one of `length` bytes; without a source
 * the proxy speaks for itself, as in a health check, or does not know. `bad`: no header.
 */
export type ProxyHeader =
  | { readonly kind: "more" }
  | {
    readonly kind: "header";
    readonly length: number;
    readonly source: ProxiedSource | undefined;
  }
  | { readonly kind: "bad" };

const MORE: ProxyHeader = { kind: "more" };
const BAD: ProxyHeader = { kind: "bad" };

const V1_START = new TextEncoder().encode("PROXY ");
/** As the specification bounds it, with its line's end. */
const V1_BYTES_MAX = 107;
const LF = 0x0a;
const CR = 0x0d;

const V2_START = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10);
const V2_FIXED_BYTES = 16;
const V2_LOCAL = 0x20;
const V2_PROXY = 0x21;
/** Family and transport: unspecified, or TCP over IPv4 or IPv6. */
const V2_UNSPECIFIED = 0x00;
const V2_TCP4 = 0x11;
const V2_TCP6 = 0x21;

/**
 * Reads the header with which a proxy begins a TCP connection: version 1 (text) or 2 (binary) of
 * https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt. It looks at the first
 * {@linkcode PROXY_HEADER_BYTES_MAX} bytes at most and never throws.
 *
 * @param bytes all that came so far, from the connection's first byte on
 */
export function parseProxyHeader(bytes: Uint8Array): ProxyHeader {
  if (startsAlike(bytes, V2_START)) return parseV2(bytes);
  return startsAlike(bytes, V1_START) ? parseV1(bytes) : BAD;
}

/** Whether `bytes` begin with `start`, or are themselves its beginning. */
function startsAlike(bytes: Uint8Array, start: Uint8Array): boolean {
  const count = Math.min(bytes.length, start.length);
  for (let index = 0; index < count; index++) {
    if (bytes[index] !== start[index]) return false;
  }
  return true;
}

function parseV1(bytes: Uint8Array): ProxyHeader {
  const end = bytes.subarray(0, V1_BYTES_MAX).indexOf(LF);
  if (end < 0) return bytes.length < V1_BYTES_MAX ? MORE : BAD;
  if (bytes[end - 1] !== CR) return BAD;
  const line = bytes.subarray(V1_START.length, end - 1);
  // What is not ASCII is a character that no field can have.
  const [family, from = "", to = "", fromPort = "", toPort = "", ...others] = String.fromCharCode(
    ...line,
  ).split(" ");
  const length = end + 1;
  if (family === "UNKNOWN") return { kind: "header", length, source: undefined };
  const addressBytes = family === "TCP4" ? IPV4_BYTES : family === "TCP6" ? IPV6_BYTES : NaN;
  const address = tryParseIp(from);
  const isGood = address?.length === addressBytes && tryParseIp(to)?.length === addressBytes &&
    isPort(fromPort) && isPort(toPort) && others.length === 0;
  if (!isGood) return BAD;
  return { kind: "header", length, source: toSource(address, Number(fromPort)) };
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

function parseV2(bytes: Uint8Array): ProxyHeader {
  if (bytes.length < V2_FIXED_BYTES) return MORE;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const command = view.getUint8(12);
  const family = view.getUint8(13);
  const length = V2_FIXED_BYTES + view.getUint16(14);
  if (command !== V2_LOCAL && command !== V2_PROXY) return BAD;
  if (length > PROXY_HEADER_BYTES_MAX) return BAD;
  if (bytes.length < length) return MORE;
  if (command === V2_LOCAL || family === V2_UNSPECIFIED) {
    return { kind: "header", length, source: undefined };
  }
  const addressBytes = family === V2_TCP4
    ? IPV4_BYTES
    : family === V2_TCP6
    ? IPV6_BYTES
    : undefined;
  // Two addresses and two ports; what follows them says nothing about whence.
  if (addressBytes === undefined || length < V2_FIXED_BYTES + 2 * addressBytes + 4) return BAD;
  const address = bytes.slice(V2_FIXED_BYTES, V2_FIXED_BYTES + addressBytes);
  const port = view.getUint16(V2_FIXED_BYTES + 2 * addressBytes);
  return { kind: "header", length, source: toSource(address, port) };
}

/** The same client is the same text, whichever way its proxy reached it. */
function toSource(address: Uint8Array, port: number): ProxiedSource {
  return { hostname: formatIp(plainIp(address)), port };
}
