import type { SqlExecutor } from "../core/ports/sql_database.ts";
import { integerOf, textOf } from "../core/ports/sql_columns.ts";

/** A session that was ended while access tokens of it could still be shown. */
export interface RevokedSession {
  /** The session's id. */
  readonly sessionId: string;
  /** When it was ended, in milliseconds since the epoch of whoever ended it. */
  readonly revokedAtMs: number;
  /** When its last access token has ended by itself, in milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/** Sessions of one page of {@linkcode RevokedSessions.since}. */
const PAGE_ROWS = 1_000;

/** What is written down of ended sessions. Every method throws what the database throws. */
export class RevokedSessions {
  readonly #database: SqlExecutor;

  /** Works on tables that {@linkcode AUTH_MIGRATIONS} has made. */
  constructor(database: SqlExecutor) {
    this.#database = database;
  }

  /** Those ended at `sinceMs` or later whose tokens have not all ended, a page at a time, oldest first. */
  async *since(
    sinceMs: number,
    options: { readonly nowMs: number },
  ): AsyncGenerator<RevokedSession[]> {
    let [lastMs, lastId] = [sinceMs, ""];
    while (true) {
      const rows = await this.#database.query(
        `SELECT session_id, revoked_at_ms, expires_at_ms FROM revoked_sessions
         WHERE (revoked_at_ms > $1 OR (revoked_at_ms = $1 AND session_id > $2))
           AND expires_at_ms > $3
         ORDER BY revoked_at_ms, session_id LIMIT ${PAGE_ROWS}`,
        [lastMs, lastId, options.nowMs],
      );
      const page = rows.map((row) => ({
        sessionId: textOf(row, "session_id"),
        revokedAtMs: integerOf(row, "revoked_at_ms"),
        expiresAtMs: integerOf(row, "expires_at_ms"),
      }));
      if (page.length > 0) yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_ROWS) return;
      [lastMs, lastId] = [last.revokedAtMs, last.sessionId];
    }
  }
}
