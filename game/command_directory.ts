import type { Clock } from "../core/clock.ts";
import { ExpiringMap } from "../core/ports/expiring_map.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import { playerOwnerKey } from "./command_owner.ts";

/** How long an answer counts without being asked for again, in milliseconds. */
export const OWNER_FRESH_MS = 1_000;
/**
 * The same where nobody has the player, who may have joined in this moment; and after the store could
 * not be asked.
 */
export const NO_OWNER_FRESH_MS = 100;
/** How long an old answer is better than none, while the store cannot be asked. */
const OWNER_STALE_MS = 60_000;
/** Players remembered at once; where one more comes all are forgotten. */
const PLAYERS_MAX = 10_000;
/** Expired ones that are looked for before that. */
const SWEEP_WHEN_FULL = 1_024;

interface Known {
  readonly owner: string | undefined;
  /** On the monotonic clock. */
  readonly freshUntilMs: number;
}

/**
 * Says which server holds a player, from the `KvStore`, with a short and bounded memory: a player is
 * asked for at most once at a time, and not again for a second.
 */
export class PlayerDirectory {
  readonly #kvStore: KvStore;
  readonly #clock: Clock;
  readonly #known: ExpiringMap<Known>;
  readonly #asking = new Map<string, Promise<string | undefined>>();

  /** Knows nobody at first. */
  constructor(options: { readonly kvStore: KvStore; readonly clock: Clock }) {
    this.#kvStore = options.kvStore;
    this.#clock = options.clock;
    this.#known = new ExpiringMap(options.clock);
  }

  /**
   * The id of the server that holds the player; undefined: none does. While the store cannot be asked,
   * the server that did a moment ago.
   *
   * @throws Error where the store cannot be asked and nothing is known
   */
  find(playerId: string): Promise<string | undefined> {
    const known = this.#known.get(playerId);
    if (known !== undefined && known.freshUntilMs > this.#clock.monotonicMs()) {
      return Promise.resolve(known.owner);
    }
    const asked = this.#asking.get(playerId);
    if (asked !== undefined) return asked;
    const asking = this.#ask(playerId, known).finally(() => this.#asking.delete(playerId));
    this.#asking.set(playerId, asking);
    return asking;
  }

  async #ask(playerId: string, known: Known | undefined): Promise<string | undefined> {
    try {
      const owner = await this.#kvStore.get(playerOwnerKey(playerId));
      this.#keep(playerId, owner, owner === undefined ? NO_OWNER_FRESH_MS : OWNER_FRESH_MS);
      return owner;
    } catch (cause) {
      if (known?.owner === undefined) throw new Error("Cannot find a player's server", { cause });
      this.#keep(playerId, known.owner, NO_OWNER_FRESH_MS);
      return known.owner;
    }
  }

  #keep(playerId: string, owner: string | undefined, freshMs: number): void {
    if (this.#known.size >= PLAYERS_MAX) this.#known.sweep(SWEEP_WHEN_FULL);
    if (this.#known.size >= PLAYERS_MAX) this.#known.clear();
    const freshUntilMs = this.#clock.monotonicMs() + freshMs;
    this.#known.set(playerId, { owner, freshUntilMs }, OWNER_STALE_MS);
  }
}
