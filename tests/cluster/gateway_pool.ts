import { sleep, systemClock } from "../../core/clock.ts";
import { type JsonObject, tryJsonObject, tryParseJson } from "../../core/json.ts";

/** A gateway's answer; status 0: no gateway has answered. */
export interface PoolAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** The JSON body; empty where there is none. */
  readonly body: JsonObject;
  /** The code of an error. */
  readonly code: string;
}

/** A request, and how patiently it is made. */
export interface PoolRequest {
  /** An access token. */
  readonly token?: string;
  /** Sent as JSON. */
  readonly body?: JsonObject;
  /** For how long it is tried again, in milliseconds, while there is no good answer. */
  readonly patienceMs: number;
  /** Whether an answer settles it; by default any but a fault of the server or a limit. */
  readonly isSettled?: (answer: PoolAnswer) => boolean;
  /** Told of each try that settled nothing. */
  readonly onMissed?: (answer: PoolAnswer) => void;
}

const RETRY_MS = 250;
/** Longer than a gateway takes to say that a service does not answer. */
const REQUEST_MS_MAX = 16_000;

/** Several gateways as one client knows them: where one does not answer, it asks the next. */
export class GatewayPool {
  /** What connects; undefined: what every request uses. */
  readonly client: Deno.HttpClient | undefined;
  readonly #urls: readonly string[];
  #index: number;

  /** Begins with the gateway of that number; each URL is without a slash at its end. */
  constructor(urls: readonly string[], index: number, client?: Deno.HttpClient) {
    this.#urls = urls;
    this.#index = index;
    this.client = client;
  }

  /** The gateway that it uses now. */
  get url(): string {
    return this.#urls[this.#index % this.#urls.length] ?? "";
  }

  /** Uses the next one from now on. */
  turn(): void {
    this.#index++;
  }

  /** Asks, such as `GET /matches/1`, until an answer settles it or patience ends; never rejects. */
  async ask(key: string, request: PoolRequest): Promise<PoolAnswer> {
    const { patienceMs, isSettled = isGood, onMissed } = request;
    const endMs = systemClock.monotonicMs() + patienceMs;
    for (;;) {
      const answer = await this.#askOnce(key, request);
      if (isSettled(answer)) return answer;
      onMissed?.(answer);
      if (systemClock.monotonicMs() + RETRY_MS > endMs) return answer;
      this.turn();
      await sleep(systemClock, RETRY_MS);
    }
  }

  async #askOnce(key: string, { token, body }: PoolRequest): Promise<PoolAnswer> {
    const [method = "", path = ""] = key.split(" ");
    const deadline = new AbortController();
    const cancel = systemClock.after(REQUEST_MS_MAX, () => deadline.abort());
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        signal: deadline.signal,
        ...(this.client && { client: this.client }),
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const fields = tryJsonObject(tryParseJson(await response.text())) ?? {};
      const code = tryJsonObject(fields.error)?.code;
      return { status: response.status, body: fields, code: typeof code === "string" ? code : "" };
    } catch (error) {
      const code = error instanceof Error ? error.name : String(error);
      return { status: 0, body: {}, code };
    } finally {
      cancel();
    }
  }
}

function isGood({ status }: PoolAnswer): boolean {
  return status > 0 && status < 500 && status !== 429;
}
