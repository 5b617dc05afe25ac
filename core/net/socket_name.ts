import { formatIp, IPV4_BYTES } from "./ip_address.ts";
import { AF_INET, AF_INET6, type Libc } from "./mmsg_ffi.ts";
import type { UdpSource } from "./udp_source.ts";

/** Bytes of `struct sockaddr_in` and `sockaddr_in6`. */
const SOCKADDR_BYTES = { ipv4: 16, ipv6: 28 } as const;
const IPV6_ADDRESS_OFFSET = 8;
const IPV4_ADDRESS_OFFSET = 4;

/** A `struct sockaddr_in` or `sockaddr_in6` of an address of 4 or 16 bytes. */
export function encodeSocketName(address: Uint8Array, port: number): Uint8Array<ArrayBuffer> {
  const isIpv4 = address.length === IPV4_BYTES;
  const name = new Uint8Array(isIpv4 ? SOCKADDR_BYTES.ipv4 : SOCKADDR_BYTES.ipv6);
  const view = new DataView(name.buffer);
  view.setUint16(0, isIpv4 ? AF_INET : AF_INET6, true);
  view.setUint16(2, port);
  name.set(address, isIpv4 ? IPV4_ADDRESS_OFFSET : IPV6_ADDRESS_OFFSET);
  return name;
}

/** What a socket is bound to. @throws Error when the system does not say */
export function readSocketName(libc: Libc, socket: number): UdpSource {
  const name = new Uint8Array(SOCKADDR_BYTES.ipv6);
  libc.readName(socket, name);
  const view = new DataView(name.buffer);
  const isIpv4 = view.getUint16(0, true) === AF_INET;
  const address = isIpv4
    ? name.subarray(IPV4_ADDRESS_OFFSET, IPV4_ADDRESS_OFFSET + IPV4_BYTES)
    : name.subarray(IPV6_ADDRESS_OFFSET, IPV6_ADDRESS_OFFSET + 16);
  return { hostname: formatIp(address), port: view.getUint16(2) };
}
