import type { AuthReply } from "../core/protocol/auth_messages.ts";
import { unreachable } from "../core/unreachable.ts";
import { type AuthParts, changeTime, type Origin } from "./auth_parts.ts";
import { hashRefreshToken, newRefreshToken } from "./refresh_token.ts";
import { refreshedReply, refreshRefusedReply } from "./replies.ts";
import type { RefreshRequest } from "./requests.ts";

/**
 * Gives new tokens for a refresh token, which is good once: a second use ends the session of both who
 * have it, because one of them stole it (RFC 9700, section 4.14).
 */
export async function refresh(
  request: RefreshRequest,
  parts: AuthParts,
  origin: Origin,
): Promise<AuthReply> {
  if (request.refreshToken === undefined) return refreshRefusedReply();
  const refreshToken = newRefreshToken();
  const time = changeTime(parts);
  const outcome = await parts.sessions.rotate({
    tokenHash: await hashRefreshToken(request.refreshToken),
    nextTokenHash: await hashRefreshToken(refreshToken),
    ...time,
    expiresAtMs: time.nowMs + parts.refreshTokenTtlMs,
  });
  if (outcome.ok) {
    const { session } = outcome;
    const token = await parts.issuer.issue(session);
    const { sessionId } = session;
    return refreshedReply({ sessionId, token, refreshToken, expiresInS: parts.issuer.ttlS });
  }
  switch (outcome.reason) {
    case "reused":
      await parts.revocations.publish();
      parts.events.tokenReuseDetected(outcome.session, origin.ip);
      return refreshRefusedReply();
    case "unknown":
      return refreshRefusedReply();
    default:
      return unreachable(outcome);
  }
}
