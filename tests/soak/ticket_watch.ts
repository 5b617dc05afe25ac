import { type Clock, sleep } from "../../core/clock.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import { TICKET_TTL_MS } from "../../core/protocol/match_ticket.ts";
import type { LedgerLine } from "./ledger_line.ts";

const PREFIX = "ticket:";
const KEYS_MAX = 100_000;
const LOOK_MS = 5_000;

/** Looks again and again at the tickets that are in the store: each has an end, a minute away at most. */
export class TicketWatch {
  readonly #kvStore: Pick<KvStore, "keys" | "ttlMs">;
  readonly #clock: Clock;
  readonly #seen = new Set<string>();
  readonly #faults = new Set<string>();

  /** Has looked at nothing yet. */
  constructor(kvStore: Pick<KvStore, "keys" | "ttlMs">, clock: Clock) {
    this.#kvStore = kvStore;
    this.#clock = clock;
  }

  /** Looks until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.look();
      } catch {
        // The store is away: there is nothing to be seen.
      }
      await sleep(this.#clock, LOOK_MS, signal).catch(() => {
        // It is to stop, which the loop sees.
      });
    }
  }

  /** Looks once. @throws Error where the store cannot be read */
  async look(): Promise<void> {
    const keys = await this.#kvStore.keys(PREFIX, KEYS_MAX);
    const lives = await Promise.all(keys.map((key) => this.#kvStore.ttlMs(key)));
    // One that is gone meanwhile has no life either.
    const left = new Set(await this.#kvStore.keys(PREFIX, KEYS_MAX));
    for (const [index, key] of keys.entries()) {
      this.#seen.add(key);
      const lifeMs = lives[index];
      const isEndless = lifeMs === undefined || lifeMs > TICKET_TTL_MS;
      if (isEndless && left.has(key)) this.#faults.add(key);
    }
  }

  /** What was seen. */
  line(): LedgerLine {
    const rule = "Every ticket runs out within a minute";
    return { rule, checked: this.#seen.size, faults: [...this.#faults] };
  }
}
