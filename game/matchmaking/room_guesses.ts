import type { KvStore } from "../../core/ports/kv_store.ts";

/** Codes of rooms that there are not that an account may try in {@linkcode GUESSES_PERIOD_MS}. */
export const GUESSES_MAX = 20;
/** How long a wrong code counts at most, in milliseconds. */
export const GUESSES_PERIOD_MS = 60_000;

/**
 * Counts the wrong codes that an account tries, for all matchmakers together: a code is all that lets into a
 * room, and there are 148 million of them. Methods throw what the store throws.
 */
export class RoomGuesses {
  readonly #kvStore: KvStore;

  /** Counts in `kvStore`. */
  constructor(kvStore: KvStore) {
    this.#kvStore = kvStore;
  }

  /** Whether the account may try another code. */
  async mayTry(accountId: string): Promise<boolean> {
    const count = await this.#kvStore.get(keyOf(accountId));
    return count === undefined || Number(count) < GUESSES_MAX;
  }

  /** The account has tried a code of no room. */
  async countWrong(accountId: string): Promise<void> {
    await this.#kvStore.increment(keyOf(accountId), 1, { ttlMs: GUESSES_PERIOD_MS });
  }
}

function keyOf(accountId: string): string {
  return `room_guesses:${accountId}`;
}
