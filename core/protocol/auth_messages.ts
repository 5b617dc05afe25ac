import { type JsonObject, type JsonValue, tryJsonObject } from "../json.ts";

/** The closed set of codes that an auth reply may carry beside its message. */
export const AUTH_REPLY_CODES = [
  "invalid_credentials",
  "missing_credentials",
  "throttled",
  "account_disabled",
  "username_taken",
  "invalid_username",
  "invalid_password",
  "common_password",
  "invalid_display_name",
  "nothing_to_update",
  "unknown_account",
  "invalid_token",
  "invalid_refresh_token",
  "unknown_action",
  "invalid_json",
  "invalid_encoding",
  "message_too_long",
  "request_timeout",
  "server_busy",
  "internal_error",
] as const;

/** One of {@linkcode AUTH_REPLY_CODES}. */
export type AuthReplyCode = typeof AUTH_REPLY_CODES[number];

/**
 * What auth answers, over TCP and over `Rpc` alike: `success`, `failure` (refused by a rule) or `error`
 * (could not be understood or done). Key order is the wire's.
 */
export interface AuthReply extends JsonObject {
  /** How it went. */
  readonly status: "success" | "failure" | "error";
  /** The exact text of the protocol; only a reply that carries an `account` has none. */
  readonly message?: string;
  /** Why it is no success; every other reply has one. */
  readonly code?: AuthReplyCode;
}

/** The name under which auth serves `Rpc`. */
export const AUTH_RPC_SERVICE = "auth";

/** A login that succeeded, as a caller over `Rpc` reads it. */
export interface LoginSuccess {
  /** The exact text of the protocol. */
  readonly message: string;
  /** The account's id. */
  readonly accountId: string;
  /** The name as it was registered, which may differ in case from what was typed. */
  readonly username: string;
  /** The login's id, by which it is ended. */
  readonly sessionId: string;
  /** The access token. */
  readonly token: string;
}

/** The value as a reply of auth's, or undefined where it is none; an unknown code is left out. */
export function tryParseAuthReply(value: JsonValue): AuthReply | undefined {
  const reply = tryJsonObject(value);
  if (reply === undefined) return undefined;
  const { status, message, code: rawCode, ...rest } = reply;
  if (status !== "success" && status !== "failure" && status !== "error") return undefined;
  if (typeof message !== "string") {
    const isAccount = status === "success" && message === undefined &&
      tryJsonObject(rest["account"]) !== undefined;
    return isAccount ? { status, ...rest } : undefined;
  }
  const code = AUTH_REPLY_CODES.find((candidate) => candidate === rawCode);
  return code === undefined ? { status, message, ...rest } : { status, message, code, ...rest };
}
