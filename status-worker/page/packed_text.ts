import { gzip, takesGzip } from "../../core/net/gzip.ts";

/** A text that is sent many times, compressed once for those who take that. */
export class PackedText {
  readonly #text: string;
  #gzip: Promise<Uint8Array<ArrayBuffer>> | undefined;

  /** Nothing is compressed until somebody asks for it. */
  constructor(text: string) {
    this.#text = text;
  }

  /** The response to a request, with gzip where the client takes it. */
  async respond(request: Request, headers: Readonly<Record<string, string>>): Promise<Response> {
    const varied = { ...headers, vary: "accept-encoding" };
    if (!takesGzip(request.headers.get("accept-encoding"))) {
      return new Response(this.#text, { headers: varied });
    }
    this.#gzip ??= gzip([this.#text]);
    return new Response(await this.#gzip, { headers: { ...varied, "content-encoding": "gzip" } });
  }
}
