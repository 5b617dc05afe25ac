// Long because keys, revocations and what is remembered of a token decide together.
import type { Clock } from "../clock.ts";
import { describeError, type Log, silentLog } from "../log.ts";
import {
  ACCESS_TOKEN_AUDIENCE,
  ACCESS_TOKEN_ISSUER,
  ACCESS_TOKEN_TYPE,
  type AccessClaims,
  tryParseAccessClaims,
} from "./access_token.ts";
import {
  importVerifyingKey,
  type JwtRefusal,
  type PublicJwk,
  tryReadKeyId,
  type VerifyingKey,
  verifyJwt,
} from "./jwt.ts";

/** Why an access token is not accepted; `keys_unavailable` is nobody's fault but ours. */
export type TokenRefusal = JwtRefusal | "unknown_key" | "keys_unavailable" | "revoked";

/** Whom a token stands for, or why for nobody. */
export type TokenVerdict =
  | ({ readonly ok: true } & AccessClaims)
  | { readonly ok: false; readonly reason: TokenRefusal };

/** What a verifier needs, and its bounds. */
export interface TokenVerifierOptions {
  /** Gets the keys that tokens may be signed with; a rejection leaves the known ones in force. */
  readonly fetchKeys: () => Promise<readonly PublicJwk[]>;
  /**
   * Says whether a session has been ended before its time; undefined: nobody asks. While it rejects, a
   * token counts as it did before: play goes on when what is asked is away.
   */
  readonly isRevoked?: (sessionId: string) => Promise<boolean>;
  /** Says when tokens and keys are old. */
  readonly clock: Clock;
  /** Told when keys cannot be fetched, or revocations not be asked for. */
  readonly log?: Log;
  /** Verified tokens remembered; past it the one used longest ago is forgotten. Default 10 000. */
  readonly cacheMax?: number;
  /** Milliseconds between two fetches, whatever clients send. Default 5 000. */
  readonly fetchIntervalMs?: number;
  /**
   * Milliseconds after which the keys are fetched anew, so that a retired one ends; after twice as many a
   * token waits for that. Default 60 000.
   */
  readonly keysMaxAgeMs?: number;
  /** Milliseconds for which a token that was not revoked is not asked about again. Default 2 000. */
  readonly revocationMaxAgeMs?: number;
}

const CLOCK_TOLERANCE_S = 5;
/** How long a token waits for keys that are fetched anew, while there are known ones. */
const RENEWAL_WAIT_MS = 2_000;

/**
 * Verifies access tokens offline, by the issuer's published keys. A verified token is remembered until
 * it ends, because an Ed25519 verification costs 66 µs and a client sends its token many times.
 */
export class TokenVerifier {
  readonly #options: Required<TokenVerifierOptions>;
  readonly #verified: VerifiedTokens;
  #revocationsAsked = true;
  #keys: ReadonlyMap<string, VerifyingKey> = new Map();
  #fetchedAtMs = -Infinity;
  #triedAtMs = -Infinity;
  /** When a fetch last failed, or took too long. */
  #missedAtMs = -Infinity;
  #fetching: Promise<void> | undefined;

