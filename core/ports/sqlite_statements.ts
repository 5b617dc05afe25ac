import type { DatabaseSync, StatementSync } from "node:sqlite";
import { numberParameters, splitStatements } from "./sql_text.ts";
import { type SqlRow, type SqlValue, UniqueViolation } from "./sql_database.ts";
import { sqliteCode } from "./sqlite_file.ts";

/** Prepared statements that are kept; the one used longest ago goes first. */
const STATEMENTS_MAX = 256;

/** SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE and _ROWID (https://sqlite.org/rescode.html). */
const UNIQUE_CODES: readonly (number | undefined)[] = [1555, 2067, 2579];

interface Prepared {
  readonly statement: StatementSync;
  readonly parameterCount: number;
  /** SQLite reports the last change whatever ran since: only these may ask for it. */
  readonly changesRows: boolean;
}

/** Runs statements on a connection, at once, and keeps them prepared. */
export class SqliteStatements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();

  /** Runs on `database`, which the caller closes. */
  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** The rows that a statement gives. @throws UniqueViolation, Error */
  query(sql: string, parameters: readonly SqlValue[]): SqlRow[] {
    return this.#run(
      sql,
      parameters,
      ({ statement }) => statement.all(...parameters.map(toBound)).map(toRow),
    );
  }

  /** The number of rows that a statement changed. @throws UniqueViolation, Error */
  execute(sql: string, parameters: readonly SqlValue[]): number {
    return this.#run(sql, parameters, ({ statement, changesRows }) => {
      const { changes } = statement.run(...parameters.map(toBound));
      return changesRows ? Number(changes) : 0;
    });
  }

  #run<T>(sql: string, parameters: readonly SqlValue[], use: (prepared: Prepared) => T): T {
    try {
      const prepared = this.#prepare(sql);
      if (prepared.parameterCount !== parameters.length) {
        throw new Error(`${prepared.parameterCount} parameters needed, ${parameters.length} given`);
      }
      return use(prepared);
    } catch (error) {
      throw translate(error);
    }
  }

  #prepare(sql: string): Prepared {
    const prepared = this.#prepared.get(sql) ?? this.#compile(sql);
    // Re-inserted, so that the map's order is the order of use.
    this.#prepared.delete(sql);
    this.#prepared.set(sql, prepared);
    if (this.#prepared.size > STATEMENTS_MAX) {
      for (const oldest of this.#prepared.keys()) {
        this.#prepared.delete(oldest);
        break;
      }
    }
    return prepared;
  }

  #compile(sql: string): Prepared {
    const [text, ...more] = splitStatements(sql);
    // SQLite would leave out the rest without a word.
    if (text === undefined || more.length > 0) throw new Error("must be one statement");
    const numbered = numberParameters(text);
    const statement = this.#database.prepare(numbered.sql);
    statement.setReadBigInts(true);
    const changesRows = /^(?:INSERT|UPDATE|DELETE|REPLACE|WITH)\b/i.test(withoutComments(text));
    return { statement, parameterCount: numbered.parameterCount, changesRows };
  }
}

function withoutComments(text: string): string {
  return text.replace(/^(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)+/, "");
}

// SQLite is handed every JavaScript number as a float, which a column without a type would keep so.
function toBound(value: SqlValue): SqlValue {
  if (Number.isNaN(value)) throw new Error("a parameter is NaN");
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
}

function toRow(row: Record<string, unknown>): SqlRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toValue(value)]));
}

function toValue(value: unknown): SqlValue {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  if (value instanceof Uint8Array) return value;
  throw new Error(`a column has a value of type ${typeof value}`);
}

function translate(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  if (UNIQUE_CODES.includes(sqliteCode(error))) {
    return new UniqueViolation(`Cannot write: ${message}`, { cause: error });
  }
  return new Error(`Cannot query: ${message}`, { cause: error });
}
