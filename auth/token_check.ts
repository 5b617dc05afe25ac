import type { AccessClaims } from "../core/auth/access_token.ts";
import type { Account } from "./account_store.ts";
import type { AuthParts } from "./auth_parts.ts";

/** Who shows an access token. */
export interface Bearer {
  /** What the token says. */
  readonly claims: AccessClaims;
  /** The account as it is now. */
  readonly account: Account;
}

/**
 * What an access token says; undefined where it is none of ours or has ended by itself. Its session may be
 * over.
 *
 * @throws Error when there are no keys to check it with
 */
export async function readToken(
  token: string | undefined,
  parts: Pick<AuthParts, "verifier">,
): Promise<AccessClaims | undefined> {
  if (token === undefined) return undefined;
  const verdict = await parts.verifier.verify(token);
  if (!verdict.ok) {
    // The keys are in our own database: that is our fault, and no answer about the token.
    if (verdict.reason === "keys_unavailable") throw new Error("Cannot verify token: no keys");
    return undefined;
  }
  return verdict;
}

/**
 * Whom an access token stands for; undefined where it is none, has ended, or its session or account has.
 *
 * @throws Error when there are no keys to check it with
 */
export async function findBearer(
  token: string | undefined,
  parts: Pick<AuthParts, "verifier" | "accounts">,
): Promise<Bearer | undefined> {
  const claims = await readToken(token, parts);
  if (claims === undefined) return undefined;
  const account = await parts.accounts.findBySession(claims.sessionId);
  return account && { claims, account };
}
