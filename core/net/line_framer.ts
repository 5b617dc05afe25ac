/** What comes out of a {@linkcode LineFramer}: a line without its newline, or the end of its use. */
export type FramedLine =
  | { readonly kind: "line"; readonly bytes: Uint8Array }
  | { readonly kind: "too_long" };

const LF = 0x0a;
const CR = 0x0d;
const CARRY_BYTES_MIN = 64;
const NOTHING = new Uint8Array(0);

/**
 * Cuts bytes, split anyhow, into lines. A line ends in `\n` or `\r\n`. It holds at most
 * `lineBytesMax` + 1 bytes of an unfinished line, and looks at each byte once.
 */
export class LineFramer {
  readonly #lineBytesMax: number;
  /** The unfinished line: the first `#carryCount` bytes. */
  #carry: Uint8Array = NOTHING;
  #carryCount = 0;
  #overflowed = false;

  /** `lineBytesMax`: the bytes of the longest line, its newline not counted. */
  constructor(options: { readonly lineBytesMax: number }) {
    this.#lineBytesMax = options.lineBytesMax;
  }

  /** A line was too long: nothing more comes out. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** Bytes that it keeps allocated for an unfinished line. */
  get heldBytes(): number {
    return this.#carry.byteLength;
  }

  /**
   * Takes the next bytes and gives the lines that they finish, in order; `too_long` is the last that
   * ever comes. A line that lies within `chunk` is a view of it: copy it before `chunk` is reused.
   */
  push(chunk: Uint8Array): FramedLine[] {
    const framed: FramedLine[] = [];
    if (this.#overflowed) return framed;
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      const bytes = this.#finishLine(chunk.subarray(start, end));
      if (bytes === undefined) return this.#overflow(framed);
      framed.push({ kind: "line", bytes });
      start = end + 1;
    }
    return this.#keep(chunk.subarray(start)) ? framed : this.#overflow(framed);
  }

  /** The last line, which had no newline; undefined where it is empty or nothing more comes out. */
  finish(): Uint8Array | undefined {
    const bytes = this.#finishLine(NOTHING);
    return bytes === undefined || bytes.byteLength === 0 ? undefined : bytes;
  }

  /** The unfinished line and its last part, or undefined where they are too long together. */
  #finishLine(tail: Uint8Array): Uint8Array | undefined {
    let line = tail;
    if (this.#carryCount > 0) {
      // The carriage return of the newline may be there too.
      if (this.#carryCount + tail.byteLength > this.#lineBytesMax + 1) return undefined;
      this.#append(tail);
      line = this.#carry.subarray(0, this.#carryCount);
      this.#release();
    }
    if (line.at(-1) === CR) line = line.subarray(0, -1);
    return line.byteLength <= this.#lineBytesMax ? line : undefined;
  }

  /** Keeps the beginning of a line; false where that is too long already. */
  #keep(rest: Uint8Array): boolean {
    if (rest.byteLength === 0) return true;
    const count = this.#carryCount + rest.byteLength;
    if (count > this.#lineBytesMax + 1) return false;
    if (count === this.#lineBytesMax + 1 && rest.at(-1) !== CR) return false;
    this.#append(rest);
    return true;
  }

  #append(bytes: Uint8Array): void {
    const count = this.#carryCount + bytes.byteLength;
    if (count > this.#carry.byteLength) {
      // Doubling copies each byte twice at most, however few come at a time.
      const room = Math.max(count, 2 * this.#carry.byteLength, CARRY_BYTES_MIN);
      const grown = new Uint8Array(Math.min(room, this.#lineBytesMax + 1));
      grown.set(this.#carry.subarray(0, this.#carryCount));
      this.#carry = grown;
    }
    this.#carry.set(bytes, this.#carryCount);
    this.#carryCount = count;
  }

  /** Lets go of the carried bytes: they are the line's now, or nobody's. */
  #release(): void {
    this.#carry = NOTHING;
    this.#carryCount = 0;
  }

  #overflow(framed: FramedLine[]): FramedLine[] {
    this.#overflowed = true;
    this.#release();
    framed.push({ kind: "too_long" });
    return framed;
  }
}
