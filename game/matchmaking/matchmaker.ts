import type { Clock } from "../../core/clock.ts";
import { describeError, type Log } from "../../core/log.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import type { PubSub } from "../../core/ports/pub_sub.ts";
import { matchOwnerKey, tryParseMatchOwner } from "../../core/protocol/match_owner.ts";
import { issueTicket } from "../../core/protocol/match_ticket.ts";
import type {
  FindRefused,
  FindReply,
  MatchPlace,
} from "../../core/protocol/matchmaking_messages.ts";
import type { Admission, GroupOrder, PlaceResult } from "./match_order.ts";
import { placeOn } from "./match_place.ts";
import type { MatchmakerMetrics, PlaceKind, PrepareFailure } from "./matchmaker_metrics.ts";
import type { PlacementTerms } from "./placement.ts";
import { prepareMatch, type ServerOrder } from "./prepare_match.ts";
import type { Reservation } from "./reservations.ts";
import { chooseServer, type SeatingOptions, type SeatingRequest, seatPlayers } from "./seating.ts";

/** Who wants a place in a match to which others may come. */
export interface FindOrder extends SeatingRequest {
  /** Whether the place is to say what led to it. */
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
  /** Counts refusals. */
  readonly metrics: Pick<MatchmakerMetrics, "prepareFailures">;
  /** Where browsers connect; its host stands where a server does not say where it is. */
  readonly websocketUrl: URL;
  /** Gives unpredictable bytes. */
  readonly randomBytes: (size: number) => Uint8Array;
}

/** One server that is to be asked, and what is promised on it meanwhile. */
interface Attempt extends ServerOrder {
  readonly kind: PlaceKind;
  readonly reservation: Reservation;
  readonly terms: readonly PlacementTerms[];
  /** The match is none. */
  giveUp(): void;
}

/** How long a game server may take to prepare a match, in milliseconds. */
const PREPARE_DEADLINE_MS = 1_500;
/** How long servers are tried one after another, in milliseconds: less than whoever asks waits. */
const FIND_DEADLINE_MS = 4_000;
/** How many servers are tried, however quickly they refuse. */
const ATTEMPTS_MAX = 32;
const NO_SERVERS: FindRefused = {
  ok: false,
  code: "no_servers",
  message: "No game server takes another match now",
};
const UNAVAILABLE: FindRefused = {
  ok: false,
  code: "unavailable",
  message: "Matchmaking is unavailable now",
};

/** Finds players a match: chooses the server, has it prepare the match, and issues the match tokens. */
export class Matchmaker {
  readonly #options: MatchmakerOptions;

  /** Finds with what it is given. */
  constructor(options: MatchmakerOptions) {
    this.#options = options;
  }

  /** Finds a match to which others may come too. Never rejects. */
  find(order: FindOrder): Promise<PlaceResult> {
    return this.#tryServers(order.explain, (excluded) => this.#seat(order, excluded));
  }

  /** Opens a match for these players alone. Never rejects. */
  openMatch(order: GroupOrder): Promise<PlaceResult> {
    return this.#tryServers(order.explain, (excluded) => this.#choose(order, excluded));
  }

  /**
   * Lets somebody into a prepared match, where it is by now: with a token that counts once, for a minute.
   * Never rejects.
   */
  async admit(place: MatchPlace, who: Admission): Promise<FindReply> {
    const { kvStore, log, randomBytes } = this.#options;
    const { match_id: matchId } = place;
    try {
      const token = await issueTicket(kvStore, { matchId, ...who }, { randomBytes });
      return { ok: true, found: { ...place, udp: await this.#whereNow(place), token } };
    } catch (error) {
      log.error("ticket_not_issued", { match_id: matchId, error: describeError(error) });
      return UNAVAILABLE;
    }
  }

  /** A match may have gone on at another server since the place was found. @throws Error where the store is away */
  async #whereNow({ match_id: matchId, udp }: MatchPlace): Promise<MatchPlace["udp"]> {
    const owner = tryParseMatchOwner(await this.#options.kvStore.get(matchOwnerKey(matchId)) ?? "");
    // Of one that nobody has at the moment it is as good a guess as any.
    if (owner === undefined) return udp;
    return { host: owner.host || udp.host, port: owner.udpPort };
  }

  /** Goes to another server where one does not answer or refuses. */
  async #tryServers(
    explain: boolean,
    next: (excluded: ReadonlySet<string>) => Attempt | undefined,
  ): Promise<PlaceResult> {
    const { clock, websocketUrl, pubSub } = this.#options;
    const endMs = clock.monotonicMs() + FIND_DEADLINE_MS;
    const excluded = new Set<string>();
    for (let tried = 0; tried < ATTEMPTS_MAX; tried++) {
      const leftMs = endMs - clock.monotonicMs();
      if (leftMs <= 0) break;
      const attempt = next(excluded);
      if (attempt === undefined) break;
      const failure = await prepareMatch(attempt, {
        pubSub,
        deadlineMs: Math.min(leftMs, PREPARE_DEADLINE_MS),
      });
      if (failure === undefined) {
        attempt.reservation.confirm();
        const { kind, status, terms, order: { matchId } } = attempt;
        const explanation = explain ? { kind, terms } : undefined;
        const place = placeOn(status, { matchId, websocketUrl, explanation });
        return { ok: true, place, kind };
      }
      this.#giveUp(attempt, failure, excluded);
    }
    return NO_SERVERS;
  }

  #seat(order: FindOrder, excluded: ReadonlySet<string>): Attempt | undefined {
    const seat = seatPlayers(order, excluded, this.#options);
    if (seat === undefined) return undefined;
    const { match, teams } = seat;
    return {
      ...seat,
      order: {
        matchId: match.matchId,
        mode: order.mode.game.name,
        players: order.accounts,
        ...(teams.size > 0 && { teams }),
      },
      giveUp: () => this.#options.matches.close(match),
    };
  }

  #choose(order: GroupOrder, excluded: ReadonlySet<string>): Attempt | undefined {
    const { gameMode: mode, map, accounts: players, teams, botTeams, travellers } = order;
    const { chosen, terms, statusOf } = chooseServer(travellers, excluded, this.#options);
    const status = chosen && statusOf(chosen.serverId);
    if (status === undefined) return undefined;
    const what = { matches: 1, players: players.length };
    return {
      kind: "new_match",
      status,
      terms,
      reservation: this.#options.reservations.hold(status.serverId, what),
      order: {
        // Another for each server: one that did not answer in time may have the match all the same.
        matchId: this.#options.newId(),
        mode,
        ...(map !== undefined && { map }),
        players,
        ...(teams.size > 0 && { teams }),
        ...(botTeams !== undefined && { botTeams }),
      },
      giveUp: () => {},
    };
  }

  #giveUp(attempt: Attempt, failure: PrepareFailure, excluded: Set<string>): void {
    const { registry, metrics, log } = this.#options;
    const { status: { serverId }, order: { matchId }, kind } = attempt;
    metrics.prepareFailures[failure].inc();
    log.warn("match_not_prepared", { server_id: serverId, match_id: matchId, reason: failure });
    attempt.reservation.release();
    attempt.giveUp();
    // A server that lives is back in the table with its next broadcast.
    if (failure === "unreachable") registry.forget(serverId);
    // A match that others came to may be over; one that is new cannot be.
    if (failure !== "match_over" || kind === "new_match") excluded.add(serverId);
  }
}
