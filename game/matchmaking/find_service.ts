import type { TokenVerifier } from "../../core/auth/token_verifier.ts";
import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/json.ts";
import {
  type FindRefused,
  type FindReply,
  MATCHMAKING_METHODS,
  type MatchmakingMethod,
} from "../../core/protocol/matchmaking_messages.ts";
import { unreachable } from "../../core/unreachable.ts";
import { type FindRequest, parseFindRequest } from "./find_request.ts";
import type { Position } from "./geo.ts";
import type { Matchmaker } from "./matchmaker.ts";
import type { MatchmakerMetrics } from "./matchmaker_metrics.ts";
import type { SearchOrder } from "./search.ts";
import type { SearchModes } from "./search_modes.ts";
import type { Searches } from "./searches.ts";

/** What answering works with. */
export interface FindServiceOptions {
  /** Says whom a token stands for. */
  readonly verifier: Pick<TokenVerifier, "verify">;
  /** Finds a match at once. */
  readonly matchmaker: Pick<Matchmaker, "find" | "admit">;
  /** Finds one in time. */
  readonly searches: Pick<Searches, "start" | "poll" | "stop" | "stopFor">;
  /** What can be asked for. */
  readonly modes: SearchModes;
  /** Where a client is, by its address or by the region that it names. */
  readonly locate: (client: ClientPlace) => Position | undefined;
  /** Says how long an answer took. */
  readonly clock: Clock;
  /** Counts answers. */
  readonly metrics: Pick<MatchmakerMetrics, "finds" | "findDuration">;
}

/** What is known of where a client is. */
export interface ClientPlace {
  /** Its address; undefined where whoever asks for it does not say. */
  readonly ip: string | undefined;
  /** The region that it names. */
  readonly region: string | undefined;
}

/** Requests in hand at once; one more is told that matchmaking is unavailable. */
export const FINDS_IN_HAND_MAX = 10_000;

const OVERLOADED: FindRefused = {
  ok: false,
  code: "unavailable",
  message: "Too many find a match",
};
const UNKNOWN_METHOD: FindRefused = {
  ok: false,
  code: "invalid_request",
  message: "Unknown or missing method",
};
const SEARCH_ID_LENGTH_MAX = 128;
const IP_LENGTH_MAX = 64;

/** An account that a token has proven. */
interface Account {
  readonly ok: true;
  readonly accountId: string;
  readonly username: string;
  /** The login that the token is of. */
  readonly sessionId: string;
}

/** Answers what players ask of a matchmaker: reads it, and shows who asks. */
export class FindService {
  readonly #options: FindServiceOptions;
  #inHand = 0;

  /** Answers with what it is given. */
  constructor(options: FindServiceOptions) {
    this.#options = options;
  }

  /** Answers a request of `Rpc`: a method of {@linkcode MATCHMAKING_METHODS} and its fields. */
  async answer(request: JsonObject): Promise<FindReply> {
    const method = MATCHMAKING_METHODS.find((known) => known === request.method);
    if (method === undefined) return UNKNOWN_METHOD;
    const { clock, metrics } = this.#options;
    const startMs = clock.monotonicMs();
    this.#inHand++;
    try {
      const isOverloaded = this.#inHand > FINDS_IN_HAND_MAX;
      const reply = isOverloaded ? OVERLOADED : await this.#answer(method, request);
      if (!reply.ok) metrics.finds[reply.code].inc();
      return reply;
    } finally {
      this.#inHand--;
      if (method === "find") metrics.findDuration.observe((clock.monotonicMs() - startMs) / 1_000);
    }
  }

  #answer(method: MatchmakingMethod, fields: JsonObject): Promise<FindReply> {
    switch (method) {
      case "find":
        return this.#find(fields);
      case "search":
        return this.#search(fields, (id, account) => {
          const { accountId, sessionId: authSessionId } = account;
          return this.#options.searches.poll(id, accountId, { authSessionId });
        });
      case "stop_search":
        return this.#search(fields, (id, { accountId }) => {
          return this.#options.searches.stop(id, accountId);
        });
      default:
        return unreachable(method);
    }
  }

  async #find(fields: JsonObject): Promise<FindReply> {
    const { modes, searches } = this.#options;
    const parsed = parseFindRequest(fields, { modes });
    if (!parsed.ok) return parsed;
    const { request } = parsed;
    const account = await this.#prove(request.token);
    if (!account.ok) return account;
    if (account.accountId !== request.userId) {
      return { ok: false, code: "user_mismatch", message: "The token is not that of user_id" };
    }
    const order = this.#orderOf(request, account, fields);
    // Whoever comes with others waits for them.
    const isAlone = order.members.length === 1;
    const { sessionId: authSessionId } = account;
    if (isAlone && order.mode.matching === "drop_in") {
      return await this.#dropIn(order, authSessionId);
    }
    return this.#count(await searches.start(order, { authSessionId }));
  }

  #orderOf(request: FindRequest, account: Account, fields: JsonObject): SearchOrder {
    const { mode, pings, explain, party, partyId, region } = request;
    const { accountId, username: playerId } = account;
    const position = this.#options.locate({ ip: textOf(fields.ip, IP_LENGTH_MAX), region });
    return {
      accountId,
      playerId,
      mode,
      traveller: { pings, ...(position && { position }) },
      members: [accountId, ...party],
      partyId,
      explain,
    };
  }

  async #dropIn(order: SearchOrder, authSessionId: string): Promise<FindReply> {
    const { matchmaker, metrics, searches } = this.#options;
    const { members: accounts, accountId, playerId, mode, traveller, explain } = order;
    searches.stopFor(accountId);
    const result = await matchmaker.find({ accounts, mode, travellers: [traveller], explain });
    if (!result.ok) return result;
    const reply = await matchmaker.admit(result.place, {
      accountId,
      playerId,
      authSessionId,
    });
    if (reply.ok) metrics.finds[result.kind].inc();
    return reply;
  }

  async #search(
    fields: JsonObject,
    work: (searchId: string, account: Account) => FindReply | Promise<FindReply>,
  ): Promise<FindReply> {
    const searchId = textOf(fields.search_id, SEARCH_ID_LENGTH_MAX);
    const token = textOf(fields.jwt_token, Infinity);
    if (token === undefined) return { ok: false, code: "missing_token", message: "No token" };
    const account = await this.#prove(token);
    if (!account.ok) return account;
    return this.#count(await work(searchId ?? "", account));
  }

  #count(reply: FindReply): FindReply {
    const { finds } = this.#options.metrics;
    if (reply.ok) finds["found" in reply ? "search_found" : "searching"].inc();
    return reply;
  }

  async #prove(token: string): Promise<Account | FindRefused> {
    const verdict = await this.#options.verifier.verify(token);
    if (verdict.ok) return verdict;
    return verdict.reason === "keys_unavailable"
      ? { ok: false, code: "unavailable", message: "Tokens cannot be checked now" }
      : { ok: false, code: "invalid_token", message: "Invalid token" };
  }
}

function textOf(value: JsonObject[string], lengthMax: number): string | undefined {
  return typeof value === "string" && value.length <= lengthMax ? value : undefined;
}
