import type { SqlRow } from "./sql_database.ts";

/** A text column. @throws Error when there is no row, or none of that name in it */
export function textOf(row: SqlRow | undefined, column: string): string {
  const value = row?.[column];
  if (typeof value !== "string") throw new Error(`Cannot read column ${column}: not a text`);
  return value;
}

/** A whole number, which drivers give as number or bigint. @throws Error when it is none */
export function integerOf(row: SqlRow | undefined, column: string): number {
  const value = row?.[column];
  const integer = typeof value === "bigint" ? Number(value) : value;
  if (typeof integer !== "number" || !Number.isSafeInteger(integer)) {
    throw new Error(`Cannot read column ${column}: not a whole number`);
  }
  return integer;
}

/** A whole number or, where the column is null, undefined. @throws Error when it is neither */
export function optionalIntegerOf(
  row: SqlRow | undefined,
  column: string,
): number | undefined {
  return row?.[column] === null ? undefined : integerOf(row, column);
}
