import type { TokenVerifier } from "../../core/auth/token_verifier.ts";
import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/json.ts";
import type { FindReply } from "../../core/protocol/matchmaking_messages.ts";
import { type FindRequest, parseFindRequest } from "./find_request.ts";
import type { FindOrder, Matchmaker } from "./matchmaker.ts";
import type { MatchmakerMetrics } from "./matchmaker_metrics.ts";

/** What answering works with. */
export interface FindServiceOptions {
  /** Says whom a token stands for. */
  readonly verifier: Pick<TokenVerifier, "verify">;
  /** Finds the match. */
  readonly matchmaker: Pick<Matchmaker, "find">;
  /** Says how long an answer took. */
  readonly clock: Clock;
  /** Counts answers. */
  readonly metrics: Pick<MatchmakerMetrics, "finds" | "findDuration">;
}

/** Requests in hand at once; one more is told that matchmaking is unavailable. */
export const FINDS_IN_HAND_MAX = 10_000;

const OVERLOADED: FindReply = { ok: false, code: "unavailable", message: "Too many find a match" };

/** Answers requests to find a match, over HTTP and `Rpc` alike: reads them, and shows who asks. */
export class FindService {
  readonly #options: FindServiceOptions;
  #inHand = 0;

  /** Answers with what it is given. */
  constructor(options: FindServiceOptions) {
    this.#options = options;
  }

  /** Answers a request. @param bearerToken the token of its header, where it has one */
  async answer(fields: JsonObject, bearerToken?: string): Promise<FindReply> {
    const { clock, metrics } = this.#options;
    const startMs = clock.monotonicMs();
    this.#inHand++;
    try {
      const isOverloaded = this.#inHand > FINDS_IN_HAND_MAX;
      const reply = isOverloaded ? OVERLOADED : await this.#find(fields, bearerToken);
      if (!reply.ok) metrics.finds[reply.code].inc();
      return reply;
    } finally {
      this.#inHand--;
      metrics.findDuration.observe((clock.monotonicMs() - startMs) / 1_000);
    }
  }

  async #find(fields: JsonObject, bearerToken: string | undefined): Promise<FindReply> {
    const parsed = parseFindRequest(fields, bearerToken);
    if (!parsed.ok) return parsed;
    const order = await this.#prove(parsed.request);
    return "ok" in order ? order : await this.#options.matchmaker.find(order);
  }

  async #prove(request: FindRequest): Promise<FindOrder | FindReply & { readonly ok: false }> {
    const { userId, token, mode, pings, explain, party } = request;
    const verdict = await this.#options.verifier.verify(token);
    if (!verdict.ok) {
      return verdict.reason === "keys_unavailable"
        ? { ok: false, code: "unavailable", message: "Tokens cannot be checked now" }
        : { ok: false, code: "invalid_token", message: "Invalid token" };
    }
    const { accountId, username } = verdict;
    if (accountId !== userId) {
      return { ok: false, code: "user_mismatch", message: "The token is not that of user_id" };
    }
    return { accountId, playerId: username, mode, pings, explain, party };
  }
}
