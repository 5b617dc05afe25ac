// Long because starting, answering, forming and ending a search all change the same few tables.
import type { Clock } from "../../core/clock.ts";
import { describeError, type Log } from "../../core/log.ts";
import type { FindRefused, FindReply } from "../../core/protocol/matchmaking_messages.ts";
import { unreachable } from "../../core/unreachable.ts";
import {
  isSameSearch,
  orderOf,
  ratedMatchOf,
  searchesOf,
  type SearchUnit,
  unitOf,
} from "./group_order.ts";
import type { PlaceResult } from "./match_order.ts";
import type { Matchmaker } from "./matchmaker.ts";
import type { MatchmakerMetrics } from "./matchmaker_metrics.ts";
import { Parties } from "./parties.ts";
import { type FormedGroup, Pool } from "./pool.ts";
import { claimOf, reportOf, type Search, type SearchOrder } from "./search.ts";
import { SearchBook } from "./search_book.ts";
import type { SearchEnd } from "./search_end.ts";
import type { SearchEvents } from "./search_events.ts";
import type { SearchStore } from "./search_store.ts";
import type { SkillSource } from "./skill_source.ts";

/** The login for which a search is asked; with that the place ends which the search has brought. */
export interface SearchLogin {
  /** Its id; undefined where none is known. */
  readonly authSessionId?: string | undefined;
}

/** What searching works with. */
export interface SearchesOptions {
  /** Prepares the matches. */
  readonly matchmaker: Pick<Matchmaker, "find" | "openMatch" | "admit">;
  /** Keeps searches for another matchmaker. */
  readonly store: Pick<SearchStore, "keep" | "drop">;
  /** Tells others what becomes of them. */
  readonly events: Pick<SearchEvents, "started" | "stopped" | "found">;
  /** Says how good accounts are. */
  readonly skill: SkillSource;
  /** Says how long somebody has waited. */
  readonly clock: Clock;
  /** Gives each search an id that nobody can guess. */
  readonly newId: () => string;
  /** Told of faults. */
  readonly log: Log;
  /** Counts searches by their end. */
  readonly metrics: Pick<MatchmakerMetrics, "searchEnds">;
  /** Searches at most, ended ones that are still remembered included. */
  readonly searchesMax: number;
}

/** A client that does not ask for so long is gone, in milliseconds. */
export const ABANDONED_MS = 30_000;
/** How long it is remembered what a search came to, in milliseconds. */
export const END_REMEMBERED_MS = 120_000;
/** Who asks anew later than this wants another match, in milliseconds. */
const SAME_MATCH_MS = 20_000;
/** Matches that are being prepared at once. */
const GROUPS_IN_HAND_MAX = 64;
/** How long nothing is tried after no server took a match, in milliseconds. */
const RETRY_MS = 2_000;
const SWEEP_PERIOD_MS = 1_000;

/** Refusals that end a search, as its end. */
const FAILURES = ["no_opponents", "party_incomplete", "no_servers"] as const satisfies SearchEnd[];
const TOO_MANY: FindRefused = {
  ok: false,
  code: "unavailable",
  message: "Too many search a match",
};
const UNKNOWN: FindRefused = { ok: false, code: "unknown_search", message: "No such search" };
const END_MESSAGES: Readonly<Partial<Record<FindRefused["code"], string>>> = {
  no_opponents: "Nobody fitting came in time",
  party_incomplete: "Not every member of the party asked for it in time",
  no_servers: "No game server takes another match now",
};

/** Everybody who waits for a match: starts searches, answers for them, brings players together. */
export class Searches {
  readonly #options: SearchesOptions;
  readonly #book = new SearchBook();
  readonly #parties = new Parties();
  readonly #pool = new Pool<SearchUnit>();
  /** The unit with which a search waits in the pool, by the search's id. */
  readonly #units = new Map<string, SearchUnit>();
  readonly #inHand = new Set<Promise<void>>();
  #playing = 0;
  #retryAtMs = -Infinity;
  #sweepAtMs = -Infinity;

  /** Nobody waits at first. */
  constructor(options: SearchesOptions) {
    this.#options = options;
  }

  /** How many are known, ended ones that are still remembered included. */
  get count(): number {
    return this.#book.size;
  }

