import type { Clock } from "../../core/clock.ts";
import type { Counter, Metrics } from "../../core/metrics.ts";
import { tryAddressKey } from "../../core/net/address_key.ts";
import { errorResponse } from "../../core/net/http_server.ts";
import { RateLimiter } from "../../core/net/rate_limiter.ts";

/** Why somebody is not let in. */
export const OPS_REFUSALS = ["missing_token", "wrong_token", "too_many_attempts"] as const;

/** One of {@linkcode OPS_REFUSALS}. */
export type OpsRefusal = typeof OPS_REFUSALS[number];

/** Wrong tokens that an address may show at once, and how many come back each second. */
export const WRONG_TOKENS_BURST = 10;
const WRONG_TOKENS_PER_SECOND = 0.1;
const ADDRESSES_MAX = 10_000;

/** What a guard works with. */
export interface OpsGuardOptions {
  /** What operators show. */
  readonly token: string;
  /** Measures the time. */
  readonly clock: Clock;
  /** Where it counts those who are not let in. */
  readonly metrics: Metrics;
}

const RESPONSES: Readonly<Record<OpsRefusal, readonly [status: number, message: string]>> = {
  missing_token: [401, "The Authorization header has no bearer token"],
  wrong_token: [401, "This is not the operators' token"],
  too_many_attempts: [429, "Too many wrong tokens from this address"],
};

const encoder = new TextEncoder();

/** Lets in who shows the operators' token; from where too many wrong ones came nobody for a while. */
export class OpsGuard {
  readonly #wrong: RateLimiter;
  readonly #refused: Readonly<Record<OpsRefusal, Counter>>;
  readonly #digest: Promise<Uint8Array>;

  /** Has seen nobody yet. */
  constructor({ token, clock, metrics }: OpsGuardOptions) {
    this.#digest = digestOf(token);
    this.#wrong = new RateLimiter({
      ratePerSecond: WRONG_TOKENS_PER_SECOND,
      burst: WRONG_TOKENS_BURST,
      keysMax: ADDRESSES_MAX,
      clock,
    });
    this.#refused = metrics.counters({
      name: "gateway_ops_refusals_total",
      help: "Requests for the operators' page that were not let in, by reason",
      label: "reason",
      values: OPS_REFUSALS,
    });
  }

  /** Why the bearer of a token is not let in; undefined: it is. */
  async check(token: string | undefined, ip: string): Promise<OpsRefusal | undefined> {
    const refusal = await this.#check(token, tryAddressKey(ip) ?? ip);
    if (refusal !== undefined) this.#refused[refusal].inc();
    return refusal;
  }

  async #check(token: string | undefined, key: string): Promise<OpsRefusal | undefined> {
    if (token === undefined) return "missing_token";
    // Before it is compared: who has guessed too often learns nothing by the next guess.
    if (!this.#wrong.has(key)) return "too_many_attempts";
    if (isSame(await digestOf(token), await this.#digest)) return undefined;
    return this.#wrong.tryTake(key) ? "wrong_token" : "too_many_attempts";
  }
}

/** The response that says so. */
export function opsRefusalResponse(refusal: OpsRefusal): Response {
  const [status, message] = RESPONSES[refusal];
  const response = errorResponse(status, refusal, message);
  if (status === 429) response.headers.set("retry-after", String(1 / WRONG_TOKENS_PER_SECOND));
  return response;
}

async function digestOf(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
}

/** Takes as long wherever two digests differ; and what a digest begins with says nothing of its text. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length;
  for (const [index, byte] of one.entries()) difference |= byte ^ (other[index] ?? 0);
  return difference === 0;
}
