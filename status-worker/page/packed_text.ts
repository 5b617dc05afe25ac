/** A text that is sent many times, compressed once for those who take that. */
export class PackedText {
  readonly #text: string;
  #gzip: Promise<Uint8Array<ArrayBuffer>> | undefined;

  /** Nothing is compressed until somebody asks for it. */
  constructor(text: string) {
    this.#text = text;
  }

  /** The response to a request, with gzip where the client takes it (RFC 9110, section 12.5.3). */
  async respond(request: Request, headers: Readonly<Record<string, string>>): Promise<Response> {
    const varied = { ...headers, vary: "accept-encoding" };
    if (!takesGzip(request.headers.get("accept-encoding") ?? "")) {
      return new Response(this.#text, { headers: varied });
    }
    this.#gzip ??= compress(this.#text);
    return new Response(await this.#gzip, { headers: { ...varied, "content-encoding": "gzip" } });
  }
}

function takesGzip(accepted: string): boolean {
  return accepted.split(",").some((coding) => {
    const [name = "", quality = ""] = coding.toLowerCase().split(";");
    return name.trim() === "gzip" && !/^\s*q=0(?:\.0*)?\s*$/.test(quality);
  });
}

function compress(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream).bytes();
}