  /**
   * Starts a search for a login, or says how the account's same search stands. Never rejects.
   */
  async start(order: SearchOrder, login: SearchLogin = {}): Promise<FindReply> {
    const { accountId, mode } = order;
    const bySkill = mode.matching === "by_skill";
    const rating = bySkill ? await this.#options.skill.ratingOf(accountId, mode.name) : 0;
    const present = this.#book.of(accountId);
    if (present !== undefined && this.#serves(present, order)) {
      return await this.#answer(present, login);
    }
    this.stopFor(accountId);
    if (this.#book.size >= this.#options.searchesMax) return TOO_MANY;
    const nowMs = this.#options.clock.nowMs();
    const search: Search = {
      id: this.#options.newId(),
      order,
      rating,
      startedAtMs: nowMs,
      state: { kind: "waiting" },
      askedAtMs: nowMs,
      endedAtMs: undefined,
    };
    this.#book.add(search);
    this.#options.events.started(search);
    await Promise.all([this.#options.store.keep(search), this.#wait(search)]);
    return await this.#answer(search, login);
  }

  /**
   * How the account's search stands; with a new token each time, once it has brought a match, which ends
   * with the login that asks.
   */
  async poll(
    searchId: string,
    accountId: string,
    login: SearchLogin = {},
  ): Promise<FindReply> {
    const search = this.#book.find(searchId, accountId);
    return search === undefined ? UNKNOWN : await this.#answer(search, login);
  }

  /** Stops the account's search; one that has ended is forgotten. */
  stop(searchId: string, accountId: string): FindReply {
    const search = this.#book.find(searchId, accountId);
    if (search === undefined) return UNKNOWN;
    const accepted = this.#acceptedOf(search);
    this.#end(search, "stopped");
    const nowMs = this.#options.clock.nowMs();
    return { ok: true, search: reportOf(search, { nowMs, accepted, isStopped: true }) };
  }

  /** Stops what the account searches, whatever it is: it asks for something else. */
  stopFor(accountId: string): void {
    const search = this.#book.of(accountId);
    if (search !== undefined) this.#end(search, "stopped");
  }

  /** Brings together who can play now, and lets go of who has waited too long; to be called often. */
  step(): void {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs >= this.#retryAtMs) {
      const groupsMax = GROUPS_IN_HAND_MAX - this.#playing;
      for (const group of this.#pool.form(nowMs, { groupsMax })) this.#track(this.#play(group));
      for (const { searches } of this.#pool.expire(nowMs)) {
        for (const search of searches) this.#fail(search, "no_opponents");
      }
    }
    if (nowMs >= this.#sweepAtMs) {
      this.#sweepAtMs = nowMs + SWEEP_PERIOD_MS;
      this.#sweep(nowMs);
    }
  }

  /** Goes on with searches that another matchmaker kept. */
  adopt(searches: readonly Search[]): void {
    for (const search of searches) {
      const isKnown = this.#book.of(search.order.accountId) !== undefined;
      if (isKnown || this.#book.size >= this.#options.searchesMax) continue;
      this.#book.add(search);
      if (search.state.kind === "waiting") this.#track(this.#wait(search));
    }
  }

  /** Forgets everybody: another matchmaker goes on with them. */
  clear(): void {
    for (const unit of new Set(this.#units.values())) this.#pool.remove(unit);
    this.#units.clear();
    for (const search of this.#book.values()) {
      this.#parties.leave(claimOf(search), search.order.accountId);
    }
    this.#book.clear();
  }

  /** Resolves when what is in hand is done. */
  async settled(): Promise<void> {
    while (this.#inHand.size > 0) await Promise.all(this.#inHand);
  }

  /** Whether the search that an account has already answers what it asks now. */
  #serves(present: Search, order: SearchOrder): boolean {
    if (!isSameSearch(present, { order }) || present.state.kind === "failed") return false;
    const { endedAtMs } = present;
    return endedAtMs === undefined || this.#options.clock.nowMs() - endedAtMs < SAME_MATCH_MS;
  }

  async #answer(search: Search, { authSessionId }: SearchLogin): Promise<FindReply> {
    const { clock, matchmaker } = this.#options;
    const { state, order: { accountId, playerId } } = search;
    search.askedAtMs = clock.nowMs();
    switch (state.kind) {
      case "waiting": {
        const accepted = this.#acceptedOf(search);
        return { ok: true, search: reportOf(search, { nowMs: clock.nowMs(), accepted }) };
      }
      case "found":
        return await matchmaker.admit(state.place, { accountId, playerId, authSessionId });
      case "failed":
        return { ok: false, code: state.code, message: END_MESSAGES[state.code] ?? "No match" };
      default:
        return unreachable(state);
    }
  }

  #acceptedOf(search: Search): number {
    const { members } = search.order;
    // Members of a party that is complete have left the table of those that are not.
    return this.#parties.acceptedOf(claimOf(search)) || members.length;
  }

  /** Lets a search wait: for the party, then for opponents, or in a drop-in mode not at all. */
  async #wait(search: Search): Promise<void> {
    const { accountId } = search.order;
    const ids = this.#parties.accept(claimOf(search), { accountId, searchId: search.id });
    if (ids === undefined) return;
    const [first, ...others] = ids.flatMap((id) => this.#book.get(id) ?? []);
    if (first === undefined) return;
    const unit = unitOf([first, ...others]);
    if (unit.mode.matching === "by_skill") return this.#enter(unit);
    await this.#dropIn(unit);
  }

  #enter(unit: SearchUnit): void {
    for (const { id } of unit.searches) this.#units.set(id, unit);
    this.#pool.add(unit);
  }

  async #dropIn({ searches, mode }: SearchUnit): Promise<void> {
    const result = await this.#options.matchmaker.find({
      accounts: searches.map(({ order }) => order.accountId),
      mode,
      travellers: searches.map(({ order }) => order.traveller),
      explain: searches.some(({ order }) => order.explain),
    });
    if (result.ok) this.#found(searches, result);
    else for (const search of searches) this.#fail(search, result.code);
  }

