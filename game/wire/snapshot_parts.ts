import { encodeSnapshotPrefix, type SnapshotPrefix } from "./snapshot_prefix.ts";

/** The most bytes of a body that one SNAPSHOT carries: 1200 without header, longest prefix and tag. */
export const SNAPSHOT_PART_BYTES_MAX = 1_150;

/** Over how many datagrams a body is spread. */
export function partCountOf(bodyBytes: number): number {
  return Math.max(1, Math.ceil(bodyBytes / SNAPSHOT_PART_BYTES_MAX));
}

/**
 * Writes a SNAPSHOT after the header: the prefix, and of the body the part that the prefix names. Every
 * part but the last has 1150 bytes.
 *
 * @param bodyBytes how many of the bytes are the body; as many as there are unless it is said
 * @returns the length so far, without the tag
 * @throws RangeError where a number breaks its bounds, or there are not so many parts
 */
export function encodeSnapshot(
  prefix: SnapshotPrefix,
  body: Uint8Array,
  into: Uint8Array,
  bodyBytes: number = body.length,
): number {
  const { partIndex, partCount } = prefix;
  if (partCount !== partCountOf(bodyBytes)) {
    throw new RangeError(`Cannot encode SNAPSHOT: ${bodyBytes} bytes are not ${partCount} parts`);
  }
  const at = encodeSnapshotPrefix(prefix, into);
  const start = partIndex * SNAPSHOT_PART_BYTES_MAX;
  const end = Math.min(bodyBytes, start + SNAPSHOT_PART_BYTES_MAX);
  // By hand: a view of the part would be one object for each client and tick.
  for (let index = start; index < end; index++) into[at + index - start] = body[index] ?? 0;
  return at + end - start;
}
