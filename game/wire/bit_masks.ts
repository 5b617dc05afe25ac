/** The low `n` bits set, by `n` from 0 to 32. */
export const MASKS: Uint32Array = Uint32Array.from(
  { length: 33 },
  (_, width) => 2 ** width - 1,
);

/** The bits that hold every integer from 0 to `valueMax`, at least 1; `valueMax` below 2^31. */
export function bitsFor(valueMax: number): number {
  return Math.max(1, 32 - Math.clz32(valueMax));
}
