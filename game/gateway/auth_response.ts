import { errorResponse, jsonResponse } from "../../core/net/http_server.ts";
import type { AuthReply, AuthReplyCode } from "../../core/protocol/auth_messages.ts";

/** The status of a refusal; what is not here is not a client's doing. */
const REFUSAL_STATUSES: ReadonlyMap<AuthReplyCode | undefined, number> = new Map([
  ["username_taken", 409],
  ["invalid_username", 400],
  ["invalid_password", 400],
  ["common_password", 400],
  ["invalid_display_name", 400],
  ["nothing_to_update", 400],
  ["invalid_credentials", 401],
  ["missing_credentials", 401],
  ["account_disabled", 403],
  ["invalid_token", 401],
  ["invalid_refresh_token", 401],
  ["server_busy", 503],
]);

/** A reply of auth's as a response; `status` is that of a success. */
export function authResponse(reply: AuthReply, options: { readonly status: number }): Response {
  if (reply.status === "success") return jsonResponse(reply, { status: options.status });
  const { code, message = "", retry_after_ms: retryAfterMs } = reply;
  if (typeof retryAfterMs === "number") {
    const retryAfterS = Math.max(1, Math.ceil(retryAfterMs / 1_000));
    const response = errorResponse(429, "throttled", message);
    response.headers.set("retry-after", String(retryAfterS));
    return response;
  }
  const status = REFUSAL_STATUSES.get(code);
  if (status !== undefined) return errorResponse(status, code ?? "refused", message);
  return errorResponse(502, "bad_reply", "No usable reply from auth");
}
