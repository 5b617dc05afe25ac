// Long because it has every text of the protocol, each a short function.
import type { PublicJwk } from "../core/auth/jwt.ts";
import type { AuthReply, AuthReplyCode } from "../core/protocol/auth_messages.ts";
import type { Account } from "./account_store.ts";

/** The tokens of a session, as a reply hands them out. */
export interface SessionTokens {
  /** The session's id. */
  readonly sessionId: string;
  /** The access token. */
  readonly token: string;
  /** The refresh token, which is stored nowhere in this form. */
  readonly refreshToken: string;
  /** Seconds until the access token ends. */
  readonly expiresInS: number;
}

/** Why a login failed for which a password was tried. */
export type TriedLoginRefusal = "user_not_found" | "invalid_password" | "account_disabled";

/** Why a login failed. */
export type LoginRefusal = TriedLoginRefusal | "missing_username" | "missing_password";

/** Why a registration failed. */
export type RegistrationRefusal =
  | "invalid_username"
  | "invalid_password"
  | "common_password"
  | "username_taken";

/** Why an account was not changed. */
export type UpdateRefusal =
  | "nothing_to_update"
  | "invalid_display_name"
  | "invalid_password"
  | "common_password"
  | "wrong_password";

const LOGIN_REFUSALS: Readonly<Record<LoginRefusal, readonly [string, AuthReplyCode]>> = {
  user_not_found: ["User not found", "invalid_credentials"],
  invalid_password: ["Invalid password", "invalid_credentials"],
  account_disabled: ["Account disabled", "account_disabled"],
  missing_username: ["User not found", "missing_credentials"],
  missing_password: ["Invalid password", "missing_credentials"],
};

const REGISTRATION_REFUSALS: Readonly<Record<RegistrationRefusal, string>> = {
  invalid_username: "Invalid username",
  invalid_password: "Invalid password",
  common_password: "Invalid password",
  username_taken: "Username already taken",
};

const UPDATE_REFUSALS: Readonly<Record<UpdateRefusal, readonly [string, AuthReplyCode]>> = {
  nothing_to_update: ["Nothing to update", "nothing_to_update"],
  invalid_display_name: ["Invalid display name", "invalid_display_name"],
  invalid_password: ["Invalid password", "invalid_password"],
  common_password: ["Invalid password", "common_password"],
  wrong_password: ["Wrong password", "invalid_credentials"],
};

/** A login that succeeded. */
export function loggedInReply(username: string, tokens: SessionTokens): AuthReply {
  return tokensReply(`User ${username} authenticated`, tokens);
}

/** A login that failed; `uniform`: without saying what was wrong with the credentials. */
export function loginRefusedReply(
  reason: LoginRefusal,
  options: { readonly uniform: boolean },
): AuthReply {
  const [text, code] = LOGIN_REFUSALS[reason];
  if (!options.uniform) return failure(`Authentication failed: ${text}`, code);
  const isMissing = code === "missing_credentials";
  return failure("Authentication failed", isMissing ? code : "invalid_credentials");
}

/** A registration that succeeded. */
export function registeredReply(username: string, accountId: string): AuthReply {
  return { status: "success", message: `User ${username} registered`, account_id: accountId };
}

/** A registration that failed. */
export function registrationRefusedReply(reason: RegistrationRefusal): AuthReply {
  return failure(`Registration failed: ${REGISTRATION_REFUSALS[reason]}`, reason);
}

/** New tokens for a refresh token. */
export function refreshedReply(tokens: SessionTokens): AuthReply {
  return tokensReply("Token refreshed", tokens);
}

/** A refresh token that is unknown, over or used. */
export function refreshRefusedReply(): AuthReply {
  return failure("Invalid refresh token", "invalid_refresh_token");
}

/** An access token that counts; its end is in seconds since the epoch. */
export function tokenValidReply(
  claims: { readonly accountId: string; readonly username: string; readonly expiresAtS: number },
): AuthReply {
  return {
    status: "success",
    message: "Token valid",
    account_id: claims.accountId,
    username: claims.username,
    expires_at: claims.expiresAtS,
  };
}

