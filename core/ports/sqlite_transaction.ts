import type { DatabaseSync } from "node:sqlite";

/** Runs `work` in a write transaction, rolled back where it throws. */
export function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    work();
    database.exec("COMMIT");
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // A full disk has rolled back already; the caller gets the first error.
    }
    throw error;
  }
}
