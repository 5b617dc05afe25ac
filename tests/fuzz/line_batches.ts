import { tryJsonObject, tryParseJson } from "../../core/json.ts";
import { LineFramer } from "../../core/net/line_framer.ts";
import { tryDecodeUtf8 } from "../../core/net/utf8.ts";
import { concat } from "./byte_damage.ts";
import { HostileBytes } from "./hostile_bytes.ts";

/** The longest line that either server takes, in bytes. */
const LINE_BYTES_MAX = 8_192;
const NEWLINE = Uint8Array.of(0x0a);
/** After a line of this many hostile bytes comes the next connection. */
const BATCH_LINES_MAX = 100;

/** A line as a server sees it; undefined: too long, after which it closes. */
export type SeenLine = Uint8Array | undefined;

/** What one connection sends. */
export interface LineBatch {
  /** All of it, newlines included. */
  readonly bytes: Uint8Array;
  /** How many hostile things went into it; one with a newline in it makes several lines. */
  readonly thrownCount: number;
  /** What a server makes of it. Only the last one can be such that the server closes. */
  readonly lines: readonly SeenLine[];
}

/** The server that lines go to. */
export type LineTarget = "auth_line" | "game_line";

/** Cuts hostile bytes into batches, each for a connection of its own. */
export class LineBatches {
  readonly #target: LineTarget;
  readonly #hostile: HostileBytes;
  #hashesLeft: number;

  /**
   * Lines for one server.
   *
   * @param options `hashesMax`: lines that cost the server a password hash, a third of a second each;
   * further ones are left out
   */
  constructor(
    target: LineTarget,
    options: { readonly seed: number; readonly hashesMax: number },
  ) {
    this.#target = target;
    this.#hostile = new HostileBytes(target, options);
    this.#hashesLeft = options.hashesMax;
  }

  /** The next batch, of at most `thrownMax` hostile things. */
  next(thrownMax: number): LineBatch {
    const parts: Uint8Array[] = [];
    const lines: SeenLine[] = [];
    let thrownCount = 0;
    let isOver = false;
    while (!isOver && thrownCount < Math.min(thrownMax, BATCH_LINES_MAX)) {
      const bytes = this.#next();
      thrownCount++;
      parts.push(bytes, NEWLINE);
      for (const line of splitLines(bytes)) {
        if (isOver) break;
        lines.push(line);
        isOver = this.#endsConnection(line);
      }
    }
    return { bytes: concat(...parts), thrownCount, lines };
  }

  #next(): Uint8Array {
    while (true) {
      const bytes = this.#hostile.next();
      const cost = splitLines(bytes).filter((line) => this.#costsHash(line)).length;
      if (cost > this.#hashesLeft) continue;
      this.#hashesLeft -= cost;
      return bytes;
    }
  }

  #endsConnection(line: SeenLine): boolean {
    if (line === undefined) return true;
    const isCommand = this.#target === "game_line";
    return isCommand && ["LOGIN", "REGISTER", "QUIT"].includes(commandOf(line) ?? "");
  }

  /** Whether a line may make the server compute a hash; some of those do not. */
  #costsHash(line: SeenLine): boolean {
    const text = line === undefined ? undefined : tryDecodeUtf8(line);
    if (line === undefined || text === undefined) return false;
    const request = tryJsonObject(tryParseJson(text.replaceAll("\0", "").trim()));
    const { action, username, password } = request ?? {};
    if (this.#target === "game_line") return action === "login" || commandOf(line) === "LOGIN";
    if (typeof username !== "string" || typeof password !== "string") return false;
    return action === "login" || (action === "register" && password.length >= 8);
  }
}

/** The lines that bytes with a newline after them make. */
function splitLines(bytes: Uint8Array): SeenLine[] {
  // The framer has a test of its own, against a plain splitter.
  const framer = new LineFramer({ lineBytesMax: LINE_BYTES_MAX });
  return framer.push(concat(bytes, NEWLINE)).map((framed) =>
    framed.kind === "line" ? framed.bytes : undefined
  );
}

/** The word that a line which is no JSON begins with. */
function commandOf(line: Uint8Array): string | undefined {
  const text = tryDecodeUtf8(line);
  if (text === undefined || text.startsWith("{")) return undefined;
  return /^\S*/.exec(text.trim())?.[0].toUpperCase();
}
