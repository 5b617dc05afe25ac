import type { AuthReply } from "../core/protocol/auth_messages.ts";
import type { Account } from "./account_store.ts";
import { tryParseUsername } from "./accounts.ts";
import { type AuthParts, changeTime, type Origin } from "./auth_parts.ts";
import { checkPassword, turnOwner } from "./password_check.ts";
import { hashRefreshToken, newRefreshToken } from "./refresh_token.ts";
import {
  loggedInReply,
  loginRefusedReply,
  serverBusyReply,
  type SessionTokens,
  throttledReply,
  type TriedLoginRefusal,
} from "./replies.ts";
import type { CredentialsRequest } from "./requests.ts";

/** Opens a session for whoever knows the password. */
export async function login(
  request: CredentialsRequest,
  parts: AuthParts,
  origin: Origin,
): Promise<AuthReply> {
  const { username: typedName, password } = request;
  const { uniformFailures: uniform } = parts;
  // Neither written down nor throttled: it tries no password, and costs next to nothing.
  if (typedName === undefined) return loginRefusedReply("missing_username", { uniform });
  if (password === undefined) return loginRefusedReply("missing_password", { uniform });
  const refuse = (reason: TriedLoginRefusal, account?: Account): AuthReply => {
    parts.events.loginFailed({ typedName, accountId: account?.accountId, reason, ...origin });
    return loginRefusedReply(reason, { uniform });
  };
  const username = tryParseUsername(typedName);
  const account = username === undefined
    ? undefined
    : await parts.accounts.findByUsername(username);
  const claim = { username, password, passwordHash: account?.passwordHash };
  const verdict = await checkPassword(claim, parts, origin);
  if (verdict.kind === "throttled") return throttledReply(verdict.retryAfterMs);
  if (verdict.kind === "busy") return serverBusyReply();
  if (account === undefined) return refuse("user_not_found");
  if (verdict.kind === "wrong") return refuse("invalid_password", account);
  if (account.disabled) return refuse("account_disabled", account);
  const passwordHash = parts.hasher.isOutdated(account.passwordHash)
    ? await rehash(account, password, { parts, origin })
    : account.passwordHash;
  const tokens = await openSession({ ...account, passwordHash }, parts);
  // Shut or removed, or the password changed, while it was checked.
  if (tokens === undefined) return refuse("invalid_password", account);
  parts.events.loggedIn(account, origin.ip);
  return loggedInReply(account.username, tokens);
}

/** The password is at hand only now; where the server is busy, the next login will do. Gives what is stored. */
async function rehash(
  account: Account,
  password: string,
  { parts, origin }: { readonly parts: AuthParts; readonly origin: Origin },
): Promise<string> {
  const hash = await parts.hasher.hash(password, turnOwner(origin));
  const isReplaced = hash.ok && await parts.accounts.replaceHash(account, hash.value);
  return isReplaced ? hash.value : account.passwordHash;
}

async function openSession(
  account: Account,
  parts: AuthParts,
): Promise<SessionTokens | undefined> {
  const { accountId, username, passwordHash } = account;
  const sessionId = parts.newId();
  const refreshToken = newRefreshToken();
  const time = changeTime(parts);
  const isOpen = await parts.sessions.open({
    sessionId,
    accountId,
    passwordHash,
    tokenHash: await hashRefreshToken(refreshToken),
    ...time,
    expiresAtMs: time.nowMs + parts.refreshTokenTtlMs,
  });
  if (!isOpen) return undefined;
  const token = await parts.issuer.issue({ sessionId, accountId, username });
  return { sessionId, token, refreshToken, expiresInS: parts.issuer.ttlS };
}
