import { generateSigningKey, type PublicJwk, tryParsePublicJwk } from "../core/auth/jwt.ts";
import type { Clock } from "../core/clock.ts";
import { type JsonObject, tryJsonObject, tryParseJson } from "../core/json.ts";
import {
  type SqlDatabase,
  type SqlExecutor,
  type SqlRow,
  UniqueViolation,
} from "../core/ports/sql_database.ts";
import { integerOf, optionalIntegerOf, textOf } from "../core/ports/sql_columns.ts";

const FIRST_GENERATION = 1;

/** A key as it is stored, both halves. */
export interface StoredKey {
  /** Counted from 1; the newest that has begun signs. */
  readonly generation: number;
  /** Its id. */
  readonly kid: string;
  /** A secret. */
  readonly privateJwk: JsonObject;
  /** What verifies its signatures. */
  readonly publicJwk: PublicJwk;
  /** When it begins to sign, in milliseconds since the epoch. */
  readonly signsFromMs: number;
  /** When its signatures no longer count; undefined: that is not yet known. */
  readonly retiredAtMs: number | undefined;
}

/** How keys are exchanged. */
export interface Rotation {
  /** Milliseconds for which the new key is only published, so that every verifier knows it. */
  readonly signsInMs: number;
  /** Milliseconds for which the old ones still verify after that: as long as tokens live. */
  readonly overlapMs: number;
}

/**
 * The keys that sign access tokens, kept in auth's database so that every auth server has the same. Every
 * method throws what the database throws.
 */
export class SigningKeys {
  readonly #database: SqlDatabase;
  readonly #clock: Clock;

  /** Works on tables that {@linkcode AUTH_MIGRATIONS} has made. */
  constructor(options: { readonly database: SqlDatabase; readonly clock: Clock }) {
    this.#database = options.database;
    this.#clock = options.clock;
  }

  /**
   * Makes the first key where there is none. Servers that start at once agree, because a generation is
   * unique: one of them inserts it, the others read it.
   */
  async makeFirst(): Promise<void> {
    const rows = await this.#database.query("SELECT 1 AS one FROM signing_keys LIMIT 1");
    if (rows.length > 0) return;
    try {
      await this.#insert(this.#database, { generation: FIRST_GENERATION, signsFromMs: 0 });
    } catch (error) {
      // Another server was faster: its key is as good.
      if (!(error instanceof UniqueViolation)) throw error;
    }
  }

  /** The keys of every token that may still be good, newest first. */
  async read(): Promise<StoredKey[]> {
    const rows = await this.#database.query(
      `SELECT generation, kid, private_jwk, public_jwk, signs_from_ms, retired_at_ms
       FROM signing_keys WHERE retired_at_ms IS NULL OR retired_at_ms > $1
       ORDER BY generation DESC`,
      [this.#clock.nowMs()],
    );
    return rows.map(storedKeyOf);
  }

  /**
   * Adds a key that signs soon, sets the others' end, and forgets those that have ended.
   *
   * @throws UniqueViolation when somebody else does so at the same time
   */
  async rotate(rotation: Rotation): Promise<StoredKey> {
    const nowMs = this.#clock.nowMs();
    const signsFromMs = nowMs + rotation.signsInMs;
    const kid = await this.#database.transaction(async (executor) => {
      const [row] = await executor.query(
        "SELECT COALESCE(MAX(generation), 0) AS newest FROM signing_keys",
      );
      const generation = (row === undefined ? 0 : integerOf(row, "newest")) + 1;
      await executor.execute(
        `UPDATE signing_keys SET retired_at_ms = $1
         WHERE retired_at_ms IS NULL OR retired_at_ms > $1`,
        [signsFromMs + rotation.overlapMs],
      );
      await executor.execute("DELETE FROM signing_keys WHERE retired_at_ms <= $1", [nowMs]);
      return await this.#insert(executor, { generation, signsFromMs });
    });
    const key = (await this.read()).find((stored) => stored.kid === kid);
    if (key === undefined) throw new Error("Cannot rotate keys: the new one is gone");
    return key;
  }

  async #insert(
    executor: SqlExecutor,
    place: { readonly generation: number; readonly signsFromMs: number },
  ): Promise<string> {
    const { kid, privateJwk, publicJwk } = await generateSigningKey();
    await executor.execute(
      `INSERT INTO signing_keys
         (generation, kid, private_jwk, public_jwk, created_at_ms, signs_from_ms)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [
        place.generation,
        kid,
        JSON.stringify(privateJwk),
        JSON.stringify(publicJwk),
        this.#clock.nowMs(),
        place.signsFromMs,
      ],
    );
    return kid;
  }
}

function storedKeyOf(row: SqlRow): StoredKey {
  const publicJwk = tryParsePublicJwk(jwkOf(row, "public_jwk"));
  if (publicJwk === undefined) throw new Error("Cannot read signing keys: not an Ed25519 JWK");
  return {
    generation: integerOf(row, "generation"),
    kid: textOf(row, "kid"),
    privateJwk: jwkOf(row, "private_jwk"),
    publicJwk,
    signsFromMs: integerOf(row, "signs_from_ms"),
    retiredAtMs: optionalIntegerOf(row, "retired_at_ms"),
  };
}

function jwkOf(row: SqlRow, column: string): JsonObject {
  const jwk = tryJsonObject(tryParseJson(textOf(row, column)));
  if (jwk === undefined) throw new Error(`Cannot read column ${column}: not a JWK`);
  return jwk;
}
