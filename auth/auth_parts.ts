import type { PublicJwk } from "../core/auth/jwt.ts";
import type { TokenVerifier } from "../core/auth/token_verifier.ts";
import type { Clock } from "../core/clock.ts";
import type { AccountChanges, ChangeTime } from "./account_changes.ts";
import type { AccountStore } from "./account_store.ts";
import type { AuthEvents } from "./auth_events.ts";
import { ACCESS_TOKEN_TTL_S_MAX } from "./config.ts";
import type { LoginThrottle } from "./login_throttle.ts";
import type { PasswordHasher } from "./password_hasher.ts";
import type { RevocationPublisher } from "./revocation_publisher.ts";
import type { SessionStore } from "./session_store.ts";
import type { TokenIssuer } from "./tokens.ts";

/** What the actions of auth work with. */
export interface AuthParts {
  /** The accounts table. */
  readonly accounts: AccountStore;
  /** What changes accounts and ends their sessions. */
  readonly changes: AccountChanges;
  /** Sessions and refresh tokens. */
  readonly sessions: SessionStore;
  /** Tells other services of sessions that were ended. */
  readonly revocations: Pick<RevocationPublisher, "publish">;
  /** Hashes passwords, a bounded number at once. */
  readonly hasher: PasswordHasher;
  /** Slows guessing down. */
  readonly throttle: LoginThrottle;
  /** Issues access tokens. */
  readonly issuer: TokenIssuer;
  /** Verifies them. */
  readonly verifier: TokenVerifier;
  /** What they are signed with. */
  readonly keys: { published(): Promise<readonly PublicJwk[]> };
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

/**
 * Milliseconds after which an access token has ended by itself, whoever issued it: another auth server, or
 * this one before it was configured anew, may have given it longer than this one does. Verifiers allow for
 * clocks that differ by some seconds.
 */
export const ACCESS_TOKENS_OVER_MS: number = ACCESS_TOKEN_TTL_S_MAX * 1_000 + 60_000;

/** Now, and when the access tokens that were issued until now have all ended by themselves. */
export function changeTime({ clock }: { readonly clock: Clock }): ChangeTime {
  const nowMs = clock.nowMs();
  return { nowMs, revokedUntilMs: nowMs + ACCESS_TOKENS_OVER_MS };
}
