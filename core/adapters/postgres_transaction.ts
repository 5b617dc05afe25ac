import type { SqlExecutor, SqlRow, SqlValue } from "../ports/sql_database.ts";
import type { PostgresConnection } from "./postgres_connection.ts";

/** How an attempt at a transaction ended, where it did not throw. */
export type TransactionAttempt<T> =
  | { readonly kind: "committed"; readonly value: T }
  /** Another transaction was in the way; this one has done nothing. */
  | { readonly kind: "collided"; readonly error: unknown };

/**
 * Runs `work` in a serializable transaction, once.
 *
 * @throws what `work` throws, or the error of the statement that failed; nothing is done then, unless
 * the connection was lost while it committed, which the message says
 */
export async function attemptTransaction<T>(
  connection: PostgresConnection,
  work: (executor: SqlExecutor) => Promise<T>,
): Promise<TransactionAttempt<T>> {
  const executor = new TransactionExecutor(connection);
  try {
    await connection.run("BEGIN ISOLATION LEVEL SERIALIZABLE", []);
    const value = await work(executor);
    executor.end();
    await commit(connection);
    return { kind: "committed", value };
  } catch (error) {
    executor.end();
    await rollBack(connection);
    // Whatever `work` made of the statement's error.
    if (connection.hasCollided) return { kind: "collided", error };
    throw error;
  }
}

async function commit(connection: PostgresConnection): Promise<void> {
  let command: string;
  const isWhole = connection.firstError === undefined;
  try {
    command = (await connection.run("COMMIT", [])).command;
  } catch (error) {
    if (!connection.isLost || !isWhole) throw error;
    // Nobody can say whether the server got as far as that.
    throw new Error("Cannot say whether the transaction was committed: lost the connection", {
      cause: error,
    });
  }
  // PostgreSQL answers so, and has done nothing, when a statement failed that `work` made light of.
  if (command === "ROLLBACK") {
    throw connection.firstError ?? new Error("Cannot commit: the server rolled back");
  }
}

async function rollBack(connection: PostgresConnection): Promise<void> {
  if (connection.isLost || connection.isIdle) return;
  try {
    await connection.run("ROLLBACK", []);
  } catch {
    // The connection broke, which rolls back too; the caller gets the first error.
  }
}

class TransactionExecutor implements SqlExecutor {
  readonly #connection: PostgresConnection;
  #ended = false;

  constructor(connection: PostgresConnection) {
    this.#connection = connection;
  }

  query(sql: string, parameters: readonly SqlValue[] = []): Promise<SqlRow[]> {
    return this.#run(sql, parameters).then(({ rows }) => rows);
  }

  execute(sql: string, parameters: readonly SqlValue[] = []): Promise<number> {
    return this.#run(sql, parameters).then(({ changedCount }) => changedCount);
  }

  end(): void {
    this.#ended = true;
  }

  #run(
    ...statement: Parameters<PostgresConnection["run"]>
  ): ReturnType<PostgresConnection["run"]> {
    if (this.#ended) return Promise.reject(new Error("Cannot query: the transaction is over"));
    return this.#connection.run(...statement);
  }
}
