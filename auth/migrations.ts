import type { MigrationStep } from "../core/ports/migrations.ts";

/** The name under which the steps are recorded. */
export const AUTH_SCHEMA = "auth";

/**
 * The tables of auth, step by step, in the SQL that SQLite and PostgreSQL share. A step that has been
 * released is never changed: add another. Times are milliseconds since the epoch. Deleting an account
 * or a session takes with it what belongs to it.
 */
export const AUTH_MIGRATIONS: readonly MigrationStep[] = [
  {
    id: "001_accounts",
    sql: `
      CREATE TABLE accounts (
        account_id TEXT PRIMARY KEY,
        username TEXT NOT NULL,
        username_folded TEXT NOT NULL UNIQUE,
        display_name TEXT NOT NULL,
        password_hash TEXT NOT NULL,
        created_at_ms BIGINT NOT NULL,
        last_login_at_ms BIGINT,
        disabled_at_ms BIGINT
      )`,
  },
  {
    id: "002_sessions",
    sql: `
      CREATE TABLE sessions (
        session_id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
        created_at_ms BIGINT NOT NULL,
        expires_at_ms BIGINT NOT NULL
      );
      CREATE INDEX sessions_by_account ON sessions (account_id, created_at_ms);
      CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms)`,
  },
  {
    id: "003_refresh_tokens",
    sql: `
      CREATE TABLE refresh_tokens (
        token_hash TEXT PRIMARY KEY,
        session_id TEXT NOT NULL REFERENCES sessions (session_id) ON DELETE CASCADE,
        expires_at_ms BIGINT NOT NULL,
        used_at_ms BIGINT
      );
      CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);
      CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at_ms)`,
  },
  {
    id: "004_signing_keys",
    sql: `
      CREATE TABLE signing_keys (
        generation BIGINT PRIMARY KEY,
        kid TEXT NOT NULL UNIQUE,
        private_jwk TEXT NOT NULL,
        public_jwk TEXT NOT NULL,
        created_at_ms BIGINT NOT NULL,
        retired_at_ms BIGINT
      )`,
  },
  {
    // Without a reference: they outlive the account.
    id: "005_revoked_sessions",
    sql: `
      CREATE TABLE revoked_sessions (
        session_id TEXT PRIMARY KEY,
        revoked_at_ms BIGINT NOT NULL,
        expires_at_ms BIGINT NOT NULL
      );
      CREATE INDEX revoked_sessions_by_time ON revoked_sessions (revoked_at_ms, session_id);
      CREATE INDEX revoked_sessions_by_expiry ON revoked_sessions (expires_at_ms)`,
  },
  {
    // A key is published before it signs. `retired_at_ms` may be in the future.
    id: "006_signing_key_start",
    sql: "ALTER TABLE signing_keys ADD COLUMN signs_from_ms BIGINT NOT NULL DEFAULT 0",
  },
];
