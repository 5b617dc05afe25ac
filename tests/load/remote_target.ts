import { AddressRanges } from "../../core/net/address_ranges.ts";

const LOOPBACK = AddressRanges.tryParse("127.0.0.0/8,::1") ?? AddressRanges.NONE;

/** Whether a host is this machine, whatever else it is connected to. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || LOOPBACK.has(hostname.replace(/^\[(.*)\]$/, "$1"));
}
