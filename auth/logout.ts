import type { AuthReply } from "../core/protocol/auth_messages.ts";
import { type AuthParts, changeTime, type Origin } from "./auth_parts.ts";
import { loggedOutReply, tokenInvalidReply } from "./replies.ts";
import type { TokenRequest } from "./requests.ts";
import { findBearer } from "./token_check.ts";

/** Ends the session of an access token: its tokens are dead, here at once and elsewhere soon. */
export async function logout(
  request: TokenRequest,
  parts: AuthParts,
  origin: Origin,
): Promise<AuthReply> {
  const bearer = await findBearer(request.token, parts);
  if (bearer === undefined) return tokenInvalidReply();
  const { account, claims: { sessionId } } = bearer;
  const end = { ...changeTime(parts), sessionId };
  const endedCount = await parts.changes.endSessions(account.accountId, end);
  // Somebody else has ended it meanwhile.
  if (endedCount === 0) return tokenInvalidReply();
  await parts.revocations.publish();
  parts.events.loggedOut(account, origin.ip);
  return loggedOutReply();
}
