import type { SqlValue } from "../ports/sql_database.ts";

/** Numbers of PostgreSQL's types (https://github.com/postgres/postgres: src/include/catalog/pg_type.dat). */
const BOOL = 16;
const BYTEA = 17;
const NUMERIC = 1700;
const INTEGERS: ReadonlySet<number> = new Set([20, 21, 23, 26]);
const FLOATS: ReadonlySet<number> = new Set([700, 701]);

/**
 * The value that PostgreSQL wrote as text, in the kinds that SQLite has: a truth value is 1 or 0, a
 * numeric is whole or a float, and what SQLite lacks (times, JSON, arrays) stays text.
 */
export function fromPostgres(text: string, typeId: number): SqlValue {
  if (INTEGERS.has(typeId)) return toInteger(text);
  if (FLOATS.has(typeId)) return Number(text);
  if (typeId === BOOL) return text === "t" ? 1 : 0;
  if (typeId === NUMERIC) return /^-?\d+$/.test(text) ? toInteger(text) : Number(text);
  // `bytea_output` is `hex` on our connections: "\x" and two digits a byte.
  if (typeId === BYTEA) return Uint8Array.fromHex(text.slice(2));
  return text;
}

/** What is sent for a parameter. @throws Error for NaN, as SQLite's adapter does */
export function toPostgres(value: SqlValue): string | Uint8Array | null {
  if (Number.isNaN(value)) throw new Error("a parameter is NaN");
  return typeof value === "number" || typeof value === "bigint" ? String(value) : value;
}

function toInteger(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}
