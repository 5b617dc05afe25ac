import type { AuthReply } from "../core/protocol/auth_messages.ts";
import type { Account } from "./account_store.ts";
import { tryParseUsername } from "./accounts.ts";
import type { AuthParts, Origin } from "./auth_parts.ts";
import { hashRefreshToken, newRefreshToken } from "./refresh_token.ts";
import {
  loggedInReply,
  type LoginRefusal,
  loginRefusedReply,
  serverBusyReply,
  type SessionTokens,
} from "./replies.ts";
import type { CredentialsRequest } from "./requests.ts";

/**
 * Opens a session for whoever knows the password. An unknown name costs a hash like a known one, so
 * that the time of an answer tells nobody which names there are.
 */
export async function login(
  request: CredentialsRequest,
  parts: AuthParts,
  origin: Origin,
): Promise<AuthReply> {
  const { username: typedName, password } = request;
  const refuse = (reason: LoginRefusal, account?: Account): AuthReply => {
    parts.events.loginFailed({ typedName, accountId: account?.accountId, reason, ...origin });
    return loginRefusedReply(reason, { uniform: parts.uniformFailures });
  };
  if (typedName === undefined) return refuse("missing_username");
  if (password === undefined) return refuse("missing_password");
  const username = tryParseUsername(typedName);
  const account = username === undefined
    ? undefined
    : await parts.accounts.findByUsername(username);
  const matches = await parts.hasher.verify(password, account?.passwordHash);
  if (!matches.ok) return serverBusyReply();
  if (account === undefined) return refuse("user_not_found");
  if (!matches.value) return refuse("invalid_password", account);
  if (account.disabled) return refuse("account_disabled", account);
  if (parts.hasher.isOutdated(account.passwordHash)) await rehash(account, password, parts);
  const tokens = await openSession(account, parts);
  parts.events.loggedIn(account, origin.ip);
  return loggedInReply(account.username, tokens);
}

/** The password is at hand only now; where the server is busy, the next login will do. */
async function rehash(account: Account, password: string, parts: AuthParts): Promise<void> {
  const hash = await parts.hasher.hash(password);
  if (hash.ok) await parts.accounts.replaceHash(account, hash.value);
}

async function openSession(account: Account, parts: AuthParts): Promise<SessionTokens> {
  const { accountId, username } = account;
  const sessionId = parts.newId();
  const refreshToken = newRefreshToken();
  const nowMs = parts.clock.nowMs();
  await parts.sessions.open({
    sessionId,
    accountId,
    tokenHash: await hashRefreshToken(refreshToken),
    nowMs,
    expiresAtMs: nowMs + parts.refreshTokenTtlMs,
  });
  const token = await parts.issuer.issue({ sessionId, accountId, username });
  return { sessionId, token, refreshToken, expiresInS: parts.issuer.ttlS };
}
