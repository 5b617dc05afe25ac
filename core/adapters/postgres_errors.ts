// @ts-types="./postgres_client.d.ts"
import { DatabaseError } from "pg";
import { UniqueViolation } from "../ports/sql_database.ts";
import { errorMessage } from "./error_message.ts";

/** PostgreSQL's codes (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const UNIQUE_VIOLATION = "23505";
const COLLISIONS: readonly (string | undefined)[] = ["40001", "40P01"];
/** The server is starting, or is full: another attempt may go through. */
const LATER: readonly (string | undefined)[] = ["57P03", "53300"];

/** Whether the connection is of no use any more: it broke, or the server said that it ends it. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true;
  return error.severity === "FATAL" || error.severity === "PANIC";
}

/**
 * Whether a transaction got in another's way (a serialization failure or a deadlock): it has done
 * nothing, and may do better the next time.
 */
export function isCollision(error: unknown): boolean {
  return error instanceof DatabaseError && COLLISIONS.includes(error.code);
}

/** Whether connecting failed for good: a wrong password, an unknown database, a bad certificate. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof DatabaseError) return !LATER.includes(error.code);
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? error.code : undefined;
  if (typeof code === "string") return /^ERR_TLS_|^UNABLE_TO_|^CERT_|SELF_SIGNED/.test(code);
  // What the client says of a password that the server must have got wrong, or that is empty.
  return error.message.startsWith("SASL");
}

/**
 * What a caller is thrown for a statement that failed; `where` names the server. PostgreSQL puts the
 * values that are wrong into the details, which are left out.
 */
export function toSqlError(error: unknown, where: string): Error {
  const message = errorMessage(error);
  if (error instanceof DatabaseError && error.code === UNIQUE_VIOLATION) {
    return new UniqueViolation(`Cannot write: ${message}`, { cause: error });
  }
  if (isConnectionLost(error)) {
    return new Error(`Cannot query: lost the connection to ${where}: ${message}`, { cause: error });
  }
  return new Error(`Cannot query: ${message}`, { cause: error });
}
