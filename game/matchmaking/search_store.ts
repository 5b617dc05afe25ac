import { describeError, type Log } from "../../core/log.ts";
import type { Counter } from "../../core/metrics.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import { encodeSearch, type Search, tryParseSearch } from "./search.ts";
import type { SearchModes } from "./search_modes.ts";

/** What keeping searches works with. */
export interface SearchStoreOptions {
  /** Keeps them. */
  readonly kvStore: KvStore;
  /** Told of what could not be kept. */
  readonly log: Log;
  /** Counts that. */
  readonly failed: Counter;
  /** What can be searched for. */
  readonly modes: SearchModes;
  /** How many are read at most. */
  readonly searchesMax: number;
}

const PREFIX = "search:";
/** Longer than a search waits, in milliseconds, and than its end is remembered. */
const KEPT_BEYOND_MS = 150_000;
/** Reads of the store at once. */
const READS_AT_ONCE = 64;

/**
 * Keeps searches where another matchmaker finds them when this one dies. What cannot be kept is lost in
 * that case, and goes on here.
 */
export class SearchStore {
  readonly #options: SearchStoreOptions;

  /** Keeps nothing yet. */
  constructor(options: SearchStoreOptions) {
    this.#options = options;
  }

  /** Keeps the search as it stands. Never rejects. */
  async keep(search: Search): Promise<void> {
    const { kvStore } = this.#options;
    const ttlMs = search.order.mode.waitMaxMs + KEPT_BEYOND_MS;
    await this.#attempt(() => kvStore.set(keyOf(search.id), encodeSearch(search), { ttlMs }));
  }

  /** Keeps it no more. Never rejects. */
  async drop(search: Search): Promise<void> {
    const { kvStore } = this.#options;
    await this.#attempt(() => kvStore.delete(keyOf(search.id)));
  }

  /** Every search that is kept. @throws Error when the store cannot be reached */
  async load(nowMs: number): Promise<Search[]> {
    const { kvStore, modes, searchesMax } = this.#options;
    const keys = await kvStore.keys(PREFIX, searchesMax);
    const searches: Search[] = [];
    for (let from = 0; from < keys.length; from += READS_AT_ONCE) {
      const batch = keys.slice(from, from + READS_AT_ONCE);
      for (const text of await Promise.all(batch.map((key) => kvStore.get(key)))) {
        const search = text === undefined ? undefined : tryParseSearch(text, { modes, nowMs });
        if (search !== undefined) searches.push(search);
      }
    }
    return searches.sort((a, b) => a.startedAtMs - b.startedAtMs);
  }

  async #attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.failed.inc();
      this.#options.log.debug("search_not_kept", { error: describeError(error) });
    }
  }
}

function keyOf(searchId: string): string {
  return `${PREFIX}${searchId}`;
}