  async #play(group: FormedGroup<SearchUnit>): Promise<void> {
    const searches = searchesOf(group);
    for (const { id } of searches) this.#units.delete(id);
    this.#playing++;
    const result = await this.#options.matchmaker.openMatch(orderOf(group))
      .finally(() => this.#playing--);
    if (!result.ok) {
      this.#retryAtMs = this.#options.clock.nowMs() + RETRY_MS;
      return await this.#waitAgain(searches);
    }
    const rated = ratedMatchOf(group, result.place.match_id);
    // Before anybody knows of the match, and so before it can end.
    if (rated !== undefined) await this.#options.skill.expect(rated);
    this.#found(searches, result);
  }

  /** Some may have gone meanwhile; what is left of their parties waits for them. */
  async #waitAgain(searches: readonly Search[]): Promise<void> {
    for (const search of searches) {
      if (this.#book.has(search)) await this.#wait(search);
    }
  }

  #found(searches: readonly Search[], { place }: PlaceResult & { readonly ok: true }): void {
    const { events, metrics, store, clock } = this.#options;
    const present = searches.filter((search) => this.#book.has(search));
    for (const search of present) {
      search.state = { kind: "found", place };
      search.endedAtMs = clock.nowMs();
      metrics.searchEnds.found.inc();
      this.#track(store.keep(search));
    }
    events.found(present, place.match_id);
  }

  #fail(search: Search, code: FindRefused["code"]): void {
    if (!this.#book.has(search)) return;
    const { events, metrics, store, clock } = this.#options;
    const end = FAILURES.find((failure) => failure === code) ?? "no_servers";
    this.#withdraw(search);
    search.state = { kind: "failed", code };
    search.endedAtMs = clock.nowMs();
    metrics.searchEnds[end].inc();
    events.stopped(search, end);
    this.#track(store.drop(search));
  }

  #end(search: Search, reason: SearchEnd): void {
    if (!this.#book.remove(search)) return;
    const { events, metrics, store } = this.#options;
    if (search.state.kind === "waiting") {
      this.#withdraw(search);
      metrics.searchEnds[reason].inc();
      events.stopped(search, reason);
    }
    this.#track(store.drop(search));
  }

  /** Takes a search out of its party and of the pool; the rest of the party waits for it again. */
  #withdraw(search: Search): void {
    this.#parties.leave(claimOf(search), search.order.accountId);
    const unit = this.#units.get(search.id);
    if (unit === undefined) return;
    this.#pool.remove(unit);
    for (const { id } of unit.searches) this.#units.delete(id);
    const others = unit.searches.filter((other) => other !== search);
    for (const other of others) {
      if (!this.#book.has(other) || other.state.kind !== "waiting") continue;
      const { accountId } = other.order;
      this.#parties.accept(claimOf(other), { accountId, searchId: other.id });
    }
  }

  #sweep(nowMs: number): void {
    for (const search of [...this.#book.values()]) {
      const { state, startedAtMs, endedAtMs, askedAtMs, order } = search;
      if (endedAtMs !== undefined) {
        if (nowMs - endedAtMs >= END_REMEMBERED_MS) this.#end(search, "stopped");
      } else if (nowMs - askedAtMs >= ABANDONED_MS) this.#end(search, "abandoned");
      else if (state.kind === "waiting" && nowMs - startedAtMs >= order.mode.waitMaxMs) {
        const isGathering = this.#parties.acceptedOf(claimOf(search)) > 0;
        if (isGathering) this.#fail(search, "party_incomplete");
      }
    }
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        this.#options.log.error("search_failed", { error: describeError(error) });
      })
      .finally(() => this.#inHand.delete(tracked));
    this.#inHand.add(tracked);
  }
}
