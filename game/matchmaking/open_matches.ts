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
  /** Players who fit in. */
  readonly placesMax: number;
  /** The accounts who have a place from the start, at most `placesMax`. */
  readonly accounts: readonly string[];
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
  readonly seated: Set<string>;
}

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

  /** Matches of that mode with so many places free, oldest first. */
  joinable(mode: string, places: number): OpenMatch[] {
    this.#expire();
    const entries = [...this.#joinable.get(mode) ?? []];
    return entries.filter(({ placesMax, seated }) => seated.size + places <= placesMax);
  }

  /** Opens a match to more players. */
  open(options: OpenMatchOptions): OpenMatch {
    this.#expire();
    const { matchesMax, clock } = this.#options;
    for (const oldest of this.#entries.values()) {
      if (this.#entries.size < matchesMax) break;
      this.close(oldest);
    }
    const entry: Entry = { ...options, openedMs: clock.monotonicMs(), seated: new Set() };
    this.#entries.set(entry.matchId, entry);
    this.#seat(entry, options.accounts);
    return entry;
  }

  /** Gives places to accounts; nothing where the match is closed. */
  seat(match: OpenMatch, accounts: readonly string[]): void {
    const entry = this.#entries.get(match.matchId);
    if (entry !== undefined) this.#seat(entry, accounts);
  }

  /** Lets nobody more come, and forgets who has a place. */
  close(match: OpenMatch): void {
    const entry = this.#entries.get(match.matchId);
    if (entry === undefined) return;
    this.#entries.delete(entry.matchId);
    this.#setJoinable(entry, false);
    for (const accountId of entry.seated) {
      const key = seatKey(entry.mode, accountId);
      if (this.#bySeat.get(key) === entry) this.#bySeat.delete(key);
    }
  }

  #seat(entry: Entry, accounts: readonly string[]): void {
    for (const accountId of accounts) {
      entry.seated.add(accountId);
      const key = seatKey(entry.mode, accountId);
      // Who has a place elsewhere keeps it, whoever names them as company.
      if (!this.#bySeat.has(key)) this.#bySeat.set(key, entry);
    }
    this.#setJoinable(entry, entry.seated.size < entry.placesMax);
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

function seatKey(mode: string, accountId: string): string {
  return `${mode} ${accountId}`;
}
