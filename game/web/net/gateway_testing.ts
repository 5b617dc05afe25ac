import type { Fields } from "./api.js";

/** What the page has asked. */
export interface FakeRequest {
  /** Method and path, such as `GET /rooms/ABCDEF`. */
  readonly what: string;
  /** Its body. */
  readonly fields: Fields;
}

/** What the page is answered. */
export interface FakeReply {
  /** Of the response; 0: none comes. */
  readonly status: number;
  /** Of the response; a refusal's code if it is a text. */
  readonly body?: Fields | string;
  /** How long it takes, in milliseconds; 0 if undefined. */
  readonly tookMs?: number;
}

/**
 * A gateway, a browser's storage and time as a test has them. Time stands still but for what is waited for,
 * which is then over at once. What was there before is put back in the end.
 */
export class FakeGateway implements Disposable {
  /** Method and path of each request so far. */
  readonly asked: string[] = [];
  /** Passed so far, in milliseconds. */
  elapsedMs = 0;
  readonly #replaced = new DisposableStack();
  readonly #stored = new Map<string, string>();

  /** Asks `answer` about everything. */
  constructor(answer: (request: FakeRequest) => FakeReply) {
    this.replace(globalThis, "localStorage", {
      getItem: (key: string) => this.#stored.get(key) ?? null,
      setItem: (key: string, value: string) => this.#stored.set(key, value),
      removeItem: (key: string) => this.#stored.delete(key),
    });
    this.replace(performance, "now", () => this.elapsedMs);
    this.replace(globalThis, "setTimeout", (callback: () => void, delayMs: number) => {
      this.elapsedMs += delayMs;
      queueMicrotask(callback);
    });
    this.replace(globalThis, "fetch", async (path: string, init: RequestInit) => {
      const what = `${init.method} ${path}`;
      this.asked.push(what);
      const fields: Fields = JSON.parse(typeof init.body === "string" ? init.body : "{}");
      const { status, body = {}, tookMs = 0 } = answer({ what, fields });
      await Promise.resolve();
      this.elapsedMs += tookMs;
      init.signal?.throwIfAborted();
      if (status === 0) throw new TypeError("Failed to fetch");
      const said = typeof body === "string" ? { error: { code: body, message: body } } : body;
      return Response.json(said, { status });
    });
  }

  /** Has something else in its place until the end. */
  replace(target: object, key: string, value: unknown): void {
    const before = Object.getOwnPropertyDescriptor(target, key);
    Object.defineProperty(target, key, { value, configurable: true, writable: true });
    this.#replaced.defer(() => {
      Reflect.deleteProperty(target, key);
      if (before !== undefined) Object.defineProperty(target, key, before);
    });
  }

  /** Has the browser keep that somebody is logged in, as another tab does it. */
  keepLogin(username: string): void {
    const tokens = { token: tokenOf(username), refreshToken: "r", expiresAtMs: Date.now() + 1e9 };
    const session = { username, accountId: `id-${username}`, isGuest: false, ...tokens };
    this.#stored.set("tanks.session", JSON.stringify(session));
  }

  /** Puts back what was there. */
  [Symbol.dispose](): void {
    this.#replaced.dispose();
  }
}

/** An access token of somebody's, as far as the page reads it. */
export function tokenOf(username: string): string {
  return `h.${btoa(JSON.stringify({ sub: `id-${username}`, name: username }))}.s`;
}
