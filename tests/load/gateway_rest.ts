import { type JsonObject, tryJsonObject, tryParseJson } from "../../core/json.ts";
import type { ErrorReason } from "./error_reason.ts";
import { tryReadToken } from "./line_accounts.ts";
import type { LoadAccount, LoadAccounts, LoadToken } from "./load_accounts.ts";
import { accept, refuse, type Reply } from "./reply.ts";

const TOO_MANY_REQUESTS = 429;
const SERVER_FAULT = 500;

/** A gateway's answer. */
export interface RestReply {
  /** The HTTP status. */
  readonly status: number;
  /** The body where it is a JSON object, else an empty one. */
  readonly body: JsonObject;
}

/** What a request has besides its path. */
export interface RestRequest {
  /** Sent as JSON; a GET without. */
  readonly body?: JsonObject;
  /** An access token. */
  readonly token?: string;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/** A gateway's REST: accounts, and whatever else is asked. */
export class GatewayRest implements LoadAccounts {
  readonly #url: string;

  /** `url` without a slash at its end. */
  constructor(url: string) {
    this.#url = url;
  }

  /** Asks; refused with `no_reply` where nothing came. */
  async ask(path: string, request: RestRequest): Promise<Reply<RestReply>> {
    const { body, token, signal } = request;
    try {
      const response = await fetch(`${this.#url}${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: {
          ...(body !== undefined && { "content-type": "application/json" }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        signal,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const read = tryJsonObject(tryParseJson(await response.text()));
      return accept({ status: response.status, body: read ?? {} });
    } catch {
      // Refused, broken off or too late: one reason for all of them.
      return refuse("no_reply");
    }
  }

  async register(account: LoadAccount, signal: AbortSignal): Promise<Reply<string>> {
    const asked = await this.ask("/auth/register", { body: { ...account }, signal });
    if (!asked.ok) return asked;
    const { account_id: accountId } = asked.value.body;
    if (typeof accountId === "string") return accept(accountId);
    return refuse(refusalOf(asked.value, "register_refused"));
  }

  async login(account: LoadAccount, signal: AbortSignal): Promise<Reply<LoadToken>> {
    const asked = await this.ask("/auth/login", { body: { ...account }, signal });
    if (!asked.ok) return asked;
    const token = tryReadToken(asked.value.body);
    return token ? accept(token) : refuse(refusalOf(asked.value, "login_refused"));
  }
}

/** Why there is no more in a reply; `otherwise` where the gateway works and says no. */
export function refusalOf({ status }: RestReply, otherwise: ErrorReason): ErrorReason {
  if (status === TOO_MANY_REQUESTS) return "rate_limited";
  if (status >= SERVER_FAULT) return "busy";
  return status >= 400 ? otherwise : "bad_reply";
}
