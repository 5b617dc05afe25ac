import { TokenVerifier } from "../core/auth/token_verifier.ts";
import { migrate } from "../core/ports/migrations.ts";
import { EventWriter } from "../core/protocol/event_envelope.ts";
import type { Ports, ServiceContext } from "../core/service.ts";
import { AccountChanges } from "./account_changes.ts";
import { AccountStore } from "./account_store.ts";
import { AuthEvents } from "./auth_events.ts";
import type { AuthMetrics } from "./auth_metrics.ts";
import type { AuthParts } from "./auth_parts.ts";
import type { AuthConfig } from "./config.ts";
import type { HashQueue } from "./hash_queue.ts";
import { KeyRing } from "./key_ring.ts";
import { LoginThrottle } from "./login_throttle.ts";
import { AUTH_MIGRATIONS, AUTH_SCHEMA } from "./migrations.ts";
import { type DeriveKey, SCRYPT_PARAMETERS, type ScryptParameters } from "./password_hash.ts";
import { PasswordHasher } from "./password_hasher.ts";
import { RevocationPublisher } from "./revocation_publisher.ts";
import { RevokedSessions } from "./revoked_sessions.ts";
import { SessionStore } from "./session_store.ts";
import { SessionSweeper } from "./session_sweeper.ts";
import { SigningKeys } from "./signing_keys.ts";
import type { ThrottleRules } from "./throttle.ts";
import { TokenIssuer } from "./tokens.ts";

/** The ports that auth needs. */
export const AUTH_PORTS = [
  "eventLog",
  "rpc",
  "kvStore",
  "database",
] as const satisfies (keyof Ports)[];

/** What auth is given. */
export interface AuthDeps extends ServiceContext, Pick<Ports, typeof AUTH_PORTS[number]> {
  /** What a password hash costs; only tests take a cheaper one than the default. */
  readonly hashParameters?: ScryptParameters;
  /** Derives keys from passwords; only a simulation takes another than scrypt on the thread pool. */
  readonly deriveKey?: DeriveKey;
}

/** The parts of auth, some of which work by themselves until they are closed. */
export interface OpenParts {
  /** What the actions work with. */
  readonly parts: AuthParts;
  /** Ends what works by itself, after what is in hand. */
  close(): Promise<void>;
}

/**
 * Five guesses at once, then one a minute for ever. Whoever goes on guessing keeps the owner out, too, most
 * of the time: the wait is the account's, and ends five minutes after the last guess at the latest.
 */
const ACCOUNT_RULES = { forgetMs: 60_000, delayMs: 1_000, delayMsMax: 300_000 } as const;
/** More, and one each ten seconds: many may share an address. */
const ADDRESS_RULES = { forgetMs: 10_000, delayMs: 1_000, delayMsMax: 900_000 } as const;
/** Auth's verifier asks the key ring, which costs nothing but the import of the keys. */
const KEYS_PERIOD_MS = 1_000;

/** Brings the tables up to date and makes the parts. @throws Error when the database cannot be used */
export async function openParts(
  config: AuthConfig,
  deps: AuthDeps,
  own: { readonly queue: HashQueue; readonly metrics: AuthMetrics },
): Promise<OpenParts> {
  const { database, clock, log, kvStore, hashParameters = SCRYPT_PARAMETERS, deriveKey } = deps;
  await migrate(database, { name: AUTH_SCHEMA, steps: AUTH_MIGRATIONS, clock });
  const newId = (): string => crypto.randomUUID();
  const keys = await KeyRing.open({ keys: new SigningKeys({ database, clock }), clock, log });
  const revoked = new RevokedSessions(database);
  const revocations = new RevocationPublisher({ revoked, kvStore, clock, log });
  const sessions = new SessionStore(database);
  const sweeper = new SessionSweeper({ sessions, clock, log });
  const ttlS = config.accessTokenTtlS;
  const parts: AuthParts = {
    accounts: new AccountStore(database),
    changes: new AccountChanges(database),
    sessions,
    revocations,
    hasher: new PasswordHasher(own.queue, hashParameters, {
      ...(deriveKey && { derive: deriveKey }),
    }),
    throttle: openThrottle(config, deps, own.metrics),
    issuer: new TokenIssuer({ signer: () => keys.signer(), ttlS, clock, newId }),
    verifier: openVerifier(keys, deps),
    keys,
    events: new AuthEvents(
      new EventWriter({ eventLog: deps.eventLog, clock, serverId: config.serverId, newId }),
    ),
    clock,
    newId,
    uniformFailures: config.uniformFailures,
    refreshTokenTtlMs: config.refreshTokenTtlS * 1_000,
  };
  return {
    parts,
    close: async () => {
      await Promise.all([sweeper.close(), revocations.close(), keys.close()]);
    },
  };
}

function openThrottle(config: AuthConfig, deps: AuthDeps, metrics: AuthMetrics): LoginThrottle {
  const { kvStore, clock, log } = deps;
  const rules = (common: Omit<ThrottleRules, "failuresFree">, free: number): ThrottleRules => ({
    ...common,
    failuresFree: free,
  });
  return new LoginThrottle({
    kvStore,
    clock,
    log,
    fallbacks: metrics.throttleFallbacks,
    account: rules(ACCOUNT_RULES, config.accountFailuresFree),
    address: rules(ADDRESS_RULES, config.addressFailuresFree),
  });
}

/** Says nothing of revocations: the sessions themselves are at hand. */
function openVerifier(keys: KeyRing, { clock, log }: AuthDeps): TokenVerifier {
  return new TokenVerifier({
    fetchKeys: () => keys.published(),
    fetchIntervalMs: KEYS_PERIOD_MS,
    keysMaxAgeMs: KEYS_PERIOD_MS,
    clock,
    log,
  });
}
