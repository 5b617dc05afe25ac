import type { RequestContext } from "./http_handler.ts";

/** A request with which a handler is busy. */
export class RequestInHand implements RequestContext {
  readonly params: Readonly<Record<string, string>>;
  /** Who asks. */
  readonly remote: Deno.NetAddr;
  /** The address that was asked for. */
  readonly url: URL;
  #abort: AbortController | undefined;
  #reason: DOMException | undefined;

  /** Nothing is aborted yet. */
  constructor(parts: Pick<RequestContext, "params" | "remote" | "url">) {
    this.params = parts.params;
    this.remote = parts.remote;
    this.url = parts.url;
  }

  // Made when it is asked for: most handlers never do. Not the request's own signal, which in this
  // version of Deno aborts after every response, and says so on standard error.
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#reason !== undefined) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }

  /** Aborts the signal, also one that is asked for later. */
  abort(why: string): void {
    this.#reason = new DOMException(why, "AbortError");
    this.#abort?.abort(this.#reason);
  }
}
