import type { Clock } from "../../core/clock.ts";

/** A match that was prepared a moment ago. */
export interface OpenMatch {
  /** Unique among all matches. */
  readonly matchId: string;
  /** What is played. */
  readonly mode: string;
  /** Where it is played. */
  readonly serverId: string;
}

/** How a match is opened. */
export interface OpenMatchOptions extends OpenMatch {
  /** The numbers of the teams that players are put in; none where everybody plays alone. */
  readonly teams: readonly number[];
  /** Players in a team at most; without teams, in the match. */
  readonly teamSize: number;
}

/** What the table needs, and its bounds. */
export interface OpenMatchesOptions {
  /** Says how old a match is. */
  readonly clock: Clock;
  /** How long more players may come, in milliseconds. */
  readonly openMs: number;
  /** Matches remembered at most; beyond it nobody more comes to the oldest. */
  readonly matchesMax: number;
}

interface Entry extends OpenMatchOptions {
  readonly openedMs: number;
  /** The team of each account that has a place; 0 where there are no teams. */
  readonly seated: Map<string, number>;
  /** How many have a place in each team. */
  readonly sizes: Map<number, number>;
}

/** The team of those who play alone. */
const NO_TEAM = 0;

/**
 * The matches to which more players may come, and who has a place in them. An account that asks again
 * finds its own place; each has one place a mode.
 */
export class OpenMatches {
  readonly #options: OpenMatchesOptions;
  /** By id, in the order in which they were opened. */
  readonly #entries = new Map<string, Entry>();
  readonly #joinable = new Map<string, Set<Entry>>();
  readonly #bySeat = new Map<string, Entry>();

  /** There are none at first. */
  constructor(options: OpenMatchesOptions) {
    this.#options = options;
  }

  /** How many there are. */
  get count(): number {
    this.#expire();
    return this.#entries.size;
  }

  /** The match of that mode in which the account has a place. */
  findSeated(mode: string, accountId: string): OpenMatch | undefined {
    this.#expire();
    return this.#bySeat.get(seatKey(mode, accountId));
  }

  /** Matches of that mode with so many places free on one team, oldest first. */
  joinable(mode: string, places: number): OpenMatch[] {
    this.#expire();
    const entries = [...this.#joinable.get(mode) ?? []];
    return entries.filter((entry) => roomiestTeam(entry).free >= places);
  }

  /** Opens a match to players, nobody of whom has a place yet. */
  open(options: OpenMatchOptions): OpenMatch {
    this.#expire();
    const { matchesMax, clock } = this.#options;
    for (const oldest of this.#entries.values()) {
      if (this.#entries.size < matchesMax) break;
      this.close(oldest);
    }
    const entry: Entry = {
      ...options,
      openedMs: clock.monotonicMs(),
      seated: new Map(),
      sizes: new Map(teamsOf(options).map((team) => [team, 0])),
    };
    this.#entries.set(entry.matchId, entry);
    this.#setJoinable(entry, true);
    return entry;
  }

  /**
   * Gives places to accounts who belong together, on the team with the most room.
   *
   * @returns the team of each; empty where the match has no teams, or is closed
   */
  seat(match: OpenMatch, accounts: readonly string[]): ReadonlyMap<string, number> {
    const entry = this.#entries.get(match.matchId);
    if (entry === undefined) return new Map();
    const { team } = roomiestTeam(entry);
    for (const accountId of accounts) {
      if (entry.seated.has(accountId)) continue;
      entry.seated.set(accountId, team);
      entry.sizes.set(team, (entry.sizes.get(team) ?? 0) + 1);
      this.#bySeat.set(seatKey(entry.mode, accountId), entry);
    }
    this.#setJoinable(entry, roomiestTeam(entry).free > 0);
    return this.teamsOf(match, accounts);
  }

  /** The team of each of the accounts that has a place; empty where the match has no teams. */
  teamsOf(match: OpenMatch, accounts: readonly string[]): ReadonlyMap<string, number> {
    const seated = this.#entries.get(match.matchId)?.seated;
    return new Map(accounts.flatMap((accountId) => {
      const team = seated?.get(accountId) ?? NO_TEAM;
      return team === NO_TEAM ? [] : [[accountId, team]];
    }));
  }

  /** Lets nobody more come, and forgets who has a place. */
  close(match: OpenMatch): void {
    const entry = this.#entries.get(match.matchId);
    if (entry === undefined) return;
    this.#entries.delete(entry.matchId);
    this.#setJoinable(entry, false);
    for (const accountId of entry.seated.keys()) {
      const key = seatKey(entry.mode, accountId);
      if (this.#bySeat.get(key) === entry) this.#bySeat.delete(key);
    }
  }

  #setJoinable(entry: Entry, isJoinable: boolean): void {
    const entries = this.#joinable.get(entry.mode) ?? new Set();
    if (isJoinable) entries.add(entry);
    else entries.delete(entry);
    if (entries.size > 0) this.#joinable.set(entry.mode, entries);
    else this.#joinable.delete(entry.mode);
  }

  #expire(): void {
    const { clock, openMs } = this.#options;
    const nowMs = clock.monotonicMs();
    for (const entry of this.#entries.values()) {
      if (nowMs - entry.openedMs < openMs) break;
      this.close(entry);
    }
  }
}

function teamsOf({ teams }: OpenMatchOptions): readonly number[] {
  return teams.length > 0 ? teams : [NO_TEAM];
}

/** The team with the most places free, of equals the first. */
function roomiestTeam(entry: Entry): { readonly team: number; readonly free: number } {
  let best = { team: NO_TEAM, free: 0 };
  for (const team of teamsOf(entry)) {
    const free = entry.teamSize - (entry.sizes.get(team) ?? 0);
    if (free > best.free) best = { team, free };
  }
  return best;
}

function seatKey(mode: string, accountId: string): string {
  return `${mode} ${accountId}`;
}
