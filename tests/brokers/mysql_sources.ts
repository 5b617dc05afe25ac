import { readMysqlConfig } from "../../core/adapters/mysql_config.ts";
import { MysqlConstantsSource } from "../../core/adapters/mysql_constants_source.ts";
import { systemClock } from "../../core/clock.ts";
import { ConfigReader } from "../../core/config.ts";
import type { ConstantRow } from "../../core/ports/constants_source.ts";
import { CONSTANTS_SEED } from "../../core/ports/sqlite_constants_source.ts";
import { type MysqlVariables, runMysql } from "./mariadb_broker.ts";

/** The columns of the table, as the seeds' server has them. */
export const CONSTANTS_COLUMNS =
  `Name VARCHAR(64) NOT NULL PRIMARY KEY, Value VARCHAR(255) NOT NULL,
  Description VARCHAR(255)`;

/** Opens a source on a database; `more` are further variables, such as `DB_TLS`. */
export function openTestSource(
  variables: MysqlVariables,
  database: string,
  more: Readonly<Record<string, string>> = {},
): MysqlConstantsSource {
  const env = new Map(Object.entries({ ...variables, DB_NAME: database, ...more }));
  const reader = new ConfigReader(env);
  const config = reader.finish(readMysqlConfig(reader));
  if (config === undefined) throw new Error("Cannot open a source: DB_HOST is not set");
  return new MysqlConstantsSource({ config, clock: systemClock });
}

/** Makes an empty database and gives its name. */
export async function createTestSchema(variables: MysqlVariables): Promise<string> {
  const name = `tanks_test_${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`;
  await runMysql(variables, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  return name;
}

/** Makes the table in a database, anew where it is there, and fills it. */
export async function writeConstants(
  variables: MysqlVariables,
  database: string,
  rows: readonly ConstantRow[] = CONSTANTS_SEED,
): Promise<void> {
  const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const values = rows.map((row) =>
    `(${[row.name, row.value, row.description].map(quote).join(", ")})`
  );
  await runMysql(
    variables,
    `USE ${database}; DROP TABLE IF EXISTS constants; CREATE TABLE constants (${CONSTANTS_COLUMNS});
     INSERT INTO constants VALUES ${values.join(", ")}`,
  );
}
