import type { AuthReply } from "../core/protocol/auth_messages.ts";
import type { AuthParts } from "./auth_parts.ts";
import { tokenInvalidReply, tokenValidReply } from "./replies.ts";
import type { TokenRequest } from "./requests.ts";
import { readToken } from "./token_check.ts";

/** Says whom an access token stands for; one whose session is over stands for nobody. */
export async function verify(request: TokenRequest, parts: AuthParts): Promise<AuthReply> {
  const claims = await readToken(request.token, parts);
  if (claims === undefined) return tokenInvalidReply();
  // Asked of by far most often: nothing is read of the account but that it is open.
  const isOpen = await parts.sessions.isOpen(claims.sessionId);
  return isOpen ? tokenValidReply(claims) : tokenInvalidReply();
}