  /** Fetches nothing before the first token comes. */
  constructor(options: TokenVerifierOptions) {
    this.#options = {
      log: silentLog,
      cacheMax: 10_000,
      fetchIntervalMs: 5_000,
      keysMaxAgeMs: 60_000,
      revocationMaxAgeMs: 2_000,
      isRevoked: () => Promise.resolve(false),
      ...options,
    };
    this.#verified = new VerifiedTokens(this.#options.cacheMax);
  }

  /** Says whom the token stands for. Never rejects for what a client or the issuer sends. */
  async verify(token: string): Promise<TokenVerdict> {
    const known = this.#verified.get(token);
    const keyId = known?.keyId ?? tryReadKeyId(token);
    if (keyId === undefined) return { ok: false, reason: "malformed" };
    const key = await this.#keyFor(keyId);
    if (key === undefined) {
      return { ok: false, reason: this.#keys.size === 0 ? "keys_unavailable" : "unknown_key" };
    }
    if (known === undefined) return await this.#verifyAnew(token, key);
    if (this.#isOver(known.claims)) {
      this.#verified.delete(token);
      return { ok: false, reason: "expired" };
    }
    return await this.#unlessRevoked(known);
  }

  /** How many verified tokens are remembered; `cacheMax` at the most. */
  get rememberedCount(): number {
    return this.#verified.count;
  }

  async #verifyAnew(token: string, key: VerifyingKey): Promise<TokenVerdict> {
    const verdict = await verifyJwt(token, key, {
      type: ACCESS_TOKEN_TYPE,
      issuer: ACCESS_TOKEN_ISSUER,
      audience: ACCESS_TOKEN_AUDIENCE,
      nowMs: this.#options.clock.nowMs(),
      clockToleranceS: CLOCK_TOLERANCE_S,
    });
    if (!verdict.ok) return verdict;
    const claims = tryParseAccessClaims(verdict.claims);
    if (claims === undefined) return { ok: false, reason: "wrong_claims" };
    const entry = { keyId: key.kid, claims, isRevoked: false, askedAtMs: -Infinity };
    this.#verified.set(token, entry);
    return await this.#unlessRevoked(entry);
  }

  async #unlessRevoked(entry: VerifiedToken): Promise<TokenVerdict> {
    const ageMs = this.#options.clock.monotonicMs() - entry.askedAtMs;
    // Never undone: what is revoked is not asked about again.
    if (!entry.isRevoked && ageMs >= this.#options.revocationMaxAgeMs) {
      entry.asking ??= this.#ask(entry).finally(() => delete entry.asking);
      await entry.asking;
    }
    return entry.isRevoked ? { ok: false, reason: "revoked" } : { ok: true, ...entry.claims };
  }

  async #ask(entry: VerifiedToken): Promise<void> {
    const askedAtMs = this.#options.clock.monotonicMs();
    try {
      entry.isRevoked = await this.#options.isRevoked(entry.claims.sessionId);
      this.#revocationsAsked = true;
    } catch (error) {
      // Said once, not for each token.
      if (this.#revocationsAsked) {
        this.#options.log.warn("revocations_not_asked", { error: describeError(error) });
      }
      this.#revocationsAsked = false;
    }
    entry.askedAtMs = askedAtMs;
  }

  #isOver(claims: AccessClaims): boolean {
    const nowS = Math.floor(this.#options.clock.nowMs() / 1000);
    return claims.expiresAtS <= nowS - CLOCK_TOLERANCE_S;
  }

  async #keyFor(keyId: string): Promise<VerifyingKey | undefined> {
    const known = this.#keys.get(keyId);
    const ageMs = this.#options.clock.monotonicMs() - this.#fetchedAtMs;
    const { keysMaxAgeMs } = this.#options;
    if (known === undefined) {
      await this.#fetch();
    } else if (ageMs >= 2 * keysMaxAgeMs) {
      // Nobody has shown a token for long, or the issuer is away.
      await this.#renew();
    } else if (ageMs >= keysMaxAgeMs) {
      // Nobody waits for it: the key in hand was good a moment ago.
      void this.#fetch();
      return known;
    }
    return this.#keys.get(keyId);
  }

  /** Fetches, and waits for that a little; not where the issuer has just been found away. */
  async #renew(): Promise<void> {
    const { clock, keysMaxAgeMs } = this.#options;
    const fetched = this.#fetch();
    if (clock.monotonicMs() - this.#missedAtMs < keysMaxAgeMs) return;
    const late = Promise.withResolvers<void>();
    const cancel = clock.after(RENEWAL_WAIT_MS, () => {
      this.#missedAtMs = clock.monotonicMs();
      late.resolve();
    });
    await Promise.race([fetched, late.promise]);
    cancel();
  }

  /** Joins the fetch under way, or starts one unless the last was a moment ago. */
  #fetch(): Promise<void> {
    if (this.#fetching !== undefined) return this.#fetching;
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#triedAtMs < this.#options.fetchIntervalMs) return Promise.resolve();
    this.#triedAtMs = nowMs;
    this.#fetching = this.#fetchNow().finally(() => this.#fetching = undefined);
    return this.#fetching;
  }

  async #fetchNow(): Promise<void> {
    try {
      const jwks = await this.#options.fetchKeys();
      const keys = await Promise.all(jwks.map(importVerifyingKey));
      this.#keys = new Map(keys.map((key) => [key.kid, key]));
      this.#fetchedAtMs = this.#options.clock.monotonicMs();
      this.#missedAtMs = -Infinity;
    } catch (error) {
      // The issuer is away: tokens under known keys stay good, others are refused with a reason.
      this.#missedAtMs = this.#options.clock.monotonicMs();
      this.#options.log.warn("token_keys_not_fetched", { error: describeError(error) });
    }
  }
}

interface VerifiedToken {
  readonly keyId: string;
  readonly claims: AccessClaims;
  isRevoked: boolean;
  /** When it was last asked whether it is revoked, on the monotonic clock. */
  askedAtMs: number;
  /** The question that is under way. */
  asking?: Promise<void>;
}

/** A bounded map in order of use; a Map keeps the order of insertion. */
class VerifiedTokens {
  readonly #entries = new Map<string, VerifiedToken>();
  readonly #sizeMax: number;

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  get count(): number {
    return this.#entries.size;
  }

  get(token: string): VerifiedToken | undefined {
    const entry = this.#entries.get(token);
    if (entry === undefined) return undefined;
    this.#entries.delete(token);
    this.#entries.set(token, entry);
    return entry;
  }

  set(token: string, entry: VerifiedToken): void {
    this.#entries.set(token, entry);
    if (this.#entries.size <= this.#sizeMax) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  delete(token: string): void {
    this.#entries.delete(token);
  }
}
