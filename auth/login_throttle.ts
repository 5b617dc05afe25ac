import type { Clock } from "../core/clock.ts";
import { describeError, type Log } from "../core/log.ts";
import type { Counter } from "../core/metrics.ts";
import { tryAddressKey } from "../core/net/address_key.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import {
  afterFailure,
  formatThrottle,
  retryAfterMs,
  type ThrottleRules,
  throttleTtlMs,
  tryParseThrottle,
} from "./throttle.ts";

/** Who tries a password. */
export interface Attempt {
  /** The folded name that is tried, whether there is such an account or not; undefined: it is no name. */
  readonly foldedName: string | undefined;
  /** Where from. */
  readonly ip: string;
}

/** What a {@linkcode LoginThrottle} needs. */
export interface LoginThrottleOptions {
  /** What auth servers share. */
  readonly kvStore: KvStore;
  /** Says when. */
  readonly clock: Clock;
  /** Told when the store is away. */
  readonly log: Log;
  /** Counts what had to be decided without it. */
  readonly fallbacks: Counter;
  /** For one account. */
  readonly account: ThrottleRules;
  /** For one address. */
  readonly address: ThrottleRules;
}

interface Key {
  readonly name: string;
  readonly rules: ThrottleRules;
}

/** Others have changed a key this often meanwhile: they have counted as well. */
const CHANGE_ATTEMPTS_MAX = 8;
/** What one server remembers while the shared store is away. */
const LOCAL_KEYS_MAX = 100_000;

/**
 * Slows the guessing of passwords down, by account and by address, for all auth servers together. While
 * the store that they share is away, each remembers for itself.
 */
export class LoginThrottle {
  readonly #options: LoginThrottleOptions;
  readonly #local: KvStore;
  #isShared = true;

  /** Knows of no failure yet but those in the store. */
  constructor(options: LoginThrottleOptions) {
    this.#options = options;
    this.#local = new MemoryKvStore({ clock: options.clock, keysMax: LOCAL_KEYS_MAX });
  }

  /** Milliseconds until a password may be tried; 0: now. */
  async retryAfterMs(attempt: Attempt): Promise<number> {
    const waits = await Promise.all(
      this.#keysOf(attempt).map(({ name, rules }) =>
        this.#run(async (store) => {
          const state = tryParseThrottle(await store.get(name));
          return retryAfterMs(state, { rules, nowMs: this.#options.clock.nowMs() });
        })
      ),
    );
    return Math.ceil(Math.max(0, ...waits));
  }

  /** The password was wrong. */
  async failed(attempt: Attempt): Promise<void> {
    await Promise.all(
      this.#keysOf(attempt).map((key) => this.#run((store) => this.#count(store, key))),
    );
  }

  /** The password was right: what others guessed for the account is forgotten, not what the address did. */
  async succeeded({ foldedName }: Attempt): Promise<void> {
    if (foldedName === undefined) return;
    await this.#run((store) => store.delete(accountKey(foldedName)));
  }

  async #count(store: KvStore, { name, rules }: Key): Promise<void> {
    for (let attempt = 0; attempt < CHANGE_ATTEMPTS_MAX; attempt++) {
      const text = await store.get(name);
      const at = { rules, nowMs: this.#options.clock.nowMs() };
      const next = afterFailure(tryParseThrottle(text), at);
      const ttlMs = throttleTtlMs(next, at);
      if (await store.compareAndSet(name, text, formatThrottle(next), { ttlMs })) return;
    }
  }

  #keysOf({ foldedName, ip }: Attempt): Key[] {
    const { account, address } = this.#options;
    const network = tryAddressKey(ip);
    return [
      ...(foldedName === undefined ? [] : [{ name: accountKey(foldedName), rules: account }]),
      ...(network === undefined ? [] : [{ name: `throttle:address:${network}`, rules: address }]),
    ];
  }

  async #run<T>(step: (store: KvStore) => Promise<T>): Promise<T> {
    const { kvStore, log, fallbacks } = this.#options;
    try {
      const result = await step(kvStore);
      this.#isShared = true;
      return result;
    } catch (error) {
      fallbacks.inc();
      if (this.#isShared) log.warn("throttle_not_shared", { error: describeError(error) });
      this.#isShared = false;
      return await step(this.#local);
    }
  }
}

function accountKey(foldedName: string): string {
  return `throttle:account:${foldedName}`;
}
