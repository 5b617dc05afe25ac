import type { ConstantRow, ConstantsSource } from "./constants_source.ts";
import type { SqlDatabase } from "./sql_database.ts";
import { openSqliteDatabase } from "./sqlite_database.ts";

/** The constants that a new server has, with the names that the status answer is made from. */
export const CONSTANTS_SEED: readonly ConstantRow[] = [
  { name: "ServerStatus", value: "1.0", description: "Server is online (1) or offline (0)" },
  { name: "RateExp", value: "1.0", description: "Experience rate" },
  { name: "RatePvp", value: "1.0", description: "Reward rate of battles between players" },
  { name: "RatePve", value: "1.0", description: "Reward rate of battles against bots" },
  { name: "RateColorMob", value: "1.0", description: "Rate at which rare enemies appear" },
  { name: "RateSkill", value: "1.0", description: "Crew skill rate" },
  { name: "CLIENT_STATUS", value: "256.0", description: "Client status flags" },
];

/** How a {@linkcode SqliteConstantsSource} is opened. */
export interface SqliteConstantsSourceOptions {
  /** The file, made where it is missing, or `:memory:`. */
  readonly path: string;
  /** Rows that are written where their names are missing. Default {@linkcode CONSTANTS_SEED}. */
  readonly seed?: readonly ConstantRow[];
}

/** A {@linkcode ConstantsSource} in a SQLite file, in the table and columns that MySQL would have. */
export class SqliteConstantsSource implements ConstantsSource {
  readonly #database: SqlDatabase;
  readonly #prepared: Promise<void>;

  /** Opens the file and fills the table. @throws Error naming the path, where it is no database */
  constructor(options: SqliteConstantsSourceOptions) {
    this.#database = openSqliteDatabase({ path: options.path, fullSync: true });
    this.#prepared = prepare(this.#database, options.seed ?? CONSTANTS_SEED);
    this.#prepared.catch(() => {
      // Each read throws it.
    });
  }

  // Nothing here waits for a network: the deadline cannot pass.
  async read(_options: { readonly deadlineMs: number }): Promise<ConstantRow[]> {
    await this.#prepared;
    const rows = await this.#database.query(
      "SELECT Name AS name, Value AS value, Description AS description FROM constants ORDER BY rowid",
    );
    return rows.map(({ name, value, description }) => ({
      name: String(name),
      value: String(value),
      description: String(description ?? ""),
    }));
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

async function prepare(database: SqlDatabase, seed: readonly ConstantRow[]): Promise<void> {
  await database.transaction(async (executor) => {
    await executor.execute(`CREATE TABLE IF NOT EXISTS constants (
      Name VARCHAR(64) NOT NULL PRIMARY KEY,
      Value VARCHAR(255) NOT NULL,
      Description VARCHAR(255)
    )`);
    for (const { name, value, description } of seed) {
      await executor.execute(
        `INSERT INTO constants (Name, Value, Description) VALUES ($1, $2, $3)
         ON CONFLICT (Name) DO NOTHING`,
        [name, value, description],
      );
    }
  });
}
