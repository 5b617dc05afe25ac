import type { TokenVerifier } from "../../core/auth/token_verifier.ts";
import type { Counter } from "../../core/metrics.ts";
import { tryAddressKey } from "../../core/net/address_key.ts";
import { errorResponse } from "../../core/net/http_server.ts";
import type { RateLimiter } from "../../core/net/rate_limiter.ts";
import type { Admit } from "./gateway_route.ts";

/** What limiting works with. */
export interface RequestLimitsOptions {
  /** What an address may ask. */
  readonly addresses: RateLimiter;
  /** What an account may ask, from wherever. */
  readonly accounts: RateLimiter;
  /** Says whose a token is. */
  readonly verifier: Pick<TokenVerifier, "verify">;
  /** Counts who asks too much, by what is limited. */
  readonly limited: Readonly<Record<"address" | "account", Counter>>;
}

/** Refuses clients that ask too much. */
export class RequestLimits {
  readonly #options: RequestLimitsOptions;

  /** Nobody has asked yet. */
  constructor(options: RequestLimitsOptions) {
    this.#options = options;
  }

  /** The refusal of a request from that address, before anything is read of it; undefined: there is none. */
  refuseAddress(ip: string): Response | undefined {
    const { addresses, limited } = this.#options;
    return addresses.tryTake(tryAddressKey(ip) ?? ip) ? undefined : refuse(limited.address);
  }

  /**
   * The refusal of a request of that account's. A token that is not good is nobody's: others could use up with
   * theirs what an account may ask. Whoever is asked then says what is wrong with it.
   */
  readonly refuseAccount: Admit = async ({ token }) => {
    if (token === undefined) return undefined;
    const { accounts, verifier, limited } = this.#options;
    const verdict = await verifier.verify(token);
    if (!verdict.ok || accounts.tryTake(verdict.accountId)) return undefined;
    return refuse(limited.account);
  };
}

function refuse(limited: Counter): Response {
  limited.inc();
  const response = errorResponse(429, "too_many_requests", "Too many requests");
  response.headers.set("retry-after", "1");
  return response;
}
