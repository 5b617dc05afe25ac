/** A value that a column holds; an integer is a number where that is exact, else a bigint. */
export type SqlValue = null | number | bigint | string | Uint8Array;

/** A row by column name. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** Which SQL the server speaks, for the few statements in which that matters. */
export type SqlDialect = "sqlite" | "postgres";

/** A statement broke a unique constraint. */
export class UniqueViolation extends Error {
  /** The class, for logs. */
  override readonly name = "UniqueViolation";
}

/** Runs statements, one a call, with parameters written `$1`, `$2`, …. */
export interface SqlExecutor {
  /** The rows that a query or a `RETURNING` clause gives. @throws UniqueViolation, Error */
  query(sql: string, parameters?: readonly SqlValue[]): Promise<SqlRow[]>;
  /** The number of rows changed; 0 for what changes none. @throws UniqueViolation, Error */
  execute(sql: string, parameters?: readonly SqlValue[]): Promise<number>;
}

/** A relational database with transactions. */
export interface SqlDatabase extends SqlExecutor {
  /** The SQL that it speaks. */
  readonly dialect: SqlDialect;
  /**
   * Runs `work` in a serializable transaction: committed when it resolves, rolled back when it
   * rejects. Do not use the database itself inside, only the executor that is handed in, which is of
   * no use afterwards; and do nothing else, because where others are in the way `work` runs again. After
   * a statement that failed, let it reject.
   */
  transaction<T>(work: (executor: SqlExecutor) => Promise<T>): Promise<T>;
  /** Waits for the statements and transactions in hand and closes; calling it again does nothing. */
  close(): Promise<void>;
}
