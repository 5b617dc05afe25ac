import type { DatabaseSync } from "node:sqlite";
import type { SqlDatabase, SqlExecutor, SqlRow, SqlValue } from "./sql_database.ts";
import { openSqliteFile, type SqliteFileOptions } from "./sqlite_file.ts";
import { SqliteStatements } from "./sqlite_statements.ts";

/** Statements and transactions that wait for the one in hand; beyond it they reject. */
const WAITING_MAX = 10_000;

/**
 * Opens a {@linkcode SqlDatabase} on a SQLite file. Statements run on this thread, one at a time: what
 * comes while a transaction is open waits for its end.
 *
 * @throws Error naming the path, where it cannot be opened or is no database
 */
export function openSqliteDatabase(options: SqliteFileOptions): SqlDatabase {
  return new SqliteDatabase(openSqliteFile(options));
}

class SqliteDatabase implements SqlDatabase {
  readonly dialect = "sqlite";
  readonly #database: DatabaseSync;
  readonly #statements: SqliteStatements;
  /** Settles when everything that waits has run. */
  #tail: Promise<unknown> = Promise.resolve();
  #waitingCount = 0;
  #closing: Promise<void> | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = new SqliteStatements(database);
  }

  query(sql: string, parameters: readonly SqlValue[] = []): Promise<SqlRow[]> {
    return this.#inTurn(() => this.#statements.query(sql, parameters));
  }

  execute(sql: string, parameters: readonly SqlValue[] = []): Promise<number> {
    return this.#inTurn(() => this.#statements.execute(sql, parameters));
  }

  transaction<T>(work: (executor: SqlExecutor) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      const executor = new TransactionExecutor(this.#statements);
      // Takes the write lock at once: two that read first and write later could only fail.
      this.#statements.execute("BEGIN IMMEDIATE", []);
      try {
        const result = await work(executor);
        this.#statements.execute("COMMIT", []);
        return result;
      } catch (error) {
        this.#rollBack();
        throw error;
      } finally {
        executor.end();
      }
    });
  }

  close(): Promise<void> {
    // What was asked for before is still done.
    this.#closing ??= this.#tail.then(() => this.#database.close());
    return this.#closing;
  }

  #rollBack(): void {
    try {
      this.#statements.execute("ROLLBACK", []);
    } catch {
      // Some failures, a full disk among them, have rolled back already; the caller gets the first.
    }
  }

  #inTurn<T>(step: () => T | Promise<T>): Promise<T> {
    if (this.#closing !== undefined) {
      return Promise.reject(new Error("Cannot query: database is closed"));
    }
    if (this.#waitingCount >= WAITING_MAX) {
      return Promise.reject(new Error(`Cannot query: ${WAITING_MAX} statements wait`));
    }
    this.#waitingCount++;
    const result = this.#tail.then(step);
    const done = (): void => void this.#waitingCount--;
    this.#tail = result.then(done, done);
    return result;
  }
}

class TransactionExecutor implements SqlExecutor {
  readonly #statements: SqliteStatements;
  #ended = false;

  constructor(statements: SqliteStatements) {
    this.#statements = statements;
  }

  query(sql: string, parameters: readonly SqlValue[] = []): Promise<SqlRow[]> {
    return this.#run(() => this.#statements.query(sql, parameters));
  }

  execute(sql: string, parameters: readonly SqlValue[] = []): Promise<number> {
    return this.#run(() => this.#statements.execute(sql, parameters));
  }

  end(): void {
    this.#ended = true;
  }

  #run<T>(step: () => T): Promise<T> {
    return Promise.try(() => {
      if (this.#ended) throw new Error("Cannot query: the transaction is over");
      return step();
    });
  }
}
