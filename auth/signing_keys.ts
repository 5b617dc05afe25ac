import {
  generateSigningKey,
  importSigningKey,
  type PublicJwk,
  type SigningKey,
  tryParsePublicJwk,
} from "../core/auth/jwt.ts";
import type { Clock } from "../core/clock.ts";
import { type JsonObject, tryJsonObject, tryParseJson } from "../core/json.ts";
import { type SqlExecutor, type SqlRow, UniqueViolation } from "../core/ports/sql_database.ts";
import { textOf } from "./columns.ts";

const FIRST_GENERATION = 1;

/**
 * The keys that sign access tokens, kept in auth's database so that every auth server has the same.
 * Each has a generation, counted from 1; the newest signs, all that are not retired verify.
 */
export class SigningKeys {
  readonly #database: SqlExecutor;
  readonly #clock: Clock;

  /** Works on tables that {@linkcode AUTH_MIGRATIONS} has made. */
  constructor(options: { readonly database: SqlExecutor; readonly clock: Clock }) {
    this.#database = options.database;
    this.#clock = options.clock;
  }

  /**
   * The key to sign with; makes the first one where there is none. Servers that start at once agree,
   * because a generation is unique: one of them inserts it, the others read it.
   */
  async open(): Promise<SigningKey> {
    const existing = await this.#newest();
    if (existing !== undefined) return importSigningKey(existing);
    await this.#insertFirst();
    const key = await this.#newest();
    if (key === undefined) throw new Error("Cannot open signing keys: all of them are retired");
    return importSigningKey(key);
  }

  /** The public keys of every token that may still be good. */
  async published(): Promise<PublicJwk[]> {
    const rows = await this.#database.query(
      "SELECT public_jwk FROM signing_keys WHERE retired_at_ms IS NULL ORDER BY generation DESC",
    );
    return rows.map((row) => {
      const jwk = tryParsePublicJwk(jwkOf(row, "public_jwk"));
      if (jwk === undefined) throw new Error("Cannot read signing keys: not an Ed25519 JWK");
      return jwk;
    });
  }

  async #newest(): Promise<JsonObject | undefined> {
    const [row] = await this.#database.query(
      `SELECT private_jwk FROM signing_keys WHERE retired_at_ms IS NULL
       ORDER BY generation DESC LIMIT 1`,
    );
    return row && jwkOf(row, "private_jwk");
  }

  async #insertFirst(): Promise<void> {
    const { kid, privateJwk, publicJwk } = await generateSigningKey();
    try {
      await this.#database.execute(
        `INSERT INTO signing_keys (generation, kid, private_jwk, public_jwk, created_at_ms)
         VALUES ($1, $2, $3, $4, $5)`,
        [
          FIRST_GENERATION,
          kid,
          JSON.stringify(privateJwk),
          JSON.stringify(publicJwk),
          this.#clock.nowMs(),
        ],
      );
    } catch (error) {
      // Another server was faster: its key is as good.
      if (!(error instanceof UniqueViolation)) throw error;
    }
  }
}

function jwkOf(row: SqlRow, column: string): JsonObject {
  const jwk = tryJsonObject(tryParseJson(textOf(row, column)));
  if (jwk === undefined) throw new Error(`Cannot read column ${column}: not a JWK`);
  return jwk;
}
