import type { Clock } from "../core/clock.ts";
import { makeEntityTag } from "./entity_tag.ts";
import type { LiveStatus } from "./live_status.ts";
import { contentOf, DEFAULT_STATUS, type ServerStatus, type StatusSource } from "./status.ts";
import type { KnownStatus, StatusCache } from "./status_cache.ts";
import type { Refreshed, StatusRefresher } from "./status_refresher.ts";

/** Milliseconds for which an answer is given again before the cache is looked at. */
export const RECHECK_MS = 1_000;

/** What is known of the status, and from where. */
export interface StatusReading {
  /** Where it comes from. */
  readonly source: StatusSource;
  /** The status itself. */
  readonly status: ServerStatus;
  /** A weak tag of the content, and of whether it is up to date. */
  readonly entityTag: string;
}

/** What a {@linkcode StatusReader} needs. */
export interface StatusReaderOptions {
  /** What is cached. */
  readonly cache: StatusCache;
  /** Reads the table. */
  readonly refresher: StatusRefresher;
  /** What the game servers say now; undefined where that is not known yet. */
  readonly live: () => LiveStatus | undefined;
  /** Says when. */
  readonly clock: Clock;
}

/**
 * What visitors are answered with: the cache, else the database, else what was known last, else the
 * defaults. However many ask, the cache is asked once a second, and the database once at a time.
 */
export class StatusReader {
  readonly #options: StatusReaderOptions;
  #looking: Promise<StatusReading> | undefined;
  #reading: StatusReading = defaultReading(undefined);
  #lookedAtMs = -Infinity;

  /** Nothing is looked up yet. */
  constructor(options: StatusReaderOptions) {
    this.#options = options;
  }

  /** The answer of a moment ago; undefined where it is time to look again. */
  get current(): StatusReading | undefined {
    const ageMs = this.#options.clock.monotonicMs() - this.#lookedAtMs;
    return ageMs < RECHECK_MS ? this.#reading : undefined;
  }

  /** Never rejects. */
  read(): Promise<StatusReading> {
    const { current } = this;
    if (current !== undefined) return Promise.resolve(current);
    this.#looking ??= this.#lookAndKeep().finally(() => this.#looking = undefined);
    return this.#looking;
  }

  async #lookAndKeep(): Promise<StatusReading> {
    const reading = await this.#look();
    // What the database said is in the cache now.
    this.#reading = reading.source === "database" ? { ...reading, source: "cache" } : reading;
    this.#lookedAtMs = this.#options.clock.monotonicMs();
    return reading;
  }

  async #look(): Promise<StatusReading> {
    const { cache, live } = this.#options;
    const lookup = await cache.read();
    if (lookup.kind === "hit") return readingOf("cache", lookup.known);
    const isDown = lookup.kind === "down";
    const fresh = isDown ? cache.freshKnown : undefined;
    if (fresh !== undefined) return readingOf("cache", this.#withLive(fresh));
    const refreshed = await this.#refresh();
    if (refreshed.outcome !== "source_failed") return readingOf("database", refreshed.known);
    const last = await cache.last();
    if (last === undefined) return defaultReading(live());
    return readingOf("stale", isDown ? this.#withLive(last) : last);
  }

  /** Without the store no other process can say how the game servers are: this one listens itself. */
  #withLive(known: KnownStatus): KnownStatus {
    const live = this.#options.live();
    if (live === undefined) return known;
    const status = { ...known.status, live };
    return { status, entityTag: makeEntityTag(contentOf(status)) };
  }

  #refresh(): Promise<Refreshed> {
    const { refresher } = this.#options;
    const refreshed = refresher.refreshUnlessPaused();
    // Nobody waits for a source that failed the last time; it is tried again all the same, and the
    // visitor of the next second finds the cache filled.
    return refresher.failing ? Promise.resolve({ outcome: "source_failed" }) : refreshed;
  }
}

function readingOf(source: StatusSource, { status, entityTag }: KnownStatus): StatusReading {
  // A client that has the answer shall still learn that it is no longer up to date.
  const tag = source === "stale" ? entityTag.replace(/"$/, '-stale"') : entityTag;
  return { source, status, entityTag: tag };
}

function defaultReading(live: LiveStatus | undefined): StatusReading {
  const status = { ...DEFAULT_STATUS, live: live ?? null };
  return { source: "default", status, entityTag: makeEntityTag(contentOf(status)) };
}
