import type { Clock } from "../clock.ts";
import type { SqlDatabase, SqlDialect } from "./sql_database.ts";
import { splitStatements } from "./sql_text.ts";

/** One step of a schema's history; never changed once released. */
export interface MigrationStep {
  /** Unique in its schema, such as `001_accounts`. */
  readonly id: string;
  /** Statements with semicolons between them, the same for every dialect or one text for each. */
  readonly sql: string | Readonly<Record<SqlDialect, string>>;
}

/** What to migrate. */
export interface MigrationOptions {
  /** The schema's name: several may share a database. */
  readonly name: string;
  /** Every step, oldest first. */
  readonly steps: readonly MigrationStep[];
  /** Gives the time that is recorded with a step. */
  readonly clock: Clock;
}

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (
  name VARCHAR(100) NOT NULL,
  id VARCHAR(100) NOT NULL,
  hash VARCHAR(64) NOT NULL,
  applied_at_ms BIGINT NOT NULL,
  PRIMARY KEY (name, id)
)`;

/**
 * Brings a schema up to date: the steps that are not recorded in `schema_migrations` run in order,
 * each in a transaction of its own. Several servers may start it at once: each step runs once.
 *
 * @returns the number of steps that this call ran
 * @throws Error when a recorded step reads differently now, when the database has a step that
 * `steps` lacks (it is newer than the program), or when a step fails
 */
export async function migrate(database: SqlDatabase, options: MigrationOptions): Promise<number> {
  const { name, steps, clock } = options;
  await createTable(database);
  const planned = await Promise.all(steps.map((step) => plan(step, database.dialect)));
  const recorded = await check(name, planned, database);
  let ran = 0;
  for (const step of planned) {
    if (recorded.has(step.id)) continue;
    if (await runOnce(database, { name, step, nowMs: clock.nowMs() })) ran++;
  }
  // Another server's program may have been newer.
  await check(name, planned, database);
  return ran;
}

interface PlannedStep {
  readonly id: string;
  readonly statements: readonly string[];
  readonly hash: string;
}

async function plan(step: MigrationStep, dialect: SqlDialect): Promise<PlannedStep> {
  const text = typeof step.sql === "string" ? step.sql : step.sql[dialect];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return { id: step.id, statements: splitStatements(text), hash: new Uint8Array(digest).toHex() };
}

async function createTable(database: SqlDatabase): Promise<void> {
  try {
    await database.execute(CREATE_TABLE);
  } catch (error) {
    // Two servers that create it at once can collide, and then it is there.
    const exists = await database.query("SELECT count(*) FROM schema_migrations").catch(() => null);
    if (exists === null) throw error;
  }
}

/** The hashes of the steps that have run, by id. @throws Error where they do not fit the plan */
async function check(
  name: string,
  planned: readonly PlannedStep[],
  database: SqlDatabase,
): Promise<ReadonlyMap<string, string>> {
  const recorded = await recordedHashes(database, name);
  const known = new Set(planned.map((step) => step.id));
  for (const id of recorded.keys()) {
    if (!known.has(id)) {
      throw new Error(`Cannot migrate ${name}: the database is newer, it has unknown step ${id}`);
    }
  }
  let missing: string | undefined;
  for (const step of planned) {
    const hash = recorded.get(step.id);
    if (hash === undefined) missing ??= step.id;
    else if (hash !== step.hash) {
      throw new Error(`Cannot migrate ${name}: step ${step.id} was changed after it ran`);
    } else if (missing !== undefined) {
      throw new Error(`Cannot migrate ${name}: step ${missing} comes before ${step.id}, which ran`);
    }
  }
  return recorded;
}

async function recordedHashes(
  database: SqlDatabase,
  name: string,
): Promise<ReadonlyMap<string, string>> {
  const rows = await database.query("SELECT id, hash FROM schema_migrations WHERE name = $1", [
    name,
  ]);
  return new Map(rows.map((row) => [String(row["id"]), String(row["hash"])]));
}

/** Whether this call ran the step; false where it had run already. */
async function runOnce(
  database: SqlDatabase,
  options: { readonly name: string; readonly step: PlannedStep; readonly nowMs: number },
): Promise<boolean> {
  const { name, step, nowMs } = options;
  try {
    await database.transaction(async (executor) => {
      // First the record: of two servers the slower waits here for its key, then fails.
      await executor.execute(
        "INSERT INTO schema_migrations (name, id, hash, applied_at_ms) VALUES ($1, $2, $3, $4)",
        [name, step.id, step.hash, nowMs],
      );
      for (const statement of step.statements) await executor.execute(statement);
    });
    return true;
  } catch (error) {
    // Losing the race is no error.
    if ((await recordedHashes(database, name)).has(step.id)) return false;
    throw new Error(`Cannot migrate ${name}: step ${step.id} failed`, { cause: error });
  }
}
