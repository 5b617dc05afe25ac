import type { SqlExecutor, SqlRow } from "../core/ports/sql_database.ts";
import { UniqueViolation } from "../core/ports/sql_database.ts";
import { foldUsername } from "./accounts.ts";
import { optionalIntegerOf, textOf } from "./columns.ts";

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
}

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
      `SELECT account_id, username, password_hash, disabled_at_ms
       FROM accounts WHERE username_folded = $1`,
      [foldUsername(username)],
    );
    return row && accountOf(row);
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

  /** Replaces a hash by a newer one of the same password, unless the password has changed since. */
  async replaceHash(account: Account, passwordHash: string): Promise<void> {
    await this.#database.execute(
      "UPDATE accounts SET password_hash = $1 WHERE account_id = $2 AND password_hash = $3",
      [passwordHash, account.accountId, account.passwordHash],
    );
  }
}

function accountOf(row: SqlRow): Account {
  return {
    accountId: textOf(row, "account_id"),
    username: textOf(row, "username"),
    passwordHash: textOf(row, "password_hash"),
    disabled: optionalIntegerOf(row, "disabled_at_ms") !== undefined,
  };
}
