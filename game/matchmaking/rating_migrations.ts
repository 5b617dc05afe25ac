import type { MigrationStep } from "../../core/ports/migrations.ts";

/** The name of the matchmaker's schema. */
export const RATING_SCHEMA = "matchmaking";

/** Every step of it, oldest first. */
export const RATING_MIGRATIONS: readonly MigrationStep[] = [
  {
    id: "001_ratings",
    sql: `CREATE TABLE matchmaking_ratings (
  account_id VARCHAR(128) NOT NULL,
  mode VARCHAR(64) NOT NULL,
  rating DOUBLE PRECISION NOT NULL,
  deviation DOUBLE PRECISION NOT NULL,
  volatility DOUBLE PRECISION NOT NULL,
  matches INTEGER NOT NULL,
  updated_at_ms BIGINT NOT NULL,
  PRIMARY KEY (account_id, mode)
);
CREATE TABLE matchmaking_matches (
  match_id VARCHAR(128) NOT NULL PRIMARY KEY,
  mode VARCHAR(64) NOT NULL,
  players TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  settled_at_ms BIGINT
);
CREATE INDEX matchmaking_matches_created ON matchmaking_matches (created_at_ms)`,
  },
];
