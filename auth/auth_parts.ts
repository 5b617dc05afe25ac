import type { TokenVerifier } from "../core/auth/token_verifier.ts";
import type { Clock } from "../core/clock.ts";
import type { AccountStore } from "./account_store.ts";
import type { AuthEvents } from "./auth_events.ts";
import type { PasswordHasher } from "./password_hasher.ts";
import type { SessionStore } from "./session_store.ts";
import type { SigningKeys } from "./signing_keys.ts";
import type { TokenIssuer } from "./tokens.ts";

/** What the actions of auth work with. */
export interface AuthParts {
  /** The accounts table. */
  readonly accounts: AccountStore;
  /** Sessions and refresh tokens. */
  readonly sessions: SessionStore;
  /** Hashes passwords, a bounded number at once. */
  readonly hasher: PasswordHasher;
  /** Issues access tokens. */
  readonly issuer: TokenIssuer;
  /** Verifies them. */
  readonly verifier: TokenVerifier;
  /** What they are signed with. */
  readonly keys: SigningKeys;
  /** Where logins and the like are written down. */
  readonly events: AuthEvents;
  /** Says when. */
  readonly clock: Clock;
  /** Gives unique ids that nobody can guess. */
  readonly newId: () => string;
  /** Whether a failed login hides what was wrong. */
  readonly uniformFailures: boolean;
  /** Milliseconds that a refresh token lives. */
  readonly refreshTokenTtlMs: number;
}

/** Where a request comes from. */
export interface Origin {
  /** The client's IP address. */
  readonly ip: string;
}
