import type { ConfigReader } from "../config.ts";
import { AddressRanges } from "./address_ranges.ts";
import type { ProxyProtocolOptions } from "./proxied_listener.ts";

/** A proxy on the same machine. */
const TRUSTED_DEFAULT = "127.0.0.0/8,::1";

/**
 * Reads `<prefix>_PROXY_PROTOCOL` and `<prefix>_PROXY_TRUSTED`; bad values are noted in `reader`.
 *
 * @returns undefined where clients connect without a proxy
 */
export function readProxyProtocol(
  reader: ConfigReader,
  prefix: string,
): ProxyProtocolOptions | undefined {
  const isOn = reader.boolean(`${prefix}_PROXY_PROTOCOL`, false);
  const trusted = readAddressRanges(reader, `${prefix}_PROXY_TRUSTED`, TRUSTED_DEFAULT);
  return isOn ? { trusted } : undefined;
}

/** Reads a list of addresses and ranges; a bad one is noted in `reader`. */
export function readAddressRanges(
  reader: ConfigReader,
  name: string,
  fallback: string,
): AddressRanges {
  const text = reader.text(name, fallback);
  const ranges = AddressRanges.tryParse(text);
  if (ranges === undefined) {
    reader.problem(name, "must be addresses or ranges such as 10.0.0.0/8 between commas", text);
  }
  return ranges ?? AddressRanges.NONE;
}
