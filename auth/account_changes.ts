import type { SqlDatabase, SqlExecutor } from "../core/ports/sql_database.ts";
import { endSessions } from "./session_ends.ts";

/** When something is done to an account. */
export interface ChangeTime {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** When access tokens that end with it would have ended by themselves. */
  readonly revokedUntilMs: number;
}

/** What a change of password needs. */
export interface PasswordChange extends ChangeTime {
  /** The new one's hash. */
  readonly passwordHash: string;
  /** The hash that the old one was checked against; undefined: whatever it is. */
  readonly expectedHash?: string;
  /** The session that goes on; undefined: none does. */
  readonly keptSessionId?: string;
}

/** What removing an account needs. */
export interface AccountRemoval extends ChangeTime {
  /** The hash that the password was checked against; undefined: whatever it is. */
  readonly expectedHash?: string;
}

/**
 * Changes of an account that end sessions with it, each in one transaction. Every method is false where
 * there is no such account any more, and throws what the database throws.
 */
export class AccountChanges {
  readonly #database: SqlDatabase;

  /** Works on tables that {@linkcode AUTH_MIGRATIONS} has made. */
  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  /** Sets the name that others see. */
  async setDisplayName(accountId: string, displayName: string): Promise<boolean> {
    const changedCount = await this.#database.execute(
      "UPDATE accounts SET display_name = $1 WHERE account_id = $2",
      [displayName, accountId],
    );
    return changedCount > 0;
  }

  /** Sets a new password and ends the other sessions; false also where somebody else was faster. */
  setPassword(accountId: string, change: PasswordChange): Promise<boolean> {
    const { passwordHash, expectedHash, keptSessionId = "" } = change;
    return this.#database.transaction(async (executor) => {
      const isExpected = expectedHash === undefined ? "" : " AND password_hash = $3";
      const changedCount = await executor.execute(
        `UPDATE accounts SET password_hash = $1 WHERE account_id = $2${isExpected}`,
        [passwordHash, accountId, ...(expectedHash === undefined ? [] : [expectedHash])],
      );
      if (changedCount === 0) return false;
      await endSessions(executor, {
        where: "account_id = $1 AND session_id <> $2",
        parameters: [accountId, keptSessionId],
        ...change,
      });
      return true;
    });
  }

  /** Shuts the account and ends its sessions. */
  disable(accountId: string, time: ChangeTime): Promise<boolean> {
    return this.#database.transaction(async (executor) => {
      const changedCount = await executor.execute(
        "UPDATE accounts SET disabled_at_ms = COALESCE(disabled_at_ms, $1) WHERE account_id = $2",
        [time.nowMs, accountId],
      );
      if (changedCount > 0) await endAll(executor, accountId, time);
      return changedCount > 0;
    });
  }

  /** Opens it again. */
  async enable(accountId: string): Promise<boolean> {
    const changedCount = await this.#database.execute(
      "UPDATE accounts SET disabled_at_ms = NULL WHERE account_id = $1",
      [accountId],
    );
    return changedCount > 0;
  }

  /**
   * Removes the account with all that belongs to it; its name is free then. False also where somebody has
   * set another password first.
   */
  delete(accountId: string, removal: AccountRemoval): Promise<boolean> {
    const { expectedHash } = removal;
    const isExpected = expectedHash === undefined ? "" : " AND password_hash = $2";
    return this.#database.transaction(async (executor) => {
      // Looked for first: where the account stays, no session of it may have ended.
      const [found] = await executor.query(
        `SELECT account_id FROM accounts WHERE account_id = $1${isExpected}`,
        [accountId, ...(expectedHash === undefined ? [] : [expectedHash])],
      );
      if (found === undefined) return false;
      await endAll(executor, accountId, removal);
      await executor.execute("DELETE FROM accounts WHERE account_id = $1", [accountId]);
      return true;
    });
  }

  /** Ends one session of the account, or all; gives how many. */
  endSessions(
    accountId: string,
    end: ChangeTime & { readonly sessionId?: string },
  ): Promise<number> {
    const { sessionId } = end;
    return this.#database.transaction(async (executor) => {
      const ended = sessionId === undefined
        ? await endAll(executor, accountId, end)
        : await endSessions(executor, {
          where: "account_id = $1 AND session_id = $2",
          parameters: [accountId, sessionId],
          ...end,
        });
      return ended.length;
    });
  }
}

function endAll(executor: SqlExecutor, accountId: string, time: ChangeTime): Promise<string[]> {
  return endSessions(executor, { where: "account_id = $1", parameters: [accountId], ...time });
}
