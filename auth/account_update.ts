import type { AuthReply } from "../core/protocol/auth_messages.ts";
import { unreachable } from "../core/unreachable.ts";
import { tryParseDisplayName, tryParsePassword } from "./accounts.ts";
import { type AuthParts, changeTime, type Origin } from "./auth_parts.ts";
import { isCommonPassword } from "./common_passwords.ts";
import { checkPassword, turnOwner } from "./password_check.ts";
import {
  accountUpdatedReply,
  serverBusyReply,
  throttledReply,
  tokenInvalidReply,
  updateRefusedReply,
} from "./replies.ts";
import type { AccountUpdateRequest } from "./requests.ts";
import { type Bearer, findBearer } from "./token_check.ts";

/**
 * Changes the display name, the password, or both or neither: nothing is changed before all of it has been
 * looked at. A new password ends all sessions but the one that asks.
 */
export async function updateAccount(
  request: AccountUpdateRequest,
  parts: AuthParts,
  origin: Origin,
): Promise<AuthReply> {
  const bearer = await findBearer(request.token, parts);
  if (bearer === undefined) return tokenInvalidReply();
  const { accountId } = bearer.account;
  const { hasDisplayName, hasPassword } = request;
  if (!hasDisplayName && !hasPassword) return updateRefusedReply("nothing_to_update");
  const displayName = tryParseDisplayName(request.displayName);
  if (hasDisplayName && displayName === undefined) {
    return updateRefusedReply("invalid_display_name");
  }
  if (hasPassword) {
    const refusal = await changePassword(request, { bearer, parts, origin });
    if (refusal !== undefined) return refusal;
  }
  if (displayName !== undefined && !await parts.changes.setDisplayName(accountId, displayName)) {
    return tokenInvalidReply();
  }
  parts.events.accountUpdated(bearer.account, origin.ip);
  return accountUpdatedReply();
}

/** Undefined on success, else the reply that says why not. */
async function changePassword(
  request: AccountUpdateRequest,
  options: { readonly bearer: Bearer; readonly parts: AuthParts; readonly origin: Origin },
): Promise<AuthReply | undefined> {
  const { bearer: { account, claims }, parts, origin } = options;
  const password = tryParsePassword(request.password);
  if (password === undefined) return updateRefusedReply("invalid_password");
  if (isCommonPassword(password)) return updateRefusedReply("common_password");
  if (request.oldPassword === undefined) return updateRefusedReply("wrong_password");
  const { username, passwordHash } = account;
  const claim = { username, password: request.oldPassword, passwordHash };
  const verdict = await checkPassword(claim, parts, origin);
  switch (verdict.kind) {
    case "right":
      break;
    case "wrong":
      return updateRefusedReply("wrong_password");
    case "throttled":
      return throttledReply(verdict.retryAfterMs);
    case "busy":
      return serverBusyReply();
    default:
      return unreachable(verdict);
  }
  const hash = await parts.hasher.hash(password, turnOwner(origin));
  if (!hash.ok) return serverBusyReply();
  const isChanged = await parts.changes.setPassword(account.accountId, {
    ...changeTime(parts),
    passwordHash: hash.value,
    expectedHash: passwordHash,
    keptSessionId: claims.sessionId,
  });
  if (!isChanged) return updateRefusedReply("wrong_password");
  await parts.revocations.publish();
  return undefined;
}
