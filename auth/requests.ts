import { type JsonValue, tryJsonObject } from "../core/json.ts";

/** Every action that auth knows; the last three are for other services, over `Rpc` alone. */
export const AUTH_ACTIONS = [
  "login",
  "register",
  "refresh",
  "verify",
  "logout",
  "account_get",
  "account_update",
  "account_delete",
  "jwks",
  "account_disable",
  "account_enable",
] as const;

/** One of {@linkcode AUTH_ACTIONS}. */
export type AuthAction = typeof AUTH_ACTIONS[number];

/** A name and a password, each undefined where it is missing or no text. */
export interface CredentialsRequest {
  /** What is asked. */
  readonly action: "login" | "register";
  /** As the client typed it. */
  readonly username: string | undefined;
  /** As the client typed it; never logged. */
  readonly password: string | undefined;
}

/** Asks for new tokens. */
export interface RefreshRequest {
  /** What is asked. */
  readonly action: "refresh";
  /** Undefined where it is missing or no text. */
  readonly refreshToken: string | undefined;
}

/** Asks what concerns whoever an access token stands for. */
export interface TokenRequest {
  /** What is asked. */
  readonly action: "verify" | "logout" | "account_get";
  /** Undefined where it is missing or no text. */
  readonly token: string | undefined;
}

/** Asks for a new display name, a new password or both. */
export interface AccountUpdateRequest {
  /** What is asked. */
  readonly action: "account_update";
  /** Undefined where it is missing or no text. */
  readonly token: string | undefined;
  /** Whether a display name is there, of whatever type. */
  readonly hasDisplayName: boolean;
  /** Undefined where it is missing or no text. */
  readonly displayName: string | undefined;
  /** Whether a new password is there, of whatever type. */
  readonly hasPassword: boolean;
  /** The new one, undefined where it is missing or no text; never logged. */
  readonly password: string | undefined;
  /** The one until now, undefined where it is missing or no text; never logged. */
  readonly oldPassword: string | undefined;
}

/** Asks for the end of an account. */
export interface AccountDeleteRequest {
  /** What is asked. */
  readonly action: "account_delete";
  /** Undefined where it is missing or no text. */
  readonly token: string | undefined;
  /** As the client typed it; never logged. */
  readonly password: string | undefined;
}

/** Asks for the public keys. */
export interface JwksRequest {
  /** What is asked. */
  readonly action: "jwks";
}

/** Asks, for an operator, that an account be shut or opened. */
export interface AccountShutRequest {
  /** What is asked. */
  readonly action: "account_disable" | "account_enable";
  /** Which; undefined: the one of that name. */
  readonly accountId: string | undefined;
  /** Its name, however it is spelt. */
  readonly username: string | undefined;
}

/** What auth can be asked. */
export type AuthRequest =
  | CredentialsRequest
  | RefreshRequest
  | TokenRequest
  | AccountUpdateRequest
  | AccountDeleteRequest
  | JwksRequest
  | AccountShutRequest;

/** No text of a request is longer, in UTF-16 units: a line cannot hold more. */
const TEXT_LENGTH_MAX = 8_192;

/**
 * The value as a request, or undefined where it is no object or its action is unknown. Fields that an
 * action does not have are ignored. `internal`: it comes from another service.
 */
export function tryParseAuthRequest(
  value: JsonValue,
  options: { readonly internal: boolean },
): AuthRequest | undefined {
  const fields = tryJsonObject(value);
  if (fields === undefined) return undefined;
  const { action, username, password, refresh_token: refreshToken, token } = fields;
  switch (action) {
    case "login":
    case "register":
      return { action, username: tryText(username), password: tryText(password) };
    case "refresh":
      return { action, refreshToken: tryText(refreshToken) };
    case "verify":
    case "logout":
    case "account_get":
      return { action, token: tryText(token) };
    case "account_update":
      return {
        action,
        token: tryText(token),
        hasDisplayName: fields["display_name"] !== undefined,
        displayName: tryText(fields["display_name"]),
        hasPassword: password !== undefined,
        password: tryText(password),
        oldPassword: tryText(fields["old_password"]),
      };
    case "account_delete":
      return { action, token: tryText(token), password: tryText(password) };
    case "jwks":
      return options.internal ? { action } : undefined;
    case "account_disable":
    case "account_enable":
      if (!options.internal) return undefined;
      return { action, accountId: tryText(fields["account_id"]), username: tryText(username) };
    default:
      return undefined;
  }
}

function tryText(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value.length <= TEXT_LENGTH_MAX ? value : undefined;
}
