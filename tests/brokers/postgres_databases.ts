import { parsePostgresUrl, type PostgresConfig } from "../../core/adapters/postgres_config.ts";
import { PostgresDatabase } from "../../core/adapters/postgres_database.ts";
import { systemClock } from "../../core/clock.ts";

/** A database that a test has for itself. */
export interface TestDatabase {
  /** How to connect to it. */
  readonly url: string;
  /** Removes it, with whoever is still connected. */
  drop(): Promise<void>;
}

/** Opens a PostgreSQL that a test can reach; `overrides` replace parts of what the URL says. */
export function openTestPostgres(
  url: string,
  overrides: Partial<PostgresConfig> = {},
  onState: (isUp: boolean, reason?: string) => void = () => {},
): PostgresDatabase {
  const result = parsePostgresUrl(url);
  if (!result.ok) throw new Error(`Cannot use ${result.shown}: ${result.rule}`);
  const config = { ...result.config, ...overrides };
  return new PostgresDatabase({ config, clock: systemClock, random: Math.random, onState });
}

/** Makes an empty database on the server of `toUrl`, which gives the URL of the one named. */
export async function createTestDatabase(
  toUrl: (database?: string) => string,
): Promise<TestDatabase> {
  const name = `tanks_test_${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`;
  await executeAt(toUrl(), `CREATE DATABASE ${name}`);
  return {
    url: toUrl(name),
    drop: () => executeAt(toUrl(), `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function executeAt(url: string, sql: string): Promise<void> {
  const database = openTestPostgres(url);
  try {
    await database.execute(sql);
  } finally {
    await database.close();
  }
}
