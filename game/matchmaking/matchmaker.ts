import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/json.ts";
import { describeError, type Log } from "../../core/log.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import { type PubSub, PubSubRequestError } from "../../core/ports/pub_sub.ts";
import { issueTicket } from "../../core/protocol/match_ticket.ts";
import type { FindReply, FoundMatch } from "../../core/protocol/matchmaking_messages.ts";
import {
  encodeServerCommand,
  serverCommandSubject,
  tryParseServerCommandReply,
} from "../../core/protocol/server_command.ts";
import type { MatchmakerMetrics, PrepareFailure } from "./matchmaker_metrics.ts";
import type { PlacementTerms } from "./placement.ts";
import { type Seat, type SeatingOptions, type SeatingRequest, seatPlayer } from "./seating.ts";

/** Who wants to play, proven. */
export interface FindOrder extends SeatingRequest {
  /** The name to play under. */
  readonly playerId: string;
  /** Whether the reply is to say what led to it. */
  readonly explain: boolean;
}

/** What a matchmaker works with. */
export interface MatchmakerOptions extends SeatingOptions {
  /** Brings commands to game servers. */
  readonly pubSub: PubSub;
  /** Keeps the tickets. */
  readonly kvStore: KvStore;
  /** Bounds the time that a find takes. */
  readonly clock: Clock;
  /** Told of servers that do not do as told. */
  readonly log: Log;
  /** Counts matches and refusals. */
  readonly metrics: Pick<MatchmakerMetrics, "finds" | "prepareFailures">;
  /** Where browsers connect; its host stands where a server does not say where it is. */
  readonly websocketUrl: URL;
  /** Gives unpredictable bytes. */
  readonly randomBytes: (size: number) => Uint8Array;
}

/** How long a game server may take to prepare a match, in milliseconds. */
const PREPARE_DEADLINE_MS = 1_500;
/** How long servers are tried one after another, in milliseconds: less than whoever asks waits. */
const FIND_DEADLINE_MS = 4_000;
/** How many servers are tried, however quickly they refuse. */
const ATTEMPTS_MAX = 32;
const NO_SERVERS: FindReply = {
  ok: false,
  code: "no_servers",
  message: "No game server takes another match now",
};
const UNAVAILABLE: FindReply = {
  ok: false,
  code: "unavailable",
  message: "Matchmaking is unavailable now",
};

/** Finds players a match: chooses the server, has it prepare the match, and issues the match token. */
export class Matchmaker {
  readonly #options: MatchmakerOptions;

  /** Finds with what it is given. */
  constructor(options: MatchmakerOptions) {
    this.#options = options;
  }

  /** Finds a match, on another server where one does not answer. Never rejects. */
  async find(order: FindOrder): Promise<FindReply> {
    const { clock } = this.#options;
    const endMs = clock.monotonicMs() + FIND_DEADLINE_MS;
    const excluded = new Set<string>();
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const leftMs = endMs - clock.monotonicMs();
      if (leftMs <= 0) break;
      const seat = seatPlayer(order, excluded, this.#options);
      if (seat === undefined) break;
      const deadlineMs = Math.min(leftMs, PREPARE_DEADLINE_MS);
      const failure = await this.#prepare(seat, [order.accountId, ...order.party], deadlineMs);
      if (failure === undefined) {
        seat.reservation.confirm();
        return await this.#admit(order, seat);
      }
      this.#giveUp(seat, failure, excluded);
    }
    return NO_SERVERS;
  }

  async #prepare(
    { match }: Seat,
    players: readonly string[],
    deadlineMs: number,
  ): Promise<PrepareFailure | undefined> {
    const { matchId, mode, serverId } = match;
    const payload = encodeServerCommand({ command: "prepare_match", matchId, mode, players });
    try {
      const subject = serverCommandSubject(serverId);
      const reply = await this.#options.pubSub.request(subject, payload, { deadlineMs });
      const parsed = tryParseServerCommandReply(reply);
      if (parsed === undefined) return "failed";
      return parsed.ok ? undefined : parsed.reason;
    } catch (error) {
      if (error instanceof PubSubRequestError) return "unreachable";
      throw error;
    }
  }

  #giveUp(seat: Seat, failure: PrepareFailure, excluded: Set<string>): void {
    const { registry, matches, metrics, log } = this.#options;
    const { serverId, matchId } = seat.match;
    metrics.prepareFailures[failure].inc();
    log.warn("match_not_prepared", { server_id: serverId, match_id: matchId, reason: failure });
    seat.reservation.release();
    matches.close(seat.match);
    // A server that lives is back in the table with its next broadcast.
    if (failure === "unreachable") registry.forget(serverId);
    // A match that others came to may be over; one that is new cannot be.
    if (failure !== "match_over" || seat.kind === "new_match") excluded.add(serverId);
  }

  async #admit(order: FindOrder, seat: Seat): Promise<FindReply> {
    const { kvStore, metrics, log, randomBytes } = this.#options;
    const { accountId, playerId } = order;
    const { matchId } = seat.match;
    try {
      const token = await issueTicket(kvStore, { matchId, accountId, playerId }, { randomBytes });
      metrics.finds[seat.kind].inc();
      return { ok: true, found: this.#foundMatch(order, seat, token) };
    } catch (error) {
      log.error("ticket_not_issued", { match_id: matchId, error: describeError(error) });
      return UNAVAILABLE;
    }
  }

  #foundMatch(order: FindOrder, seat: Seat, token: string): FoundMatch {
    const { publicIp, udpPort } = seat.status;
    const { href, host } = reachableUrl(this.#options.websocketUrl, publicIp);
    return {
      match_id: seat.match.matchId,
      websocket_url: href,
      udp: { host, port: udpPort },
      token,
      ...(order.explain && { explanation: explain(seat) }),
    };
  }
}

/** The address to connect to, with the server's own host where it says one; `host` has no brackets. */
export function reachableUrl(
  base: URL,
  publicIp: string | undefined,
): { readonly href: string; readonly host: string } {
  const url = new URL(base);
  if (publicIp !== undefined) url.hostname = publicIp.includes(":") ? `[${publicIp}]` : publicIp;
  return { href: url.href, host: url.hostname.replace(/^\[|\]$/g, "") };
}

function explain(seat: Seat): JsonObject {
  return {
    chosen: seat.match.serverId,
    place: seat.kind,
    candidates: seat.terms.map(explainTerms),
  };
}

function explainTerms(terms: PlacementTerms): JsonObject {
  return {
    server_id: terms.serverId,
    region: terms.region,
    ping_ms: terms.pingMs,
    matches_penalty_ms: terms.matchesPenaltyMs,
    players_penalty_ms: terms.playersPenaltyMs,
    tick_penalty_ms: terms.tickPenaltyMs,
    cost_ms: terms.costMs,
    refusal: terms.refusal ?? null,
  };
}
