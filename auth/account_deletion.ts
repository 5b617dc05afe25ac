import type { AuthReply } from "../core/protocol/auth_messages.ts";
import { unreachable } from "../core/unreachable.ts";
import { type AuthParts, changeTime, type Origin } from "./auth_parts.ts";
import { checkPassword } from "./password_check.ts";
import {
  accountDeletedReply,
  deletionRefusedReply,
  serverBusyReply,
  throttledReply,
  tokenInvalidReply,
} from "./replies.ts";
import type { AccountDeleteRequest } from "./requests.ts";
import { findBearer } from "./token_check.ts";

/** Removes the account of a token for whoever knows its password too, and ends all its sessions. */
export async function deleteAccount(
  request: AccountDeleteRequest,
  parts: AuthParts,
  origin: Origin,
): Promise<AuthReply> {
  const bearer = await findBearer(request.token, parts);
  if (bearer === undefined) return tokenInvalidReply();
  const { account } = bearer;
  const { accountId, username, passwordHash } = account;
  if (request.password === undefined) return deletionRefusedReply();
  const claim = { username, password: request.password, passwordHash };
  const verdict = await checkPassword(claim, parts, origin);
  switch (verdict.kind) {
    case "right":
      break;
    case "wrong":
      return deletionRefusedReply();
    case "throttled":
      return throttledReply(verdict.retryAfterMs);
    case "busy":
      return serverBusyReply();
    default:
      return unreachable(verdict);
  }
  const removal = { ...changeTime(parts), expectedHash: passwordHash };
  if (!await parts.changes.delete(accountId, removal)) {
    const isGone = await parts.accounts.findById(accountId) === undefined;
    return isGone ? tokenInvalidReply() : deletionRefusedReply();
  }
  await parts.revocations.publish();
  parts.events.accountDeleted(account, origin.ip);
  return accountDeletedReply();
}
