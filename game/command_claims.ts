import type { CancelTimer, Clock } from "../core/clock.ts";
import { describeError, type Log } from "../core/log.ts";
import type { Counter } from "../core/metrics.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import { PLAYER_OWNER_TTL_MS, playerOwnerKey } from "./command_owner.ts";

/** Told who comes to a server and who leaves it. Never throws, never waits. */
export interface PlayerPresence {
  /** A player has a tank on this server from now on. */
  came(playerId: string): void;
  /** A player who came has gone. */
  left(playerId: string): void;
}

/** What claims work with. */
export interface PlayerClaimsOptions {
  /** Where it is written which server a player is on. */
  readonly kvStore: KvStore;
  /** Says when a claim is to be renewed. */
  readonly clock: Clock;
  /** Told, at DEBUG, of claims that could not be written. */
  readonly log: Log;
  /** This server's id. */
  readonly serverId: string;
  /** Counts claims that could not be written or taken back. */
  readonly failed: Counter;
}

/** A claim is written again after so long: twice may fail before it runs out. */
const RENEW_MS = PLAYER_OWNER_TTL_MS / 3;
/** One that could not be written is tried again after so long. */
const RETRY_MS = 5_000;
/** How often it is looked for claims to renew. */
const LOOK_MS = 1_000;
/** Claims that are being written at once; others wait for their turn. */
const WRITES_IN_FLIGHT_MAX = 64;
/** Claims at once, those of players who left and which wait for their turn included. */
const CLAIMS_MAX = 200_000;
/** How long closing waits until the last claims are taken back, in milliseconds. */
const CLOSE_MS_MAX = 2_000;

interface Claim {
  isHere: boolean;
  /** Whether the store has it: from then on it is only renewed, and not taken from another server. */
  isWritten: boolean;
  /** When it is to be renewed, on the monotonic clock. */
  dueMs: number;
}

/**
 * Writes to the `KvStore` which players are on this server, for as long as they are. The server to which
 * a player came last has the claim; it is taken back only where it is still this server's. What cannot
 * be written is tried again; what cannot be taken back runs out.
 */
export class PlayerClaims implements PlayerPresence {
  readonly #options: PlayerClaimsOptions;
  readonly #claims = new Map<string, Claim>();
  /** Players whose claims wait for their turn to be written or taken back, the longest first. */
  readonly #due = new Set<string>();
  readonly #writing = new Set<string>();
  readonly #stopLooking: CancelTimer;
  #onIdle: () => void = () => {};

  /** Claims nobody yet. */
  constructor(options: PlayerClaimsOptions) {
    this.#options = options;
    this.#stopLooking = options.clock.every(LOOK_MS, () => this.#renew());
  }

  came(playerId: string): void {
    if (this.#claims.size >= CLAIMS_MAX) return this.#options.failed.inc();
    this.#claims.set(playerId, { isHere: true, isWritten: false, dueMs: Infinity });
    this.#offer(playerId);
  }

  left(playerId: string): void {
    const claim = this.#claims.get(playerId);
    if (claim === undefined) return;
    claim.isHere = false;
    this.#offer(playerId);
  }

  /** Renews no more, and waits a moment until the claims of those who left are taken back. */
  async close(): Promise<void> {
    this.#stopLooking();
    if (this.#isIdle) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(CLOSE_MS_MAX, resolve);
      this.#onIdle = (): void => {
        cancel();
        resolve();
      };
    });
    this.#due.clear();
  }

  get #isIdle(): boolean {
    return this.#due.size === 0 && this.#writing.size === 0;
  }

  #offer(playerId: string): void {
    this.#due.add(playerId);
    this.#writeDue();
  }

  #renew(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const [playerId, claim] of this.#claims) {
      if (claim.dueMs <= nowMs) this.#due.add(playerId);
    }
    this.#writeDue();
  }

  #writeDue(): void {
    for (const playerId of this.#due) {
      if (this.#writing.size >= WRITES_IN_FLIGHT_MAX) return;
      // One at a time for each player, so that the last word is the one that stays.
      if (this.#writing.has(playerId)) continue;
      this.#due.delete(playerId);
      this.#writing.add(playerId);
      void this.#write(playerId).finally(() => {
        this.#writing.delete(playerId);
        this.#writeDue();
        if (this.#isIdle) this.#onIdle();
      });
    }
  }

  async #write(playerId: string): Promise<void> {
    const claim = this.#claims.get(playerId);
    if (claim === undefined) return;
    const { clock, failed, log } = this.#options;
    const { isHere } = claim;
    claim.dueMs = Infinity;
    try {
      if (isHere) await this.#claim(playerId, claim);
      else await this.#takeBack(playerId);
      claim.dueMs = clock.monotonicMs() + RENEW_MS;
    } catch (error) {
      failed.inc();
      log.debug("player_claim_not_written", { player_id: playerId, error: describeError(error) });
      claim.dueMs = clock.monotonicMs() + RETRY_MS;
    }
    // Who came again meanwhile has another claim.
    if (!isHere && this.#claims.get(playerId) === claim) this.#claims.delete(playerId);
  }

  async #claim(playerId: string, claim: Claim): Promise<void> {
    const { kvStore, serverId } = this.#options;
    const key = playerOwnerKey(playerId);
    const ttl = { ttlMs: PLAYER_OWNER_TTL_MS };
    if (!claim.isWritten) {
      await kvStore.set(key, serverId, ttl);
      claim.isWritten = true;
    } else if (!await kvStore.compareAndSet(key, serverId, serverId, ttl)) {
      // It ran out while the store was away; or the player went to another server, which has it now.
      await kvStore.compareAndSet(key, undefined, serverId, ttl);
    }
  }

  async #takeBack(playerId: string): Promise<void> {
    const { kvStore, serverId } = this.#options;
    await kvStore.compareAndSet(playerOwnerKey(playerId), serverId, undefined);
  }
}
