import type { SqlExecutor, SqlRow, SqlValue } from "../core/ports/sql_database.ts";
import { textOf } from "../core/ports/sql_columns.ts";

/** Which sessions end, and until when their access tokens could still be shown. */
export interface SessionEnd {
  /** A condition on `sessions`, with parameters `$1`, …; never anything that a client wrote. */
  readonly where: string;
  /** Its parameters. */
  readonly parameters: readonly SqlValue[];
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** When the last of their access tokens has ended by itself, in milliseconds since the epoch. */
  readonly revokedUntilMs: number;
}

/** Ends sessions and writes down that they were ended; to be called in a transaction. Gives their ids. */
export async function endSessions(executor: SqlExecutor, end: SessionEnd): Promise<string[]> {
  const { where, parameters, nowMs, revokedUntilMs } = end;
  const rows = await executor.query(
    `DELETE FROM sessions WHERE ${where} RETURNING session_id`,
    parameters,
  );
  const sessionIds = rows.map((row: SqlRow) => textOf(row, "session_id"));
  for (const sessionId of sessionIds) {
    await executor.execute(
      `INSERT INTO revoked_sessions (session_id, revoked_at_ms, expires_at_ms)
       VALUES ($1, $2, $3)`,
      [sessionId, nowMs, revokedUntilMs],
    );
  }
  return sessionIds;
}
