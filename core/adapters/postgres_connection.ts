import type { PoolClient, QueryResult } from "./postgres_client.d.ts";
import type { SqlRow, SqlValue } from "../ports/sql_database.ts";
import { isCollision, isConnectionLost, toSqlError } from "./postgres_errors.ts";
import { fromPostgres, toPostgres } from "./postgres_values.ts";

/** What a statement came to. */
export interface PostgresResult {
  /** The rows that it gave. */
  readonly rows: SqlRow[];
  /** The number of rows that it changed. */
  readonly changedCount: number;
  /** The first word of the server's answer, such as `SELECT`. */
  readonly command: string;
}

/** Answers whose number is of rows that changed; a `SELECT` counts what it gave. */
const CHANGES_ROWS: ReadonlySet<string> = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);

/** A connection while somebody has it for himself: it runs one statement after the other. */
export class PostgresConnection {
  readonly #client: PoolClient;
  readonly #where: string;
  /** Settles when the statements so far have run. */
  #tail: Promise<unknown> = Promise.resolve();
  #hasCollided = false;
  #isLost = false;
  #firstError: Error | undefined;

  /** Runs on `client`; errors name the server as `where`. */
  constructor(client: PoolClient, where: string) {
    this.#client = client;
    this.#where = where;
  }

  /** Whether a statement failed because of another transaction. */
  get hasCollided(): boolean {
    return this.#hasCollided;
  }

  /** Whether it broke. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** What the first statement that failed was thrown; undefined where none has. */
  get firstError(): Error | undefined {
    return this.#firstError;
  }

  /** Whether no transaction is open. */
  get isIdle(): boolean {
    return this.#client.getTransactionStatus() === "I";
  }

  /** Runs one statement. @throws UniqueViolation, Error */
  run(sql: string, parameters: readonly SqlValue[]): Promise<PostgresResult> {
    const result = this.#tail.then(() => this.#run(sql, parameters));
    this.#tail = result.catch(() => {
      // Whoever asked for it is told.
    });
    return result;
  }

  async #run(sql: string, parameters: readonly SqlValue[]): Promise<PostgresResult> {
    const result = await this.#send(sql, toValues(parameters));
    const { fields, command, rowCount } = result;
    // The answer to a text without a statement in it.
    if (command === null) throw new Error("Cannot query: must be one statement");
    const rows = result.rows.map((row) =>
      Object.fromEntries(fields.map(({ name, dataTypeID }, index): [string, SqlValue] => {
        const text = row[index] ?? null;
        return [name, text === null ? null : fromPostgres(text, dataTypeID)];
      }))
    );
    return { rows, command, changedCount: CHANGES_ROWS.has(command) ? rowCount ?? 0 : 0 };
  }

  async #send(
    text: string,
    values: (string | Uint8Array | null)[],
  ): Promise<QueryResult> {
    // The simple protocol would take several statements at once.
    try {
      return await this.#client.query({ text, values, rowMode: "array", queryMode: "extended" });
    } catch (error) {
      const shown = toSqlError(error, this.#where);
      this.#hasCollided ||= isCollision(error);
      this.#isLost ||= isConnectionLost(error);
      this.#firstError ??= shown;
      throw shown;
    }
  }
}

function toValues(parameters: readonly SqlValue[]): (string | Uint8Array | null)[] {
  try {
    return parameters.map(toPostgres);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot query: ${message}`, { cause: error });
  }
}
