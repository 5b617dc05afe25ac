import type { Clock } from "../../core/clock.ts";

/** What is promised on a server beyond what it says of itself. */
export interface Reserved {
  /** New matches. */
  readonly matches: number;
  /** Players on the way. */
  readonly players: number;
}

/** A promise that was made on a server. */
export interface Reservation {
  /** The server has it. */
  confirm(): void;
  /** The server does not take it. */
  release(): void;
}

/** How long a player is taken to be on the way, in milliseconds: by then they play, or do not come. */
export const PLAYER_ON_THE_WAY_MS = 10_000;

interface Held {
  readonly heldMs: number;
  matches: number;
  readonly players: number;
  isConfirmed: boolean;
}

interface ServerTally {
  matches: number;
  players: number;
  /** In the order of time. */
  readonly held: Set<Held>;
}

const NONE: Reserved = { matches: 0, players: 0 };

/**
 * What has been promised on each server. It counts from the moment of choice, before the server has
 * confirmed it, so that of many finds at once each sees what the others took. A confirmed match counts
 * until the server's next broadcast, which has it in its own figures; a player for
 * {@linkcode PLAYER_ON_THE_WAY_MS}.
 */
export class Reservations {
  readonly #clock: Clock;
  readonly #servers = new Map<string, ServerTally>();

  /** Nothing is promised at first. */
  constructor(options: { readonly clock: Clock }) {
    this.#clock = options.clock;
  }

  /** Promises a match, or none, and players on a server. */
  hold(serverId: string, what: Reserved): Reservation {
    const tally = this.#servers.get(serverId) ?? { matches: 0, players: 0, held: new Set() };
    this.#servers.set(serverId, tally);
    const { matches, players } = what;
    const held: Held = {
      heldMs: this.#clock.monotonicMs(),
      matches,
      players,
      isConfirmed: false,
    };
    tally.held.add(held);
    tally.matches += matches;
    tally.players += players;
    return {
      confirm: () => void (held.isConfirmed = true),
      release: () => this.#drop(serverId, held),
    };
  }

  /** The server has said how many matches it has: those that it confirmed are among them. */
  settle(serverId: string): void {
    const tally = this.#servers.get(serverId);
    if (tally === undefined) return;
    for (const held of tally.held) {
      if (!held.isConfirmed) continue;
      tally.matches -= held.matches;
      held.matches = 0;
    }
  }

  /** What is promised on a server now. */
  of(serverId: string): Reserved {
    const tally = this.#servers.get(serverId);
    if (tally === undefined) return NONE;
    const nowMs = this.#clock.monotonicMs();
    for (const held of tally.held) {
      if (nowMs - held.heldMs < PLAYER_ON_THE_WAY_MS) break;
      this.#drop(serverId, held);
    }
    return { matches: tally.matches, players: tally.players };
  }

  #drop(serverId: string, held: Held): void {
    const tally = this.#servers.get(serverId);
    if (tally === undefined || !tally.held.delete(held)) return;
    tally.matches -= held.matches;
    tally.players -= held.players;
    if (tally.held.size === 0) this.#servers.delete(serverId);
  }
}
