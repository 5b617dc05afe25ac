import { type Clock, sleep } from "../core/clock.ts";
import { describeError, type Log } from "../core/log.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import type { Rng } from "../core/rng.ts";
import { ConditionLog } from "./condition_log.ts";
import { READ_TIMEOUT_MS_MAX } from "./config.ts";
import { Lease, type LeaseState } from "./lease.ts";
import { type StatusCache, STORE_DEADLINE_MS } from "./status_cache.ts";
import type { StatusRefresher } from "./status_refresher.ts";
import type { UpdateInterval } from "./update_interval.ts";
import { within } from "./within.ts";

/** Where the lease is that only one worker of several holds. */
export const LEASE_KEY = "server:status:lease";

/**
 * The longest pause between two turns, in milliseconds: within it a changed interval is noticed, and
 * what the game servers say is cached.
 */
export const TURN_MS = 5_000;

/**
 * How long the lease lives: 25 s. Its holder asks again after a pause and a turn at the latest, and a
 * turn is one query and a few answers of the store.
 */
export const LEASE_TTL_MS: number = TURN_MS + READ_TIMEOUT_MS_MAX + 10 * STORE_DEADLINE_MS;

/** Milliseconds after which an update that failed is tried again, if the interval is not shorter. */
export const RETRY_MS = 30_000;

/**
 * The part of the interval by which a pause may be shorter, so that workers of several systems do not
 * ask one database in step. Never longer: what is cached is never older than the interval.
 */
const JITTER = 0.05;
const JITTER_STEPS = 1_000;

/** What a {@linkcode StatusWorker} needs. */
export interface StatusWorkerOptions {
  /** Where the lease is kept. */
  readonly kvStore: KvStore;
  /** What is cached. */
  readonly cache: StatusCache;
  /** Reads the table. */
  readonly refresher: StatusRefresher;
  /** Says when. */
  readonly clock: Clock;
  /** Spreads the pauses. */
  readonly rng: Rng;
  /** Told what an operator should know. */
  readonly log: Log;
  /** Names this process among the workers. */
  readonly workerId: string;
  /** The time between two updates. */
  readonly interval: UpdateInterval;
}

interface Update {
  readonly atMs: number;
  readonly succeeded: boolean;
  /** From `1 - JITTER` to 1. */
  readonly factor: number;
}

/**
 * Updates the status at once and then at every interval, as long as it holds the lease; else it waits
 * to take over.
 */
export class StatusWorker {
  readonly #options: StatusWorkerOptions;
  readonly #lease: Lease;
  readonly #storeDown: ConditionLog;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #leads = false;
  #update: Update | undefined;

  /** Begins. */
  constructor(options: StatusWorkerOptions) {
    this.#options = options;
    const { kvStore, workerId: holder, log } = options;
    this.#lease = new Lease({ kvStore, key: LEASE_KEY, holder, ttlMs: LEASE_TTL_MS });
    this.#storeDown = new ConditionLog(log, {
      began: "status_worker_store_failed",
      ended: "status_worker_store_recovered",
    });
    this.#running = this.#run();
  }

  /** Whether it is the one that updates. */
  get leads(): boolean {
    return this.#leads;
  }

  /** Ends after the update in hand, and lets another worker take over at once. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    if (!this.#leads) return;
    this.#leads = false;
    try {
      await this.#inTime(this.#lease.release());
    } catch (error) {
      // It ends by itself.
      this.#options.log.warn("status_lease_not_released", { error: describeError(error) });
    }
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#turn();
      try {
        await sleep(clock, this.#pauseMs(), signal);
      } catch {
        // It is closing, and the loop's condition says so.
      }
    }
  }

  async #turn(): Promise<void> {
    const { cache, refresher, interval } = this.#options;
    const state = await this.#tryHold();
    if (state === undefined) return;
    await interval.read();
    if (state === "other") {
      // Knows the last status, should it be asked when neither store nor database answer.
      await cache.read();
      return;
    }
    if (state === "gained") {
      this.#options.log.info("status_lease_gained");
      this.#update = undefined;
    }
    const isUpdated = this.#dueInMs() <= 0 && await this.#refresh();
    if (!isUpdated) await refresher.updateLive();
  }

  /** Undefined where the store does not say: then nobody else can be told a new status either. */
  async #tryHold(): Promise<LeaseState | undefined> {
    try {
      const state = await this.#inTime(this.#lease.hold());
      this.#storeDown.end();
      this.#leads = state !== "other";
      return state;
    } catch (error) {
      this.#storeDown.begin({ error: describeError(error) });
      this.#leads = false;
      return undefined;
    }
  }

  /** Whether it did. */
  async #refresh(): Promise<boolean> {
    const { refresher, clock, rng } = this.#options;
    const { outcome } = await refresher.refresh();
    this.#update = {
      atMs: clock.monotonicMs(),
      succeeded: outcome === "ok",
      factor: 1 - JITTER * rng.below(JITTER_STEPS) / JITTER_STEPS,
    };
    return outcome === "ok";
  }

  #dueInMs(): number {
    if (this.#update === undefined) return 0;
    const { atMs, succeeded, factor } = this.#update;
    const { interval, clock } = this.#options;
    const pauseMs = succeeded ? interval.ms : Math.min(interval.ms, RETRY_MS);
    return atMs + pauseMs * factor - clock.monotonicMs();
  }

  #pauseMs(): number {
    return this.#leads ? Math.min(TURN_MS, Math.max(1, Math.ceil(this.#dueInMs()))) : TURN_MS;
  }

  #inTime<T>(answer: Promise<T>): Promise<T> {
    const { clock } = this.#options;
    return within(answer, { clock, deadlineMs: STORE_DEADLINE_MS, action: "use the store" });
  }
}
