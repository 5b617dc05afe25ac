/** The lines of a stream of bytes, without their newlines; a last one without a newline too. */
export class Lines implements AsyncIterable<string> {
  readonly #stream: ReadableStream<Uint8Array>;

  /** Reads `stream` to its end. */
  constructor(stream: ReadableStream<Uint8Array>) {
    this.#stream = stream;
  }

  /** Each line as it comes. */
  async *[Symbol.asyncIterator](): AsyncGenerator<string, void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of this.#stream) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
    if (rest !== "") yield rest;
  }
}
