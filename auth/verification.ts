import type { AuthReply } from "../core/protocol/auth_messages.ts";
import type { AuthParts } from "./auth_parts.ts";
import { tokenInvalidReply, tokenValidReply } from "./replies.ts";
import type { VerifyRequest } from "./requests.ts";

/** Says whom an access token stands for; one whose session is over stands for nobody. */
export async function verify(request: VerifyRequest, parts: AuthParts): Promise<AuthReply> {
  if (request.token === undefined) return tokenInvalidReply();
  const verdict = await parts.verifier.verify(request.token);
  if (!verdict.ok) {
    // The keys are in our own database: that is our fault, and no answer about the token.
    if (verdict.reason === "keys_unavailable") throw new Error("Cannot verify token: no keys");
    return tokenInvalidReply();
  }
  const isOpen = await parts.sessions.isOpen(verdict.sessionId);
  return isOpen ? tokenValidReply(verdict) : tokenInvalidReply();
}
