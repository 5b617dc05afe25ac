import { revokedKey } from "../core/auth/revocation.ts";
import type { CancelTimer, Clock } from "../core/clock.ts";
import { describeError, type Log } from "../core/log.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import type { RevokedSession, RevokedSessions } from "./revoked_sessions.ts";

/** What a {@linkcode RevocationPublisher} needs. */
export interface RevocationPublisherOptions {
  /** What is written down of ended sessions, whoever ended them. */
  readonly revoked: RevokedSessions;
  /** Where every service asks. */
  readonly kvStore: KvStore;
  /** Says when. */
  readonly clock: Clock;
  /** Told when it fails, which the next round mends. */
  readonly log: Log;
}

/** With the 2 s for which a verifier trusts an answer well within the 5 s that a revocation may take. */
const PERIOD_MS = 1_000;
/** Another server's clock may be this much behind, or its transaction take this long to commit. */
const OVERLAP_MS = 30_000;
/**
 * The last ones are written again this often: a store that failed over to a replica may have lost them. Not
 * all, of which there is a day's.
 */
const AGAIN_PERIOD_MS = 60_000;
/** What was ended in so many milliseconds are the last ones. */
const AGAIN_MS = 900_000;
/** While it is there, the store has not been emptied. */
const MARKER_KEY = "revocations:published";
const WRITES_AT_ONCE = 100;

/**
 * Keeps the keys `revoked:{session id}` true to the database, from which they come back after a restart of
 * this server or of the store, and where the operator's command ends sessions.
 */
export class RevocationPublisher {
  readonly #options: RevocationPublisherOptions;
  readonly #cancel: CancelTimer;
  /** What the last round wrote; bounded by what is ended within the overlap. */
  #written = new Set<string>();
  /** When the last ones, or all, were last written; undefined: all have to be. */
  #wroteAgainAtMs: number | undefined;
  #isWell = true;
  #round: Promise<void> | undefined;

  /** Begins with all that there are. */
  constructor(options: RevocationPublisherOptions) {
    this.#options = options;
    this.#cancel = options.clock.every(PERIOD_MS, () => void this.publish());
    void this.publish();
  }

  /** Has what is new written; resolves when a round that began no earlier is over. Never rejects. */
  async publish(): Promise<void> {
    // A round under way may have read the database before.
    await this.#round;
    this.#round ??= this.#publish().finally(() => this.#round = undefined);
    await this.#round;
  }

  /** Ends, after what is in hand. */
  async close(): Promise<void> {
    this.#cancel();
    await this.#round;
  }

  async #publish(): Promise<void> {
    const { kvStore, clock, log } = this.#options;
    try {
      const nowMs = clock.monotonicMs();
      const againAtMs = this.#wroteAgainAtMs;
      const wantsAll = againAtMs === undefined || await kvStore.get(MARKER_KEY) === undefined;
      const isDue = wantsAll || nowMs - againAtMs >= AGAIN_PERIOD_MS;
      if (isDue) this.#written.clear();
      await this.#write(wantsAll ? 0 : clock.nowMs() - (isDue ? AGAIN_MS : OVERLAP_MS));
      if (wantsAll) await kvStore.set(MARKER_KEY, "1");
      if (isDue) this.#wroteAgainAtMs = nowMs;
      this.#isWell = true;
    } catch (error) {
      if (this.#isWell) log.warn("revocations_not_published", { error: describeError(error) });
      this.#isWell = false;
      this.#wroteAgainAtMs = undefined;
    }
  }

  async #write(sinceMs: number): Promise<void> {
    const { revoked, clock } = this.#options;
    const recent = new Set<string>();
    const recentMs = clock.nowMs() - OVERLAP_MS;
    for await (const page of revoked.since(sinceMs, { nowMs: clock.nowMs() })) {
      for (let start = 0; start < page.length; start += WRITES_AT_ONCE) {
        await Promise.all(
          page.slice(start, start + WRITES_AT_ONCE).map((session) => this.#writeOne(session)),
        );
      }
      for (const { sessionId, revokedAtMs } of page) {
        if (revokedAtMs >= recentMs) recent.add(sessionId);
      }
    }
    this.#written = recent;
  }

  async #writeOne({ sessionId, expiresAtMs }: RevokedSession): Promise<void> {
    const { kvStore, clock } = this.#options;
    const ttlMs = expiresAtMs - clock.nowMs();
    if (this.#written.has(sessionId) || ttlMs <= 0) return;
    await kvStore.set(revokedKey(sessionId), "1", { ttlMs });
  }
}
