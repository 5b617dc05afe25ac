/** A comment as it stands in a file. */
export interface Comment {
  /** From its first delimiter to its last. */
  readonly text: string;
  /** Where it starts, in UTF-16 code units from the start of the file. */
  readonly offset: number;
}

/** A source text taken apart. */
export interface ScannedSource {
  /**
   * The text with every comment and the inside of every string, template and regular expression
   * turned into spaces. Length, line breaks and delimiters are those of the text, so that an offset
   * means the same place in both.
   */
  readonly code: string;
  /** In the order of the text. */
  readonly comments: readonly Comment[];
}

/** Words after which a slash starts a regular expression, where after others it divides. */
const WORDS_BEFORE_REGEXP = new Set([
  "await",
  "case",
  "delete",
  "do",
  "else",
  "in",
  "instanceof",
  "new",
  "of",
  "return",
  "throw",
  "typeof",
  "void",
  "yield",
]);

/** Tells code from comments and literals in TypeScript or JavaScript. Never throws. */
export function scanSource(text: string): ScannedSource {
  return new Scanner(text).scan();
}

class Scanner {
  readonly #text: string;
  readonly #pieces: string[] = [];
  readonly #comments: Comment[] = [];
  /** For each template that is open, the brace depth at which its substitution ends. */
  readonly #templateDepths: number[] = [];
  #braceDepth = 0;
  #offset = 0;
  /** The last word or sign of code, which tells a regular expression from a division. */
  #lastToken = "";

  constructor(text: string) {
    this.#text = text;
  }

  scan(): ScannedSource {
    if (this.#text.startsWith("#!")) this.#takeComment(this.#endOfLine(0));
    while (this.#offset < this.#text.length) this.#step();
    return { code: this.#pieces.join(""), comments: this.#comments };
  }

  #step(): void {
    const char = this.#text.charAt(this.#offset);
    const pair = char + this.#text.charAt(this.#offset + 1);
    if (pair === "//") return this.#takeComment(this.#endOfLine(this.#offset));
    if (pair === "/*") return this.#takeComment(this.#endAfter("*/", this.#offset + 2));
    if (char === '"' || char === "'") return this.#takeLiteral(this.#endOfString(char));
    if (char === "`") return this.#takeTemplate();
    if (char === "}" && this.#templateDepths.at(-1) === this.#braceDepth) {
      this.#templateDepths.pop();
      return this.#takeTemplate();
    }
    if (char === "/" && this.#isRegexpNext()) {
      const end = this.#endOfRegexp();
      if (end !== undefined) return this.#takeLiteral(end);
    }
    if (char === "{") this.#braceDepth++;
    if (char === "}") this.#braceDepth--;
    this.#takeToken();
  }

  #takeToken(): void {
    const word = /[\w$\u0080-\uffff]+|\s+|[^]/y;
    word.lastIndex = this.#offset;
    const token = word.exec(this.#text)?.[0] ?? "";
    if (token.trim() !== "") this.#lastToken = token;
    this.#keep(this.#offset + token.length);
  }

  #takeComment(end: number): void {
    this.#comments.push({ text: this.#text.slice(this.#offset, end), offset: this.#offset });
    this.#blank(end);
  }

  /** Keeps the delimiters of a literal and blanks what is between them. */
  #takeLiteral(end: number): void {
    this.#keep(this.#offset + 1);
    this.#blank(Math.max(this.#offset, end - 1));
    this.#keep(end);
    this.#lastToken = '"';
  }

  /** Takes a template from a backtick or a substitution's brace to the next of either. */
  #takeTemplate(): void {
    this.#keep(this.#offset + 1);
    for (let at = this.#offset; at < this.#text.length; at++) {
      const char = this.#text.charAt(at);
      if (char === "\\") at++;
      else if (char === "`") {
        this.#blank(at);
        this.#keep(at + 1);
        this.#lastToken = '"';
        return;
      } else if (char === "$" && this.#text.charAt(at + 1) === "{") {
        this.#blank(at);
        this.#keep(at + 2);
        this.#templateDepths.push(this.#braceDepth);
        this.#lastToken = "{";
        return;
      }
    }
    this.#blank(this.#text.length);
  }

  #isRegexpNext(): boolean {
    if (WORDS_BEFORE_REGEXP.has(this.#lastToken)) return true;
    return !/^[\w$\u0080-\uffff)\]}"]/.test(this.#lastToken);
  }

  /** Where the regular expression ends, flags excluded; undefined if the slash is a division. */
  #endOfRegexp(): number | undefined {
    const regexp = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\//y;
    regexp.lastIndex = this.#offset;
    return regexp.test(this.#text) ? regexp.lastIndex : undefined;
  }

  #endOfString(quote: string): number {
    for (let at = this.#offset + 1; at < this.#text.length; at++) {
      const char = this.#text.charAt(at);
      if (char === "\\") at++;
      else if (char === quote) return at + 1;
      else if (char === "\n") return at;
    }
    return this.#text.length;
  }

  #endOfLine(from: number): number {
    const end = this.#text.indexOf("\n", from);
    return end < 0 ? this.#text.length : end;
  }

  #endAfter(mark: string, from: number): number {
    const start = this.#text.indexOf(mark, from);
    return start < 0 ? this.#text.length : start + mark.length;
  }

  #keep(end: number): void {
    this.#pieces.push(this.#text.slice(this.#offset, end));
    this.#offset = Math.min(end, this.#text.length);
  }

  #blank(end: number): void {
    this.#pieces.push(this.#text.slice(this.#offset, end).replace(/[^\n]/g, " "));
    this.#offset = end;
  }
}
