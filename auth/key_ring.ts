import { importSigningKey, type PublicJwk, type SigningKey } from "../core/auth/jwt.ts";
import type { CancelTimer, Clock } from "../core/clock.ts";
import { describeError, type Log } from "../core/log.ts";
import type { SigningKeys, StoredKey } from "./signing_keys.ts";

/** What a {@linkcode KeyRing} needs. */
export interface KeyRingOptions {
  /** Where the keys are kept. */
  readonly keys: SigningKeys;
  /** Says which of them sign and count. */
  readonly clock: Clock;
  /** Told when they cannot be read; those in hand stay in force. */
  readonly log: Log;
}

/** How soon a server knows of a key that another one, or the operator's command, has made. */
const PERIOD_MS = 1_000;

interface RingKey {
  readonly stored: StoredKey;
  readonly signing: SigningKey;
}

/** The signing keys in hand: read again and again, because others exchange them. */
export class KeyRing {
  readonly #options: KeyRingOptions;
  #keys: readonly RingKey[];
  readonly #cancel: CancelTimer;
  #reading: Promise<void> | undefined;

  private constructor(options: KeyRingOptions, keys: readonly RingKey[]) {
    this.#options = options;
    this.#keys = keys;
    this.#cancel = options.clock.every(PERIOD_MS, () => void this.refresh());
  }

  /** Reads the keys, and makes the first where there is none. @throws Error when all are retired */
  static async open(options: KeyRingOptions): Promise<KeyRing> {
    await options.keys.makeFirst();
    const keys = await importAll(await options.keys.read(), []);
    if (keys.length === 0) throw new Error("Cannot open signing keys: all of them are retired");
    return new KeyRing(options, keys);
  }

  /** What signs now: the newest that has begun. @throws Error when all are retired */
  signer(): SigningKey {
    const nowMs = this.#options.clock.nowMs();
    const current = this.#current();
    const key = current.find(({ stored }) => stored.signsFromMs <= nowMs) ?? current.at(-1);
    if (key === undefined) throw new Error("Cannot sign: all keys are retired");
    return key.signing;
  }

  /** The public keys of every token that may still be good, newest first. */
  published(): Promise<PublicJwk[]> {
    return Promise.resolve(this.#current().map(({ stored }) => stored.publicJwk));
  }

  /** Reads the keys again. Never rejects. */
  refresh(): Promise<void> {
    return this.#reading ??= this.#read().finally(() => this.#reading = undefined);
  }

  /** Ends, after what is in hand. */
  async close(): Promise<void> {
    this.#cancel();
    await this.#reading;
  }

  #current(): RingKey[] {
    const nowMs = this.#options.clock.nowMs();
    return this.#keys.filter(({ stored: { retiredAtMs = Infinity } }) => retiredAtMs > nowMs);
  }

  async #read(): Promise<void> {
    const { keys, log } = this.#options;
    try {
      const before = this.#keys;
      this.#keys = await importAll(await keys.read(), before);
      const known = new Set(before.map(({ stored }) => stored.kid));
      for (const { stored: { kid, signsFromMs } } of this.#keys) {
        if (!known.has(kid)) log.info("signing_key_found", { kid, signs_from_ms: signsFromMs });
      }
    } catch (error) {
      log.warn("signing_keys_not_read", { error: describeError(error) });
    }
  }
}

/** Imports what is not in hand already. */
function importAll(stored: readonly StoredKey[], known: readonly RingKey[]): Promise<RingKey[]> {
  return Promise.all(stored.map(async (key) => {
    const same = known.find(({ stored: { kid } }) => kid === key.kid);
    return { stored: key, signing: same?.signing ?? await importSigningKey(key.privateJwk) };
  }));
}
