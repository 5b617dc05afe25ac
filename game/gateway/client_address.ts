import { tryParseIp } from "../../core/net/ip_address.ts";

/**
 * The address of who asks. A proxy of ours adds to `X-Forwarded-For` the address that it was asked from, so that of
 * `proxyHops` proxies the first has written the last but `proxyHops - 1`; what stands before it anybody can have
 * written. Without a proxy, or where there is no address at that place, it is the connection's.
 */
export function clientAddress(
  headers: Headers,
  options: { readonly remote: string; readonly proxyHops: number },
): string {
  const { remote, proxyHops } = options;
  if (proxyHops === 0) return remote;
  const addresses = headers.get("x-forwarded-for")?.split(",") ?? [];
  const address = addresses.at(-proxyHops)?.trim() ?? "";
  return tryParseIp(address) === undefined ? remote : address;
}
