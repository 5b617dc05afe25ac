import type { SqlExecutor, SqlRow } from "../core/ports/sql_database.ts";
import { UniqueViolation } from "../core/ports/sql_database.ts";
import { foldUsername } from "./accounts.ts";
import { integerOf, optionalIntegerOf, textOf } from "../core/ports/sql_columns.ts";

/** An account as it is stored. */
export interface Account {
  /** Never changes and is never given out again. */
  readonly accountId: string;
  /** As it was registered, in NFKC. */
  readonly username: string;
  /** A PHC string. */
  readonly passwordHash: string;
  /** Whether an operator has shut it. */
  readonly disabled: boolean;
  /** As its owner wants to be called; the username at first. */
  readonly displayName: string;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  /** Milliseconds since the epoch; undefined: never. */
  readonly lastLoginAtMs: number | undefined;
}

const COLUMNS = `a.account_id, a.username, a.password_hash, a.disabled_at_ms, a.display_name,
  a.created_at_ms, a.last_login_at_ms`;

/** What a new account is made of. */
export interface NewAccount {
  /** A fresh id. */
  readonly accountId: string;
  /** In NFKC. */
  readonly username: string;
  /** A PHC string. */
  readonly passwordHash: string;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
}

/** The accounts table. Every method throws what the database throws. */
export class AccountStore {
  readonly #database: SqlExecutor;

  /** Works on tables that {@linkcode AUTH_MIGRATIONS} has made. */
  constructor(database: SqlExecutor) {
    this.#database = database;
  }

  /** The account of that name, however it is spelt. */
  async findByUsername(username: string): Promise<Account | undefined> {
    const [row] = await this.#database.query(
      `SELECT ${COLUMNS} FROM accounts a WHERE a.username_folded = $1`,
      [foldUsername(username)],
    );
    return row && accountOf(row);
  }

  /** The account of that id. */
  async findById(accountId: string): Promise<Account | undefined> {
    const [row] = await this.#database.query(
      `SELECT ${COLUMNS} FROM accounts a WHERE a.account_id = $1`,
      [accountId],
    );
    return row && accountOf(row);
  }

  /** The account of an open session, unless an operator has shut it. */
  async findBySession(sessionId: string): Promise<Account | undefined> {
    const [row] = await this.#database.query(
      `SELECT ${COLUMNS} FROM sessions s JOIN accounts a ON a.account_id = s.account_id
       WHERE s.session_id = $1 AND a.disabled_at_ms IS NULL`,
      [sessionId],
    );
    return row && accountOf(row);
  }

  /** Accounts in the order of their folded names, after one of them, at most `limit`. */
  async list(
    options: { readonly afterFolded: string; readonly limit: number },
  ): Promise<Account[]> {
    const rows = await this.#database.query(
      `SELECT ${COLUMNS} FROM accounts a WHERE a.username_folded > $1
       ORDER BY a.username_folded LIMIT $2`,
      [options.afterFolded, options.limit],
    );
    return rows.map(accountOf);
  }

  /** Adds an account; false when the name is taken, however many try at once. */
  async tryInsert(account: NewAccount): Promise<boolean> {
    const { accountId, username, passwordHash, createdAtMs } = account;
    try {
      await this.#database.execute(
        `INSERT INTO accounts
           (account_id, username, username_folded, display_name, password_hash, created_at_ms)
         VALUES ($1, $2, $3, $2, $4, $5)`,
        [accountId, username, foldUsername(username), passwordHash, createdAtMs],
      );
      return true;
    } catch (error) {
      if (error instanceof UniqueViolation) return false;
      throw error;
    }
  }

  /** Replaces a hash by a newer one of the same password; false where the password has changed since. */
  async replaceHash(account: Account, passwordHash: string): Promise<boolean> {
    const changedCount = await this.#database.execute(
      "UPDATE accounts SET password_hash = $1 WHERE account_id = $2 AND password_hash = $3",
      [passwordHash, account.accountId, account.passwordHash],
    );
    return changedCount > 0;
  }
}

function accountOf(row: SqlRow): Account {
  return {
    accountId: textOf(row, "account_id"),
    username: textOf(row, "username"),
    passwordHash: textOf(row, "password_hash"),
    disabled: optionalIntegerOf(row, "disabled_at_ms") !== undefined,
    displayName: textOf(row, "display_name"),
    createdAtMs: integerOf(row, "created_at_ms"),
    lastLoginAtMs: optionalIntegerOf(row, "last_login_at_ms"),
  };
}
