import type { ErrorReason, MatchEnd } from "./error_reason.ts";
import type { ToldScores } from "./last_scores.ts";
import type { PlayedMatch } from "./played_match.ts";
import type { TransportName } from "./transport_mix.ts";

/** One match of one player. */
export interface LedgerMatch {
  /** Names it. */
  readonly match_id: string;
  /** When the player had its tank, in milliseconds since the Unix epoch. */
  readonly joined_at_ms: number;
  /** When it was over for the player. */
  readonly ended_at_ms: number;
  /** How it ended. */
  readonly ended: MatchEnd;
  /** Why that is an error; null: all is well. */
  readonly error: ErrorReason | null;
  /** The scores that the player was told last. */
  readonly scores: ToldScores;
}

/** What became of one player. */
export interface LedgerPlayer {
  /** Under which it played. */
  readonly player_id: string;
  /** Its account; null of a guest, and where none was made. */
  readonly account_id: string | null;
  /** What it spoke. */
  readonly transport: TransportName;
  /** Logins that succeeded. */
  readonly logins: number;
  /** How often it had a tank. */
  readonly sessions: number;
  /** The matches that it was in, oldest first; of more than are kept the newest. */
  readonly matches: readonly LedgerMatch[];
  /** What went wrong, by reason. */
  readonly errors: Readonly<Partial<Record<ErrorReason, number>>>;
}

/** Matches that the ledger of one process keeps, of all its players. */
export const LEDGER_MATCHES_MAX = 50_000;
/** Matches that it keeps of one player. */
export const LEDGER_PLAYER_MATCHES_MAX = 500;

/** Writes down what becomes of one player. */
export class PlayerLedger {
  /** Under which it plays; of an account the name. */
  playerId: string;
  /** Its account, once there is one. */
  accountId: string | undefined;
  readonly #transport: TransportName;
  readonly #matchesMax: number;
  readonly #matches: LedgerMatch[] = [];
  readonly #errors: Partial<Record<ErrorReason, number>> = {};
  #logins = 0;
  #sessions = 0;

  /** Keeps the newest `matchesMax` matches. */
  constructor(
    player: { readonly playerId: string; readonly transport: TransportName },
    matchesMax: number,
  ) {
    this.playerId = player.playerId;
    this.#transport = player.transport;
    this.#matchesMax = matchesMax;
  }

  /** A login has succeeded. */
  onLogin(): void {
    this.#logins++;
  }

  /** Something went wrong. */
  onError(reason: ErrorReason): void {
    this.#errors[reason] = (this.#errors[reason] ?? 0) + 1;
  }

  /** A match is over; one without a tank was none. */
  onMatch(
    match: PlayedMatch,
    times: { readonly joinedAtMs: number; readonly endedAtMs: number },
  ): void {
    if (match.matchId === undefined) return;
    this.#sessions++;
    this.#matches.push({
      match_id: match.matchId,
      joined_at_ms: times.joinedAtMs,
      ended_at_ms: times.endedAtMs,
      ended: match.end,
      error: match.error ?? null,
      scores: match.scores,
    });
    if (this.#matches.length > this.#matchesMax) this.#matches.shift();
  }

  /** What is written. */
  toJson(): LedgerPlayer {
    return {
      player_id: this.playerId,
      account_id: this.accountId ?? null,
      transport: this.#transport,
      logins: this.#logins,
      sessions: this.#sessions,
      matches: this.#matches,
      errors: this.#errors,
    };
  }
}
