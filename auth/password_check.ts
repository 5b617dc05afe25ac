import { tryAddressKey } from "../core/net/address_key.ts";
import { foldUsername } from "./accounts.ts";
import type { AuthParts, Origin } from "./auth_parts.ts";

/** What is to be proven: that a password is that of an account. */
export interface PasswordClaim {
  /** The account's name, known or not; undefined: it is no name. */
  readonly username: string | undefined;
  /** The password as it was typed. */
  readonly password: string;
  /** What is stored of the account's; undefined: there is no such account. */
  readonly passwordHash: string | undefined;
}

/** How that ended. */
export type PasswordVerdict =
  | { readonly kind: "right" }
  | { readonly kind: "wrong" }
  /** Nothing was tried. */
  | { readonly kind: "throttled"; readonly retryAfterMs: number }
  /** Nothing was tried. */
  | { readonly kind: "busy" };

/**
 * Says whether a password is right, no more often than the throttle allows. Where there is no account it
 * is wrong, at the same cost in every respect, so that the time of an answer tells nobody which names
 * there are.
 */
export async function checkPassword(
  claim: PasswordClaim,
  parts: Pick<AuthParts, "throttle" | "hasher">,
  origin: Origin,
): Promise<PasswordVerdict> {
  const { throttle, hasher } = parts;
  const { username, password, passwordHash } = claim;
  const { ip } = origin;
  const attempt = { foldedName: username && foldUsername(username), ip };
  let waitMs = await throttle.retryAfterMs(attempt);
  if (waitMs > 0) return { kind: "throttled", retryAfterMs: waitMs };
  const matches = await hasher.verify(password, passwordHash, {
    owner: turnOwner(origin),
    // Of many that came at once, the first have failed by now.
    mayStart: async () => (waitMs = await throttle.retryAfterMs(attempt)) === 0,
    onVerdict: (isRight) => isRight ? throttle.succeeded(attempt) : throttle.failed(attempt),
  });
  if (!matches.ok) return { kind: "busy" };
  if (matches.value === undefined) return { kind: "throttled", retryAfterMs: waitMs };
  return { kind: matches.value ? "right" : "wrong" };
}

/** Whose turn a hash takes. */
export function turnOwner({ ip }: Origin): string {
  return tryAddressKey(ip) ?? ip;
}
