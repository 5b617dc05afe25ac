import type { Clock } from "../../core/clock.ts";
import { type JsonObject, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { LineTransport } from "./line_transport.ts";
import type { LoadAccount, LoadAccounts, LoadToken } from "./load_accounts.ts";
import type { LoadTarget } from "./load_options.ts";
import { accept, refuse, type Reply } from "./reply.ts";

/** What it works with. */
export interface LineAccountsOptions {
  /** Auth. */
  readonly target: LoadTarget;
  /** Times the connection. */
  readonly clock: Clock;
  /** Told of each connection. */
  readonly onConnected: (tookMs: number) => void;
}

/** Accounts over auth's lines, a connection for each request, as `echo … | nc` makes one. */
export class LineAccounts implements LoadAccounts {
  readonly #options: LineAccountsOptions;

  /** Asks nothing yet. */
  constructor(options: LineAccountsOptions) {
    this.#options = options;
  }

  async register(account: LoadAccount, signal: AbortSignal): Promise<Reply<string>> {
    const asked = await this.#ask({ action: "register", ...account }, signal);
    if (!asked.ok) return asked;
    const { account_id: accountId } = asked.value;
    if (typeof accountId === "string") return accept(accountId);
    return refuse(refusalOf(asked.value, "register_refused"));
  }

  async login(account: LoadAccount, signal: AbortSignal): Promise<Reply<LoadToken>> {
    const asked = await this.#ask({ action: "login", ...account }, signal);
    if (!asked.ok) return asked;
    const token = tryReadToken(asked.value);
    return token ? accept(token) : refuse(refusalOf(asked.value, "login_refused"));
  }

  async #ask(request: JsonObject, signal: AbortSignal): Promise<Reply<JsonObject>> {
    const { target, clock, onConnected } = this.#options;
    const startMs = clock.monotonicMs();
    let transport: LineTransport;
    try {
      transport = await LineTransport.connect(target, signal);
    } catch {
      // Refused, unreachable or too late: one reason for all of them.
      return refuse("connect_failed");
    }
    onConnected(clock.monotonicMs() - startMs);
    const reply = Promise.withResolvers<JsonObject | undefined>();
    const onAbort = (): void => reply.resolve(undefined);
    signal.addEventListener("abort", onAbort, { once: true });
    transport.start({
      onBytes: (bytes) =>
        reply.resolve(tryJsonObject(tryParseJson(new TextDecoder().decode(bytes)))),
      onFault: () => reply.resolve(undefined),
    });
    transport.send(new TextEncoder().encode(JSON.stringify(request)));
    const value = await reply.promise;
    signal.removeEventListener("abort", onAbort);
    await transport.close();
    return value === undefined ? refuse("no_reply") : accept(value);
  }
}

/** The token of a login's reply; undefined where it has none. */
export function tryReadToken({ token, expires_in: expiresS }: JsonObject): LoadToken | undefined {
  if (typeof token !== "string" || typeof expiresS !== "number") return undefined;
  return { token, goodForMs: expiresS * 1_000 };
}

function refusalOf(
  reply: JsonObject,
  otherwise: "register_refused" | "login_refused",
): ReturnType<typeof refuse>["reason"] {
  if (reply.message === "Server busy") return "busy";
  if (typeof reply.retry_after_ms === "number") return "rate_limited";
  return reply.status === "failure" ? otherwise : "bad_reply";
}
