import type { JsonObject } from "../json.ts";
import { type Rpc, RpcError } from "../ports/rpc.ts";
import {
  AUTH_RPC_SERVICE,
  type AuthReply,
  type AuthReplyCode,
  type LoginSuccess,
  tryParseAuthReply,
} from "../protocol/auth_messages.ts";
import { tryParseAccessClaims } from "./access_token.ts";
import { type PublicJwk, tryParsePublicJwk, tryReadClaimsUnverified } from "./jwt.ts";

/** How a login ended; `reply` is what auth itself answered, or would have. */
export type LoginOutcome =
  | ({ readonly ok: true; readonly reply: AuthReply } & LoginSuccess)
  | {
    readonly ok: false;
    readonly message: string;
    readonly code?: AuthReplyCode;
    readonly reply: AuthReply;
  };

/** What a player logs in with. */
export interface LoginCredentials {
  /** As the player typed it. */
  readonly username: string;
  /** As the player typed it; never logged. */
  readonly password: string;
  /** The player's address, for the record. */
  readonly ip: string;
}

const UNAVAILABLE = "Authentication service unavailable";
const REFUSED_UNAVAILABLE: LoginOutcome = {
  ok: false,
  message: UNAVAILABLE,
  reply: { status: "error", message: UNAVAILABLE },
};
/**
 * How long a caller waits for auth, in milliseconds, unless it says otherwise: a password hash takes a good
 * part of a second, and some may be queued before it.
 */
export const AUTH_RPC_DEADLINE_MS = 10_000;

/** Asks the auth service over `Rpc`. */
export class AuthClient {
  readonly #rpc: Rpc;
  readonly #deadlineMs: number;

  /** Asks through `rpc`; a call may take `deadlineMs`, {@linkcode AUTH_RPC_DEADLINE_MS} by default. */
  constructor(options: { readonly rpc: Rpc; readonly deadlineMs?: number }) {
    this.#rpc = options.rpc;
    this.#deadlineMs = options.deadlineMs ?? AUTH_RPC_DEADLINE_MS;
  }

  /** Logs in; a service that cannot be reached is a refusal too. */
  async login(credentials: LoginCredentials): Promise<LoginOutcome> {
    const { username, password, ip } = credentials;
    try {
      return outcomeOf(await this.#call({ action: "login", username, password, ip }));
    } catch (error) {
      if (error instanceof RpcError) return REFUSED_UNAVAILABLE;
      throw error;
    }
  }

  /**
   * The keys that access tokens are signed with.
   *
   * @throws RpcError when auth cannot be reached
   * @throws Error when what it answers holds no keys
   */
  async fetchKeys(): Promise<PublicJwk[]> {
    const { keys } = await this.#call({ action: "jwks" });
    const parsed = Array.isArray(keys) ? keys.map(tryParsePublicJwk) : [];
    const known = parsed.filter((key) => key !== undefined);
    if (known.length === 0) throw new Error("Cannot fetch keys: the auth service sent none");
    return known;
  }

  async #call(request: JsonObject): Promise<AuthReply> {
    const options = { deadlineMs: this.#deadlineMs };
    const reply = tryParseAuthReply(await this.#rpc.call(AUTH_RPC_SERVICE, request, options));
    if (reply === undefined) throw new RpcError("failed", "Cannot read reply of auth: not a reply");
    return reply;
  }
}

function outcomeOf(reply: AuthReply): LoginOutcome {
  const { status, message = "", code, token } = reply;
  if (status !== "success") return { ok: false, message, ...(code && { code }), reply };
  // The signer itself has just sent it, so that its claims need no check.
  const claims = typeof token === "string" ? tryReadClaimsUnverified(token) : undefined;
  const access = claims && tryParseAccessClaims(claims);
  if (typeof token !== "string" || access === undefined) {
    return REFUSED_UNAVAILABLE;
  }
  return {
    ok: true,
    message,
    accountId: access.accountId,
    username: access.username,
    sessionId: access.sessionId,
    token,
    reply,
  };
}
