// Long because a session and its refresh tokens change in the same transactions.
import type { SqlDatabase, SqlExecutor, SqlRow } from "../core/ports/sql_database.ts";
import { integerOf, optionalIntegerOf, textOf } from "../core/ports/sql_columns.ts";
import { endSessions } from "./session_ends.ts";

/** The most sessions that an account has; a login beyond ends the oldest. */
export const SESSIONS_PER_ACCOUNT_MAX = 1_000;

const EXPIRED_BATCH_MAX = 1_000;

/** Whom a session stands for. */
export interface Session {
  /** The session's id, the `sid` of its access tokens. */
  readonly sessionId: string;
  /** Whose it is. */
  readonly accountId: string;
  /** The account's name. */
  readonly username: string;
}

/** A session as an operator sees it. */
export interface OpenSession {
  /** The session's id. */
  readonly sessionId: string;
  /** When it was opened, in milliseconds since the epoch. */
  readonly createdAtMs: number;
  /** When it ends unless it is refreshed, in milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/** What opens a session. */
export interface NewSession {
  /** A fresh id. */
  readonly sessionId: string;
  /** Whose it is. */
  readonly accountId: string;
  /** The hash that the password was checked against; undefined: it was not asked for. */
  readonly passwordHash?: string;
  /** Its first refresh token, hashed. */
  readonly tokenHash: string;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** When session and refresh token end. */
  readonly expiresAtMs: number;
  /** When access tokens that were issued until now have ended. */
  readonly revokedUntilMs: number;
}

/** One refresh token for the next. */
export interface Rotation {
  /** The one that was handed in, hashed. */
  readonly tokenHash: string;
  /** The one to be handed out, hashed. */
  readonly nextTokenHash: string;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** When the session and the next token end. */
  readonly expiresAtMs: number;
  /** When access tokens that were issued until now have ended. */
  readonly revokedUntilMs: number;
}

/**
 * How a rotation ended. `reused`: the token had been handed in before, so that one of the two who had
 * it stole it; the session is over for both.
 */
export type RotationOutcome =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly reason: "unknown" }
  | { readonly ok: false; readonly reason: "reused"; readonly session: Session };

/**
 * Sessions, one for each login, and the family of refresh tokens that each has. A session that is
 * over is no longer there. Every method throws what the database throws.
 */
export class SessionStore {
  readonly #database: SqlDatabase;

