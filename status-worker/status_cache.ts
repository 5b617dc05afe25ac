import type { Clock } from "../core/clock.ts";
import { describeError, type Log } from "../core/log.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import { LAST_STATUS_KEY, STATUS_KEY } from "../core/protocol/cached_status.ts";
import { ConditionLog } from "./condition_log.ts";
import { makeEntityTag } from "./entity_tag.ts";
import type { LiveStatus } from "./live_status.ts";
import { contentOf, type ServerStatus, tryParseStatus } from "./status.ts";
import { within } from "./within.ts";

export { LAST_STATUS_KEY, STATUS_KEY };

/** Milliseconds that the store may take to answer. */
export const STORE_DEADLINE_MS = 1_000;

/** A status that was read from the table, by whomever. */
export interface KnownStatus {
  /** The status itself. */
  readonly status: ServerStatus;
  /** Names its content; see {@linkcode makeEntityTag}. */
  readonly entityTag: string;
}

/** What is in the cache; `down`: the store does not say. */
export type CacheLookup =
  | { readonly kind: "hit"; readonly known: KnownStatus }
  | { readonly kind: "miss" }
  | { readonly kind: "down" };

/** What a {@linkcode StatusCache} needs. */
export interface StatusCacheOptions {
  /** Where it is kept. */
  readonly kvStore: KvStore;
  /** Says when. */
  readonly clock: Clock;
  /** Told what an operator should know. */
  readonly log: Log;
  /** Milliseconds that a status is served from the cache. */
  readonly ttlMs: number;
}

/** The status in the store, where all processes share it, and what this process saw of it last. */
export class StatusCache {
  readonly #options: StatusCacheOptions;
  readonly #storeDown: ConditionLog;
  readonly #unreadable: ConditionLog;
  #known: KnownStatus | undefined;
  #knownText: string | undefined;

  /** Nothing is known yet. */
  constructor(options: StatusCacheOptions) {
    this.#options = options;
    this.#storeDown = new ConditionLog(options.log, {
      began: "status_store_failed",
      ended: "status_store_recovered",
    });
    this.#unreadable = new ConditionLog(options.log, {
      began: "cached_status_is_unreadable",
      ended: "cached_status_is_readable",
    });
  }

  /** What this process read or wrote last, however old. */
  get known(): KnownStatus | undefined {
    return this.#known;
  }

  /** What this process knows, while it is young enough to do for the cache if the store is down. */
  get freshKnown(): KnownStatus | undefined {
    const known = this.#known;
    const isFresh = known !== undefined &&
      this.#options.clock.nowMs() < this.#endsAtMs(known.status);
    return isFresh ? known : undefined;
  }

  /** Asks the store. */
  read(): Promise<CacheLookup> {
    return this.#lookUp(STATUS_KEY);
  }

  /** What is known last, by the store or, if that does not say, by this process. */
  async last(): Promise<KnownStatus | undefined> {
    const lookup = await this.#lookUp(LAST_STATUS_KEY);
    return lookup.kind === "hit" ? lookup.known : this.#known;
  }

  /**
   * Puts what the game servers say now into what is known, which stays cached for as long as it would
   * have; undefined where no status is known or the store is down.
   */
  async updateLive(live: LiveStatus): Promise<KnownStatus | undefined> {
    // Another process may have read the table meanwhile, for a visitor.
    const lookup = await this.read();
    if (lookup.kind === "down") return undefined;
    const known = lookup.kind === "hit" ? lookup.known : await this.last();
    return known && (await this.write({ ...known.status, live })).known;
  }

  /**
   * Caches a status, for so long after its table was read: one that is older is kept as the last that
   * is known, no more. `stored` false: for this process only, because the store failed.
   */
  async write(
    status: ServerStatus,
  ): Promise<{ readonly known: KnownStatus; readonly stored: boolean }> {
    const { kvStore, clock } = this.#options;
    const ttlMs = Math.round(this.#endsAtMs(status) - clock.nowMs());
    const text = JSON.stringify(status);
    const known = this.#remember(status, text);
    try {
      await this.#inTime(Promise.all([
        ttlMs > 0 && kvStore.set(STATUS_KEY, text, { ttlMs }),
        kvStore.set(LAST_STATUS_KEY, text),
      ]));
      this.#storeDown.end();
      return { known, stored: true };
    } catch (error) {
      this.#storeDown.begin({ error: describeError(error) });
      return { known, stored: false };
    }
  }

  /** Milliseconds for which it stays cached; undefined where it is not. @throws Error when the store fails */
  remainingMs(): Promise<number | undefined> {
    return this.#inTime(this.#options.kvStore.ttlMs(STATUS_KEY));
  }

  async #lookUp(key: string): Promise<CacheLookup> {
    let text: string | undefined;
    try {
      text = await this.#inTime(this.#options.kvStore.get(key));
      this.#storeDown.end();
    } catch (error) {
      this.#storeDown.begin({ error: describeError(error) });
      return { kind: "down" };
    }
    if (text === undefined) return { kind: "miss" };
    if (text === this.#knownText && this.#known !== undefined) {
      return { kind: "hit", known: this.#known };
    }
    const status = tryParseStatus(text);
    if (status === undefined) {
      this.#unreadable.begin({ key });
      return { kind: "miss" };
    }
    if (key === STATUS_KEY) this.#unreadable.end();
    return { kind: "hit", known: this.#remember(status, text) };
  }

  #endsAtMs({ updated_at }: ServerStatus): number {
    return (updated_at ?? -Infinity) * 1_000 + this.#options.ttlMs;
  }

  #remember(status: ServerStatus, text: string): KnownStatus {
    const known = { status, entityTag: makeEntityTag(contentOf(status)) };
    this.#known = known;
    this.#knownText = text;
    return known;
  }

  #inTime<T>(answer: Promise<T>): Promise<T> {
    const { clock } = this.#options;
    return within(answer, { clock, deadlineMs: STORE_DEADLINE_MS, action: "use the status store" });
  }
}
