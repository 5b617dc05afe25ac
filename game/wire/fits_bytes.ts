const encoder = new TextEncoder();
/** A UTF-16 unit has one byte at least, and this many at most. */
const BYTES_PER_UNIT_MAX = 3;

/** Whether a text has at most `bytesMax` bytes in UTF-8. */
export function fitsBytes(text: string, bytesMax: number): boolean {
  if (text.length * BYTES_PER_UNIT_MAX <= bytesMax) return true;
  // What is far too long need not be encoded to be known as such.
  return text.length <= bytesMax && encoder.encode(text).length <= bytesMax;
}