  /** Works on tables that {@linkcode AUTH_MIGRATIONS} has made. */
  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  /**
   * Opens a session and notes the login, in one transaction; false, and nothing is done, where the
   * account was shut or removed, or its password changed, since the password was checked.
   */
  open(session: NewSession): Promise<boolean> {
    const { sessionId, accountId, passwordHash, tokenHash, nowMs, expiresAtMs, revokedUntilMs } =
      session;
    return this.#database.transaction(async (executor) => {
      const isExpected = passwordHash === undefined ? "" : " AND password_hash = $3";
      const changedCount = await executor.execute(
        `UPDATE accounts SET last_login_at_ms = $1
         WHERE account_id = $2 AND disabled_at_ms IS NULL${isExpected}`,
        [nowMs, accountId, ...(passwordHash === undefined ? [] : [passwordHash])],
      );
      if (changedCount === 0) return false;
      await executor.execute(
        `INSERT INTO sessions (session_id, account_id, created_at_ms, expires_at_ms)
         VALUES ($1, $2, $3, $4)`,
        [sessionId, accountId, nowMs, expiresAtMs],
      );
      await insertToken(executor, { tokenHash, sessionId, expiresAtMs });
      await endSessions(executor, {
        where: `session_id IN (
           SELECT session_id FROM sessions WHERE account_id = $1
           ORDER BY created_at_ms DESC, session_id LIMIT 1000 OFFSET $2)`,
        parameters: [accountId, SESSIONS_PER_ACCOUNT_MAX],
        nowMs,
        revokedUntilMs,
      });
      return true;
    });
  }

  /** Takes a refresh token out of use and puts the next in its place, once. */
  rotate(rotation: Rotation): Promise<RotationOutcome> {
    const { tokenHash, nextTokenHash, nowMs, expiresAtMs, revokedUntilMs } = rotation;
    return this.#database.transaction(async (executor) => {
      const [row] = await executor.query(
        `SELECT t.expires_at_ms, t.used_at_ms, s.session_id, a.account_id, a.username
         FROM refresh_tokens t
         JOIN sessions s ON s.session_id = t.session_id
         JOIN accounts a ON a.account_id = s.account_id
         WHERE t.token_hash = $1 AND a.disabled_at_ms IS NULL`,
        [tokenHash],
      );
      if (row === undefined || integerOf(row, "expires_at_ms") <= nowMs) {
        return { ok: false, reason: "unknown" };
      }
      const session = sessionOf(row);
      const { sessionId } = session;
      if (optionalIntegerOf(row, "used_at_ms") !== undefined) {
        const where = "session_id = $1";
        await endSessions(executor, { where, parameters: [sessionId], nowMs, revokedUntilMs });
        return { ok: false, reason: "reused", session };
      }
      await executor.execute(
        "UPDATE refresh_tokens SET used_at_ms = $1 WHERE token_hash = $2",
        [nowMs, tokenHash],
      );
      await insertToken(executor, { tokenHash: nextTokenHash, sessionId, expiresAtMs });
      await executor.execute(
        "UPDATE sessions SET expires_at_ms = $1 WHERE session_id = $2",
        [expiresAtMs, sessionId],
      );
      return { ok: true, session };
    });
  }

  /** Whether the session goes on and its account is open. */
  async isOpen(sessionId: string): Promise<boolean> {
    const rows = await this.#database.query(
      `SELECT 1 AS open FROM sessions s JOIN accounts a ON a.account_id = s.account_id
       WHERE s.session_id = $1 AND a.disabled_at_ms IS NULL`,
      [sessionId],
    );
    return rows.length > 0;
  }

  /** The open sessions of an account, newest first; never more than it may have. */
  async list(accountId: string): Promise<OpenSession[]> {
    const rows = await this.#database.query(
      `SELECT session_id, created_at_ms, expires_at_ms FROM sessions WHERE account_id = $1
       ORDER BY created_at_ms DESC, session_id LIMIT ${SESSIONS_PER_ACCOUNT_MAX}`,
      [accountId],
    );
    return rows.map((row) => ({
      sessionId: textOf(row, "session_id"),
      createdAtMs: integerOf(row, "created_at_ms"),
      expiresAtMs: integerOf(row, "expires_at_ms"),
    }));
  }

  /**
   * Removes sessions and refresh tokens that ended by themselves, and what is written down of ended
   * sessions and of no more use, a batch at a time.
   */
  async deleteExpired(nowMs: number): Promise<void> {
    await this.#deleteInBatches("refresh_tokens", "token_hash", nowMs);
    await this.#deleteInBatches("sessions", "session_id", nowMs);
    await this.#deleteInBatches("revoked_sessions", "session_id", nowMs);
  }

  async #deleteInBatches(table: string, key: string, nowMs: number): Promise<void> {
    const sql = `DELETE FROM ${table} WHERE ${key} IN (
      SELECT ${key} FROM ${table} WHERE expires_at_ms <= $1 LIMIT ${EXPIRED_BATCH_MAX})`;
    let deletedCount: number;
    do deletedCount = await this.#database.execute(sql, [nowMs]); while (
      deletedCount === EXPIRED_BATCH_MAX
    );
  }
}

async function insertToken(
  executor: SqlExecutor,
  token: {
    readonly tokenHash: string;
    readonly sessionId: string;
    readonly expiresAtMs: number;
  },
): Promise<void> {
  await executor.execute(
    "INSERT INTO refresh_tokens (token_hash, session_id, expires_at_ms) VALUES ($1, $2, $3)",
    [token.tokenHash, token.sessionId, token.expiresAtMs],
  );
}

function sessionOf(row: SqlRow): Session {
  return {
    sessionId: textOf(row, "session_id"),
    accountId: textOf(row, "account_id"),
    username: textOf(row, "username"),
  };
}
