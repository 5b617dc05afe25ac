/** Letters that are taken for no other when they are read aloud or copied by hand: no I, L or O. */
const LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ";
const LENGTH = 6;
const CODE = new RegExp(`^[${LETTERS}]{${LENGTH}}$`);

/** The most bytes that are a letter: each letter for as many of them as any other. */
const BYTES_USED = Math.floor(256 / LETTERS.length) * LETTERS.length;
/** Enough for six letters nearly always: 1 byte of 85 is not used. */
const BYTES_READ = 16;

/**
 * A code out of 148 million, each as likely as any other. It is all that a guest of a room has to know,
 * so that the bytes have to be unpredictable.
 *
 * @param randomBytes gives so many bytes
 */
export function makeRoomCode(randomBytes: (size: number) => Uint8Array): string {
  let code = "";
  while (code.length < LENGTH) {
    for (const byte of randomBytes(BYTES_READ)) {
      if (byte < BYTES_USED && code.length < LENGTH) code += LETTERS.charAt(byte % LETTERS.length);
    }
  }
  return code;
}

/** The code that somebody has typed, in whatever case, or undefined where it is none. */
export function tryParseRoomCode(text: string): string | undefined {
  const code = text.toUpperCase();
  return CODE.test(code) ? code : undefined;
}
