const TIME_BYTES = 6;
const ID_BYTES = 16;
/** Version 7, and the variant of RFC 9562. */
const OURS = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * An id for a new match that tells when it was made, so that its recording can be looked for there: a
 * UUID of version 7 (https://www.rfc-editor.org/rfc/rfc9562#section-5.7), of which 74 bits are by chance.
 */
export function newMatchId(
  { nowMs, randomBytes }: {
    /** Milliseconds since the epoch. */
    readonly nowMs: number;
    /** So many bytes, which nobody can guess. */
    readonly randomBytes: (size: number) => Uint8Array;
  },
): string {
  const bytes = new Uint8Array(ID_BYTES);
  bytes.set(randomBytes(ID_BYTES - TIME_BYTES), TIME_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(nowMs / 0x1_0000_0000));
  view.setUint32(2, Math.floor(nowMs) % 0x1_0000_0000);
  view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f));
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  const text = bytes.toHex();
  const parts = [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20)];
  return [...parts, text.slice(20)].join("-");
}

/**
 * When a match's id was made, in milliseconds since the epoch; undefined where it does not tell, as an id
 * from elsewhere need not.
 */
export function matchIdTimeMs(matchId: string): number | undefined {
  const [, high, low] = OURS.exec(matchId) ?? [];
  return high === undefined || low === undefined ? undefined : Number.parseInt(high + low, 16);
}
