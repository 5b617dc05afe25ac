import type { JsonObject } from "../json.ts";

/** The `typ` of an access token's header (RFC 9068). */
export const ACCESS_TOKEN_TYPE = "at+jwt";
/** The `iss` of every access token. */
export const ACCESS_TOKEN_ISSUER = "tanks-blitz";
/** The `aud` of every access token. */
export const ACCESS_TOKEN_AUDIENCE = "tanks-blitz";

/** Whom an access token stands for. */
export interface AccessClaims {
  /** The account's id. */
  readonly accountId: string;
  /** Its name as it was registered. */
  readonly username: string;
  /** The login that the token belongs to. */
  readonly sessionId: string;
  /** When it ends, in seconds since the epoch. */
  readonly expiresAtS: number;
}

/** What an access token's claims say, or undefined where one is missing. Checks no signature. */
export function tryParseAccessClaims(claims: JsonObject): AccessClaims | undefined {
  const { sub, name, sid, exp } = claims;
  const complete = isFilled(sub) && isFilled(name) && isFilled(sid) && typeof exp === "number";
  if (!complete) return undefined;
  return { accountId: sub, username: name, sessionId: sid, expiresAtS: exp };
}

function isFilled(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
