import type { CancelTimer, Clock } from "../../core/clock.ts";
import { describeError, type Log } from "../../core/log.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";

/** What leading works with. */
export interface LeadershipOptions {
  /** Holds the lease. */
  readonly kvStore: KvStore;
  /** Says when it runs out. */
  readonly clock: Clock;
  /** Told when the lead comes and goes. */
  readonly log: Log;
  /** Names this process; unique, also beside one that was started by mistake under the same name. */
  readonly id: string;
  /** The lead has come; where it rejects it is called again in a while, as long as the lead stays. */
  readonly onGain: () => Promise<void>;
  /** The lead has gone. */
  readonly onLose: () => void;
}

/** The key of the `KvStore` that names the matchmaker that leads. */
export const LEADER_KEY = "matchmaking:leader";
/** How long a leader that says nothing leads on, in milliseconds. */
export const LEASE_MS = 5_000;
const RENEW_MS = 1_000;
/** A leader takes itself for none this much before others may, in milliseconds. */
const MARGIN_MS = 1_000;

/**
 * One matchmaker of several decides, the one that holds a lease; the others hand it what they are asked.
 * So all agree on who waits, who plays with whom, and what is promised on each server. Sharing those
 * tables in the store instead would cost each find several round trips, and each pair of players a
 * transaction over several keys.
 */
export class Leadership {
  readonly #options: LeadershipOptions;
  #leadsUntilMs = -Infinity;
  #ready: Promise<void> = Promise.resolve();
  #trying: Promise<void> | undefined;
  #wasLeader = false;
  /** Whether what a new leader has to do first is done, or in hand. */
  #isPrepared = false;
  #stop: CancelTimer = () => {};
  #isClosed = false;

  /** Leads nothing before `start`. */
  constructor(options: LeadershipOptions) {
    this.#options = options;
  }

  /** Whether this matchmaker decides now. */
  get isLeader(): boolean {
    return this.#options.clock.monotonicMs() < this.#leadsUntilMs;
  }

  /** Tries to lead at once, and from now on whenever nobody does. Never rejects. */
  async start(): Promise<void> {
    this.#stop = this.#options.clock.every(RENEW_MS, () => void this.attempt());
    await this.attempt();
  }

  /** Takes the lead where nobody has it, or keeps it. Never rejects. */
  attempt(): Promise<void> {
    this.#trying ??= this.#attempt().finally(() => this.#trying = undefined);
    return this.#trying;
  }

  /** Resolves when what a new leader has to do first is done. Never rejects. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** Who leads, as the store has it; undefined where nobody does. @throws Error for I/O */
  leaderId(): Promise<string | undefined> {
    return this.#options.kvStore.get(LEADER_KEY);
  }

  /** Leads no more, and lets another at once. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stop();
    await this.#trying;
    await this.#ready;
    const { kvStore, id, log } = this.#options;
    const wasLeader = this.isLeader;
    this.#leadsUntilMs = -Infinity;
    if (!wasLeader) return;
    try {
      await kvStore.compareAndSet(LEADER_KEY, id, undefined);
    } catch (error) {
      // The lease runs out by itself.
      log.debug("lead_not_given_up", { error: describeError(error) });
    }
  }

  async #attempt(): Promise<void> {
    const { kvStore, clock, id, log } = this.#options;
    if (this.#isClosed) return;
    // The lease runs from when it was asked for, whenever the answer comes.
    const askedMs = clock.monotonicMs();
    try {
      const lease = { ttlMs: LEASE_MS };
      const isMine = await kvStore.compareAndSet(LEADER_KEY, id, id, lease) ||
        await kvStore.compareAndSet(LEADER_KEY, undefined, id, lease);
      this.#leadsUntilMs = isMine ? askedMs + LEASE_MS - MARGIN_MS : -Infinity;
    } catch (error) {
      // Whoever leads does so until the lease runs out.
      log.debug("lease_not_renewed", { error: describeError(error) });
    }
    this.#notice();
  }

  #notice(): void {
    const { isLeader } = this;
    if (isLeader !== this.#wasLeader) {
      const { onLose, log, id } = this.#options;
      this.#wasLeader = isLeader;
      this.#isPrepared = false;
      if (isLeader) log.info("lead_gained", { id });
      else {
        log.warn("lead_lost", { id });
        onLose();
      }
    }
    if (isLeader && !this.#isPrepared) this.#prepare();
  }

  // Those who wait are not to be forgotten because the store failed once.
  #prepare(): void {
    const { onGain, log } = this.#options;
    this.#isPrepared = true;
    this.#ready = onGain().catch((error: unknown) => {
      this.#isPrepared = false;
      log.error("lead_not_prepared", { error: describeError(error) });
    });
  }
}
