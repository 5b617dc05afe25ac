import { type Clock, sleep } from "../../core/clock.ts";
import { type JsonObject, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { describeError, type Log } from "../../core/log.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import { LAST_STATUS_KEY, STATUS_KEY } from "../../core/protocol/cached_status.ts";

/** A status that somebody cached. */
export interface StatusReading {
  /** As it was cached. */
  readonly status: JsonObject;
  /** `stale`: it is not what is cached now, but what was known last. */
  readonly source: "cache" | "stale";
  /** Names what it says: weak, because the age that is served with it differs. */
  readonly entityTag: string;
}

/** What reading works with. */
export interface CachedStatusOptions {
  /** Where the status worker caches it. */
  readonly kvStore: Pick<KvStore, "get">;
  /** Says when to look again. */
  readonly clock: Clock;
  /** Told when the store does not answer. */
  readonly log: Log;
}

/** For how long an answer is given again without a look at the store, in milliseconds. */
export const STATUS_REMEMBERED_MS = 1_000;
/** How long the store may take, in milliseconds. */
export const STATUS_DEADLINE_MS = 1_000;

const TAG_BYTES = 12;
const encoder = new TextEncoder();

/** The status that the status worker caches for everybody, looked at once a second at most. */
export class CachedStatus {
  readonly #options: CachedStatusOptions;
  #known: (StatusReading & { readonly text: string }) | undefined;
  #lookedAtMs = -Infinity;
  #looking: Promise<void> | undefined;

  /** Looks at nothing yet. */
  constructor(options: CachedStatusOptions) {
    this.#options = options;
  }

  /** The status, or undefined where none is known. Never rejects. */
  async read(): Promise<StatusReading | undefined> {
    const ageMs = this.#options.clock.monotonicMs() - this.#lookedAtMs;
    if (ageMs >= STATUS_REMEMBERED_MS) {
      this.#looking ??= this.#look().finally(() => this.#looking = undefined);
      await this.#looking;
    }
    return this.#known;
  }

  async #look(): Promise<void> {
    const { clock, log } = this.#options;
    try {
      const isThere = await this.#lookUp(STATUS_KEY, "cache") ||
        await this.#lookUp(LAST_STATUS_KEY, "stale");
      if (!isThere) this.#age();
    } catch (error) {
      log.warn("status_store_failed", { error: describeError(error) });
      this.#age();
    }
    // Also where it failed: a store that is down is not asked by each visitor.
    this.#lookedAtMs = clock.monotonicMs();
  }

  /** Whether there is a status under the key. @throws Error where the store does not answer */
  async #lookUp(key: string, source: StatusReading["source"]): Promise<boolean> {
    const text = await this.#get(key);
    const status = text === undefined ? undefined : tryJsonObject(tryParseJson(text));
    if (text === undefined || status === undefined) return false;
    const known = this.#known;
    const isSame = known !== undefined && text === known.text && source === known.source;
    const entityTag = isSame ? known.entityTag : await tagOf(status, source);
    this.#known = { status, source, entityTag, text };
    return true;
  }

  /** What was known is no longer known to be so. */
  #age(): void {
    if (this.#known?.source !== "cache") return;
    const entityTag = staleTag(this.#known.entityTag);
    this.#known = { ...this.#known, source: "stale", entityTag };
  }

  async #get(key: string): Promise<string | undefined> {
    const { kvStore, clock } = this.#options;
    const done = new AbortController();
    const late = sleep(clock, STATUS_DEADLINE_MS, done.signal).then(() => {
      throw new Error(`Cannot read the status: no answer within ${STATUS_DEADLINE_MS} ms`);
    });
    try {
      return await Promise.race([kvStore.get(key), late]);
    } finally {
      done.abort();
      // It has lost the race, which is no news.
      late.catch(() => {});
    }
  }
}

/** For what the status says, but not when servers were counted: what it says may last. */
async function tagOf(status: JsonObject, source: StatusReading["source"]): Promise<string> {
  const live = tryJsonObject(status.live);
  const content = JSON.stringify({ ...status, live: live && { ...live, updated_at: 0 } });
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(content)));
  const tag = `W/"${hash.subarray(0, TAG_BYTES).toHex()}"`;
  return source === "stale" ? staleTag(tag) : tag;
}

/** A client that has the answer shall still learn that it is no longer up to date. */
function staleTag(tag: string): string {
  return tag.replace(/"$/, '-stale"');
}