/** An access token that does not. */
export function tokenInvalidReply(): AuthReply {
  return failure("Invalid token", "invalid_token");
}

/** Too many passwords were wrong: when the next may be tried, in milliseconds from now. */
export function throttledReply(retryAfterMs: number): AuthReply {
  return {
    status: "failure",
    message: "Too many attempts",
    retry_after_ms: retryAfterMs,
    code: "throttled",
  };
}

/** A session that its owner ended. */
export function loggedOutReply(): AuthReply {
  return { status: "success", message: "Logged out" };
}

/** An account as its owner sees it; times are in seconds since the epoch. */
export function accountReply(account: Account): AuthReply {
  const { accountId, username, displayName, createdAtMs, lastLoginAtMs } = account;
  return {
    status: "success",
    account: {
      account_id: accountId,
      username,
      display_name: displayName,
      created_at: Math.floor(createdAtMs / 1_000),
      last_login_at: lastLoginAtMs === undefined ? null : Math.floor(lastLoginAtMs / 1_000),
    },
  };
}

/** A change of an account that succeeded. */
export function accountUpdatedReply(): AuthReply {
  return { status: "success", message: "Account updated" };
}

/** A change of an account that failed. */
export function updateRefusedReply(reason: UpdateRefusal): AuthReply {
  const [text, code] = UPDATE_REFUSALS[reason];
  return failure(`Account update failed: ${text}`, code);
}

/** The end of an account. */
export function accountDeletedReply(): AuthReply {
  return { status: "success", message: "Account deleted" };
}

/** The password that was to prove that it is its owner who ends an account was wrong. */
export function deletionRefusedReply(): AuthReply {
  return failure("Account deletion failed: Wrong password", "invalid_credentials");
}

/** An account that an operator has shut. */
export function accountShutReply({ accountId, username }: Account): AuthReply {
  return { status: "success", message: "Account disabled", account_id: accountId, username };
}

/** An account that an operator has opened. */
export function accountOpenedReply({ accountId, username }: Account): AuthReply {
  return { status: "success", message: "Account enabled", account_id: accountId, username };
}

/** There is no account of that id or name; told to operators alone. */
export function unknownAccountReply(): AuthReply {
  return failure("No such account", "unknown_account");
}

/** The public keys, for another service. */
export function keysReply(keys: readonly PublicJwk[]): AuthReply {
  return { status: "success", message: "Keys", keys };
}

/** What was sent is no request. */
export function unknownActionReply(): AuthReply {
  return fault("Unknown or missing action", "unknown_action");
}

/** What was sent is not JSON. */
export function invalidJsonReply(): AuthReply {
  return fault("Invalid JSON format", "invalid_json");
}

/** What was sent is not UTF-8. */
export function invalidEncodingReply(): AuthReply {
  return fault("Invalid character encoding. UTF-8 expected.", "invalid_encoding");
}

/** A line is above the limit. */
export function messageTooLongReply(): AuthReply {
  return fault("Message too long", "message_too_long");
}

/** Nothing came for too long. */
export function requestTimeoutReply(): AuthReply {
  return fault("Request timeout", "request_timeout");
}

/** There are too many hashes to compute. */
export function serverBusyReply(): AuthReply {
  return fault("Server busy", "server_busy");
}

/** A fault of ours. */
export function internalErrorReply(): AuthReply {
  return fault("Internal server error", "internal_error");
}

function tokensReply(message: string, tokens: SessionTokens): AuthReply {
  return {
    status: "success",
    message,
    session_id: tokens.sessionId,
    token: tokens.token,
    refresh_token: tokens.refreshToken,
    expires_in: tokens.expiresInS,
  };
}

function failure(message: string, code: AuthReplyCode): AuthReply {
  return { status: "failure", message, code };
}

function fault(message: string, code: AuthReplyCode): AuthReply {
  return { status: "error", message, code };
}
