/**
 * Whether a request's `If-None-Match` names the tag, by weak comparison (RFC 9110, section 13.1.2).
 *
 * @param header the header as it came; null where there is none
 * @param tag as it is sent, weak or strong
 */
export function matchesEntityTag(header: string | null, tag: string): boolean {
  if (header === null) return false;
  if (header.trim() === "*") return true;
  const opaque = opaqueOf(tag);
  // A comma inside somebody else's tag cuts it in pieces, none of which is ours.
  return header.split(",").some((candidate) => opaqueOf(candidate.trim()) === opaque);
}

function opaqueOf(tag: string): string {
  return tag.startsWith("W/") ? tag.slice(2) : tag;
}
