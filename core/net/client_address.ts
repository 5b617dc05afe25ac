import type { AddressRanges } from "./address_ranges.ts";
import { plainIp } from "./address_ranges.ts";
import { formatIp, tryParseIp } from "./ip_address.ts";

/** The header in which a proxy names its client; it overwrites what the client sent of it. */
const CLIENT_HEADER = "x-real-ip";

/** Who sends a request: whoever a trusted proxy says has connected to it, else whoever connects to us. */
export function clientAddress(
  request: Request,
  remote: Deno.NetAddr,
  options: { readonly trusted: AddressRanges | undefined },
): Deno.NetAddr {
  if (options.trusted?.has(remote.hostname) !== true) return remote;
  const named = tryParseIp(request.headers.get(CLIENT_HEADER) ?? "");
  return named === undefined ? remote : { ...remote, hostname: formatIp(plainIp(named)) };
}
