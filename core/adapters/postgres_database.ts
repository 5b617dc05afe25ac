import { sleep } from "../clock.ts";
import type { SqlDatabase, SqlExecutor, SqlRow, SqlValue } from "../ports/sql_database.ts";
import { WorkInHand } from "../ports/work_in_hand.ts";
import type { PostgresResult } from "./postgres_connection.ts";
import { PostgresPool, type PostgresPoolOptions } from "./postgres_pool.ts";
import { attemptTransaction } from "./postgres_transaction.ts";
import { retryDelayMs } from "./retry_delay.ts";

/** Statements and transactions that wait for a connection; beyond it they reject. */
const WAITING_MAX = 10_000;
/** How often a transaction that others are in the way of is run. */
const ATTEMPTS_MAX = 20;
const COLLISION_DELAYS = { minMs: 4, maxMs: 200 };

/** What a {@linkcode PostgresDatabase} needs. */
export type PostgresDatabaseOptions = PostgresPoolOptions;

/**
 * A {@linkcode SqlDatabase} on PostgreSQL. It connects when it is first used and again whenever it has
 * to; while the server is down, statements fail within the time for connecting.
 *
 * A transaction that others are in the way of (SQLSTATE 40001 or 40P01) is run again, up to 20 times:
 * its work must do nothing but use its executor. After a statement that failed, the transaction can only
 * be rolled back, even if the work caught the error.
 */
export class PostgresDatabase implements SqlDatabase {
  readonly dialect = "postgres";
  readonly #options: PostgresDatabaseOptions;
  readonly #pool: PostgresPool;
  readonly #inHand = new WorkInHand();
  #closing: Promise<void> | undefined;

  /** Begins to look for the server, without waiting. @throws Error when a certificate cannot be read */
  constructor(options: PostgresDatabaseOptions) {
    this.#options = options;
    this.#pool = new PostgresPool(options);
  }

  /**
   * Resolves once the server is there.
   *
   * @throws Error naming `DATABASE_URL`, when it is not there within `limitMs`, or at once when it
   * refuses us: a wrong password, an unknown database, a certificate that we do not trust
   */
  opened(limitMs: number): Promise<void> {
    return this.#pool.whenUp(limitMs);
  }

  query(sql: string, parameters: readonly SqlValue[] = []): Promise<SqlRow[]> {
    return this.#inTurn(async () => (await this.#run(sql, parameters)).rows);
  }

  execute(sql: string, parameters: readonly SqlValue[] = []): Promise<number> {
    return this.#inTurn(async () => (await this.#run(sql, parameters)).changedCount);
  }

  transaction<T>(work: (executor: SqlExecutor) => Promise<T>): Promise<T> {
    return this.#inTurn(() => this.#transact(work));
  }

  close(): Promise<void> {
    this.#closing ??= this.#inHand.none().then(() => this.#pool.close());
    return this.#closing;
  }

  async #transact<T>(work: (executor: SqlExecutor) => Promise<T>): Promise<T> {
    const { clock, random } = this.#options;
    for (let attemptCount = 1;; attemptCount++) {
      const attempt = await this.#pool.use((connection) => attemptTransaction(connection, work));
      if (attempt.kind === "committed") return attempt.value;
      if (attemptCount >= ATTEMPTS_MAX) {
        const what = `the transaction collided with others ${attemptCount} times`;
        throw new Error(`Cannot commit: ${what}`, { cause: attempt.error });
      }
      await sleep(clock, retryDelayMs(attemptCount, COLLISION_DELAYS, random));
    }
  }

  #run(sql: string, parameters: readonly SqlValue[]): Promise<PostgresResult> {
    return this.#pool.use(async (connection) => {
      const result = await connection.run(sql, parameters);
      // The next statement may get another connection.
      if (!connection.isIdle) throw new Error("Cannot query: transactions need transaction()");
      return result;
    });
  }

  async #inTurn<T>(step: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw new Error("Cannot query: database is closed");
    const { connectionsMax } = this.#options.config;
    if (this.#inHand.count >= WAITING_MAX + connectionsMax) {
      throw new Error(`Cannot query: ${WAITING_MAX} statements wait`);
    }
    this.#inHand.begin();
    try {
      return await step();
    } finally {
      this.#inHand.end();
    }
  }
}
