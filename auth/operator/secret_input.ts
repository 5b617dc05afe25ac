/** Where a secret is typed: standard input, and where a person sees what is asked. */
export interface SecretSource {
  /** Whether a person types. */
  isTerminal(): boolean;
  /** Whether what is typed is handed over key by key and not shown. */
  setRaw(isRaw: boolean): void;
  /** Reads what there is; null at the end. */
  read(bytes: Uint8Array): Promise<number | null>;
  /** Says something to the person. */
  say(text: string): void;
}

const SECRET_BYTES_MAX = 4_096;
const READ_BYTES = 256;
/** Ctrl-C and Ctrl-D. */
const GIVING_UP: readonly number[] = [0x03, 0x04];
const BACKSPACES: readonly number[] = [0x08, 0x7f];
const LINE_ENDS: readonly number[] = [0x0a, 0x0d];

/**
 * Reads a secret that is never shown: a person types it twice, a program writes a line of UTF-8. Undefined
 * where there is none, it is too long, or the person gives up or types two different ones.
 */
export async function readSecret(source: SecretSource): Promise<string | undefined> {
  const lines = new LineReader(source);
  if (!source.isTerminal()) return await lines.next();
  source.setRaw(true);
  try {
    source.say("New password: ");
    const first = await lines.next();
    source.say("\r\nThe same again: ");
    const second = first && await lines.next();
    source.say("\r\n");
    return first === second ? first : undefined;
  } finally {
    source.setRaw(false);
  }
}

/** Reads lines; of what was typed ahead, nothing is lost. */
class LineReader {
  readonly #source: SecretSource;
  readonly #isTyped: boolean;
  #ahead: Uint8Array = new Uint8Array(0);

  constructor(source: SecretSource) {
    this.#source = source;
    this.#isTyped = source.isTerminal();
  }

  async next(): Promise<string | undefined> {
    const line: number[] = [];
    while (line.length <= SECRET_BYTES_MAX) {
      for (const [index, byte] of this.#ahead.entries()) {
        const isEnd = LINE_ENDS.includes(byte);
        if (isEnd) this.#ahead = this.#ahead.subarray(index + 1);
        if (isEnd) return tryText(line);
        if (this.#isTyped && GIVING_UP.includes(byte)) return undefined;
        if (this.#isTyped && BACKSPACES.includes(byte)) dropCharacter(line);
        else line.push(byte);
      }
      const buffer = new Uint8Array(READ_BYTES);
      const count = await this.#source.read(buffer);
      if (count === null) return line.length > 0 ? tryText(line) : undefined;
      this.#ahead = buffer.subarray(0, count);
    }
    return undefined;
  }
}

/** A character of UTF-8 is its first byte and those that go on with it. */
function dropCharacter(line: number[]): void {
  let dropped = line.pop();
  while (dropped !== undefined && (dropped & 0xc0) === 0x80) dropped = line.pop();
}

function tryText(bytes: readonly number[]): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes));
  } catch {
    // A fatal decoder throws nothing but TypeError, for bytes that are no text.
    return undefined;
  }
}
