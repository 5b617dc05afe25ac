import { DatabaseSync } from "node:sqlite";

/** The path of a database that lives in memory and ends with its connection. */
export const SQLITE_IN_MEMORY = ":memory:";

/** How long a statement waits for another process' lock, in milliseconds. */
const BUSY_TIMEOUT_MS = 2000;

/** How often the write-ahead log is asked for, while others make the same file. */
const WAL_ATTEMPTS_MAX = 100;

/** Somebody else holds a lock (https://sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;

/** How a database file is opened. */
export interface SqliteFileOptions {
  /** The file, made where it is missing, or {@linkcode SQLITE_IN_MEMORY}. */
  readonly path: string;
  /** A commit survives a power cut, at the price of an fsync each; otherwise only a crash. */
  readonly fullSync: boolean;
}

/**
 * Opens a database file, with a write-ahead log and foreign keys. The file is readable by its owner
 * alone, and so is a folder that had to be made.
 *
 * @throws Error naming the path, where it cannot be opened or is no database
 */
export function openSqliteFile(options: SqliteFileOptions): DatabaseSync {
  const { path, fullSync } = options;
  let database: DatabaseSync | undefined;
  try {
    if (path !== SQLITE_IN_MEMORY) createFile(path);
    database = new DatabaseSync(path);
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    useWriteAheadLog(database);
    database.exec(`PRAGMA synchronous = ${fullSync ? "FULL" : "NORMAL"}`);
    database.exec("PRAGMA foreign_keys = ON");
    // Reads the schema, so that a corrupt file shows now and not at the first query.
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    return database;
  } catch (error) {
    database?.close();
    throw new Error(`Cannot open SQLite database ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** SQLite's extended result code (https://sqlite.org/rescode.html), where the error has one. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode : undefined;
}

/** SQLite does not wait for a lock here, and several services may make the same file at once. */
function useWriteAheadLog(database: DatabaseSync): void {
  for (let attempt = 1;; attempt++) {
    try {
      // Not `exec`, whose errors bear no code.
      database.prepare("PRAGMA journal_mode = WAL").get();
      return;
    } catch (error) {
      const isBusy = ((sqliteCode(error) ?? 0) & 0xff) === SQLITE_BUSY;
      if (!isBusy || attempt >= WAL_ATTEMPTS_MAX) throw error;
    }
    // Here it does: whoever holds the lock has let it go after this.
    database.exec("BEGIN IMMEDIATE; ROLLBACK");
  }
}

function createFile(path: string): void {
  const slash = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  if (slash > 0) Deno.mkdirSync(path.slice(0, slash), { recursive: true, mode: 0o700 });
  // SQLite gives its -wal and -shm files the mode of the database.
  Deno.openSync(path, { create: true, write: true, mode: 0o600 }).close();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
