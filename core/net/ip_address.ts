/** The bytes of an IPv4 address. */
export const IPV4_BYTES = 4;

/** The bytes of an IPv6 address. */
export const IPV6_BYTES = 16;

const GROUPS = 8;
const MAPPED_GROUP = 5;

/** The bytes of an address in text, 4 or 16 of them, or undefined where it is none. A zone is none. */
export function tryParseIp(text: string): Uint8Array | undefined {
  return text.includes(":") ? tryParseIpv6(text) : tryParseIpv4(text);
}

/**
 * An address as text, in the form that RFC 5952 asks for and Deno gives: `::ffff:10.0.0.1` for an IPv4
 * address within IPv6. `bytes` are 4 or 16.
 */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === IPV4_BYTES) return bytes.join(".");
  const groups = Array.from(
    { length: GROUPS },
    (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0),
  );
  const isMapped = groups[MAPPED_GROUP] === 0xffff &&
    groups.slice(0, MAPPED_GROUP).every((group) => group === 0);
  if (isMapped) return `::ffff:${bytes.subarray(IPV6_BYTES - IPV4_BYTES).join(".")}`;
  const { start, length } = longestZeroRun(groups);
  const texts = groups.map((group) => group.toString(16));
  if (length < 2) return texts.join(":");
  return `${texts.slice(0, start).join(":")}::${texts.slice(start + length).join(":")}`;
}

/** The first of the longest runs of zeros. */
function longestZeroRun(
  groups: readonly number[],
): { readonly start: number; readonly length: number } {
  let longest = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > longest.length) longest = { start: index + 1 - length, length };
  }
  return longest;
}

function tryParseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".", IPV4_BYTES + 1);
  const areGood = parts.length === IPV4_BYTES &&
    parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
  return areGood ? Uint8Array.from(parts, Number) : undefined;
}

function tryParseIpv6(text: string): Uint8Array | undefined {
  const [before = "", after, ...others] = text.split("::", 3);
  if (others.length > 0) return undefined;
  const head = tryParseGroups(before, after === undefined);
  const tail = after === undefined ? [] : tryParseGroups(after, true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = IPV6_BYTES - head.length - tail.length;
  // `::` stands for one group at least.
  if (after === undefined ? missing !== 0 : missing < 2) return undefined;
  return Uint8Array.from([...head, ...Array<number>(missing).fill(0), ...tail]);
}

/** The bytes of groups between colons, the last of which may be an IPv4 address. */
function tryParseGroups(text: string, isEnd: boolean): number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":", GROUPS + 1);
  for (const [index, group] of groups.entries()) {
    if (isEnd && index === groups.length - 1 && group.includes(".")) {
      const ipv4 = tryParseIpv4(group);
      if (ipv4 === undefined) return undefined;
      bytes.push(...ipv4);
    } else {
      if (!/^[\da-f]{1,4}$/i.test(group)) return undefined;
      const value = parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
}
