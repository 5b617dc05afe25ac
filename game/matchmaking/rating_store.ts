import type { Clock } from "../../core/clock.ts";
import { type JsonValue, tryJsonObject, tryParseJson } from "../../core/json.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import type { SqlDatabase, SqlExecutor, SqlRow } from "../../core/ports/sql_database.ts";
import { NEW_RATING, type Rating } from "./glicko.ts";
import { rateMatch } from "./match_ratings.ts";
import type { MatchResult, RatedMatch, RatedPlayer, SettleOutcome } from "./rated_match.ts";

/** What keeping ratings works with. */
export interface RatingStoreOptions {
  /** Keeps them. */
  readonly database: SqlDatabase;
  /** Keeps what is to be rated while the database is away. */
  readonly kvStore: Pick<KvStore, "get" | "set">;
  /** Gives the times that are recorded. */
  readonly clock: Clock;
}

const PREFIX = "rated_match:";
/** How long the store keeps a match for a database that is away, in milliseconds: a day. */
const EXPECTED_MS = 24 * 3_600_000;

/**
 * How good accounts are, by mode. They are in the database, and not with what servers share for a while,
 * because a result changes several accounts and the match together: in one transaction, so that it
 * counts once, however often it is heard, and for all or for none.
 */
export class RatingStore {
  readonly #options: RatingStoreOptions;

  /** The tables have to be there. */
  constructor(options: RatingStoreOptions) {
    this.#options = options;
  }

  /** The account's rating; that of a new one where it has none. @throws Error for I/O */
  async ratingOf(accountId: string, mode: string): Promise<Rating> {
    return await readRating(this.#options.database, accountId, mode);
  }

  /**
   * Says that a match is to be rated, and with whom; before it can end. Where the database is away the store has
   * it, until its result is settled. @throws Error for I/O where neither takes it
   */
  async expect(match: RatedMatch): Promise<void> {
    try {
      await this.#insert(match);
    } catch {
      const value = JSON.stringify([match.mode, encodePlayers(match.players)]);
      await this.#options.kvStore.set(PREFIX + match.matchId, value, { ttlMs: EXPECTED_MS });
    }
  }

  async #insert({ matchId, mode, players }: RatedMatch): Promise<void> {
    const { database, clock } = this.#options;
    await database.execute(
      `INSERT INTO matchmaking_matches (match_id, mode, players, created_at_ms)
       VALUES ($1, $2, $3, $4) ON CONFLICT (match_id) DO NOTHING`,
      [matchId, mode, encodePlayers(players), clock.nowMs()],
    );
  }

  /** Changes the ratings by a result, once for each match. @throws Error for I/O */
  async settle(result: MatchResult): Promise<SettleOutcome> {
    const { database, clock } = this.#options;
    const [row] = await database.query(
      "SELECT settled_at_ms FROM matchmaking_matches WHERE match_id = $1",
      [result.matchId],
    );
    // Most matches are not rated: they need no transaction.
    if (row === undefined && !await this.#catchUp(result.matchId)) return "unknown";
    if (row !== undefined && row.settled_at_ms !== null) return "already_rated";
    const nowMs = clock.nowMs();
    return await database.transaction(async (executor) => {
      const claimed = await executor.query(
        `UPDATE matchmaking_matches SET settled_at_ms = $2
         WHERE match_id = $1 AND settled_at_ms IS NULL RETURNING mode, players`,
        [result.matchId, nowMs],
      );
      const match = claimed[0] && tryReadMatch(result.matchId, claimed[0]);
      if (match === undefined) return "already_rated";
      await rateAll(match, result, { executor, nowMs });
      return "rated";
    });
  }

  /** Whether a match is to be rated that the database was not there to be told of: now it is told. */
  async #catchUp(matchId: string): Promise<boolean> {
    const text = await this.#options.kvStore.get(PREFIX + matchId);
    const fields = text === undefined ? undefined : tryParseJson(text);
    const [mode, players] = Array.isArray(fields) ? fields : [];
    if (typeof mode !== "string" || typeof players !== "string") return false;
    const match = tryReadMatch(matchId, { mode, players });
    if (match !== undefined) await this.#insert(match);
    return match !== undefined;
  }

  /** Forgets matches that are older than `ageMs`, and says how many. @throws Error for I/O */
  async forget(ageMs: number): Promise<number> {
    const { database, clock } = this.#options;
    return await database.execute("DELETE FROM matchmaking_matches WHERE created_at_ms < $1", [
      clock.nowMs() - ageMs,
    ]);
  }
}

async function rateAll(
  match: RatedMatch,
  result: MatchResult,
  { executor, nowMs }: { readonly executor: SqlExecutor; readonly nowMs: number },
): Promise<void> {
  const { mode, players } = match;
  const before = new Map<string, Rating>();
  for (const { accountId } of players) {
    before.set(accountId, await readRating(executor, accountId, mode));
  }
  for (const [accountId, after] of rateMatch(match, result, before)) {
    await executor.execute(
      `INSERT INTO matchmaking_ratings
         (account_id, mode, rating, deviation, volatility, matches, updated_at_ms)
       VALUES ($1, $2, $3, $4, $5, 1, $6)
       ON CONFLICT (account_id, mode) DO UPDATE SET rating = $3, deviation = $4, volatility = $5,
         matches = matchmaking_ratings.matches + 1, updated_at_ms = $6`,
      [accountId, mode, after.rating, after.deviation, after.volatility, nowMs],
    );
  }
}

async function readRating(
  executor: SqlExecutor,
  accountId: string,
  mode: string,
): Promise<Rating> {
  const [row] = await executor.query(
    `SELECT rating, deviation, volatility FROM matchmaking_ratings
     WHERE account_id = $1 AND mode = $2`,
    [accountId, mode],
  );
  if (row === undefined) return NEW_RATING;
  const [rating, deviation, volatility] = [row.rating, row.deviation, row.volatility].map(Number);
  return {
    rating: rating ?? NEW_RATING.rating,
    deviation: deviation ?? NEW_RATING.deviation,
    volatility: volatility ?? NEW_RATING.volatility,
  };
}

function encodePlayers(players: readonly RatedPlayer[]): string {
  return JSON.stringify(players.map(({ accountId, team }) => [accountId, team]));
}

function tryReadMatch(matchId: string, { mode, players }: SqlRow): RatedMatch | undefined {
  const parsed = typeof players === "string" ? tryParseJson(players) : undefined;
  if (typeof mode !== "string" || !Array.isArray(parsed)) return undefined;
  return { matchId, mode, players: parsed.flatMap(readPlayer) };
}

function readPlayer(value: JsonValue): RatedPlayer[] {
  const [accountId, team] = Array.isArray(value) ? value : [];
  return typeof accountId === "string" && typeof team === "number" ? [{ accountId, team }] : [];
}

/** An event of `game_events` as a result; undefined for other events, and for what is none. */
export function tryReadResult(event: JsonValue): MatchResult | undefined {
  const fields = tryJsonObject(event);
  const { match_id: matchId, winner, players } = fields ?? {};
  if (fields?.event_type !== "match_over" || typeof matchId !== "string") return undefined;
  const scores = new Map<string, number>();
  for (const value of Array.isArray(players) ? players : []) {
    const { account_id: accountId, score } = tryJsonObject(value) ?? {};
    if (typeof accountId === "string" && typeof score === "number") scores.set(accountId, score);
  }
  return { matchId, winner: typeof winner === "number" ? winner : undefined, scores };
}
