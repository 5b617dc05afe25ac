import type { Clock } from "../core/clock.ts";
import type { Health } from "../core/health.ts";
import { describeError, type Log } from "../core/log.ts";
import type { ConstantRow, ConstantsSource } from "../core/ports/constants_source.ts";
import { ConditionLog } from "./condition_log.ts";
import type { LiveStatus } from "./live_status.ts";
import { makeStatus, type WrongConstant } from "./status.ts";
import type { KnownStatus, StatusCache } from "./status_cache.ts";
import type { StatusMetrics, UpdateOutcome } from "./status_metrics.ts";
import type { StatusRecorder } from "./status_recorder.ts";
import { within } from "./within.ts";

/** Milliseconds after a failure for which no visitor makes us ask the source again. */
export const RETRY_PAUSE_MS = 5_000;

/** The part that readiness names while the table cannot be read. */
const HEALTH_PART = "constants";

/** How an update ended; see {@linkcode UpdateOutcome}. */
export type Refreshed =
  | {
    readonly outcome: Exclude<UpdateOutcome, "source_failed">;
    readonly known: KnownStatus;
  }
  | { readonly outcome: "source_failed" };

/** What a {@linkcode StatusRefresher} needs. */
export interface StatusRefresherOptions {
  /** The table. */
  readonly constants: ConstantsSource;
  /** What is cached. */
  readonly cache: StatusCache;
  /** What the game servers say now; undefined where that is not known yet. */
  readonly live: () => LiveStatus | undefined;
  /** Remembers. */
  readonly recorder: StatusRecorder;
  /** Counts. */
  readonly metrics: StatusMetrics;
  /** Told whether the table can be read. */
  readonly health: Health;
  /** Says when. */
  readonly clock: Clock;
  /** Told what an operator should know. */
  readonly log: Log;
  /** Milliseconds that reading the table may take. */
  readonly readTimeoutMs: number;
}

/** Reads the table and caches what it says; one query at a time, whoever and however many ask. */
export class StatusRefresher {
  readonly #options: StatusRefresherOptions;
  readonly #sourceDown: ConditionLog;
  #inHand: Promise<Refreshed> | undefined;
  #failedAtMs = -Infinity;
  /** The wrong constants that were reported last, as JSON. */
  #reported = "[]";

  /** Nothing is read yet. */
  constructor(options: StatusRefresherOptions) {
    this.#options = options;
    this.#sourceDown = new ConditionLog(options.log, {
      began: "constants_not_read",
      ended: "constants_read_again",
    });
  }

  /** Whether the table could not be read when it was tried last. */
  get failing(): boolean {
    return this.#sourceDown.lasts;
  }

  /** Reads and caches, or joins whoever does so already. Never rejects. */
  refresh(): Promise<Refreshed> {
    this.#inHand ??= this.#refreshAndCount().finally(() => this.#inHand = undefined);
    return this.#inHand;
  }

  /** The same for a visitor: after a failure the source has its rest before it is asked again. */
  refreshUnlessPaused(): Promise<Refreshed> {
    const { clock } = this.#options;
    const isPaused = clock.monotonicMs() - this.#failedAtMs < RETRY_PAUSE_MS;
    if (isPaused && this.#inHand === undefined) {
      return Promise.resolve({ outcome: "source_failed" });
    }
    return this.refresh();
  }

  /** Caches what the game servers say now; the table is not asked. Never rejects. */
  async updateLive(): Promise<void> {
    const { live, cache, recorder } = this.#options;
    const now = live();
    const known = now && await cache.updateLive(now);
    if (known !== undefined) recorder.sampled(known.status);
  }

  /** Waits for what is in hand. */
  async settled(): Promise<void> {
    await this.#inHand;
  }

  async #refreshAndCount(): Promise<Refreshed> {
    const refreshed = await this.#refresh();
    this.#options.metrics.updates[refreshed.outcome].inc();
    return refreshed;
  }

  async #refresh(): Promise<Refreshed> {
    const { cache, clock, health } = this.#options;
    let rows: ConstantRow[];
    try {
      rows = await this.#query();
    } catch (error) {
      const reason = describeError(error);
      this.#failedAtMs = clock.monotonicMs();
      this.#sourceDown.begin({ error: reason });
      health.markDown(HEALTH_PART, reason, { required: false });
      return { outcome: "source_failed" };
    }
    this.#failedAtMs = -Infinity;
    this.#sourceDown.end();
    health.markUp(HEALTH_PART);
    const { status, wrong } = makeStatus(rows, {
      updatedAtS: clock.nowMs() / 1_000,
      live: this.#options.live() ?? cache.known?.status.live ?? null,
    });
    this.#report(wrong);
    const { known, stored } = await cache.write(status);
    this.#options.recorder.updated(status);
    return { outcome: stored ? "ok" : "store_failed", known };
  }

  #query(): Promise<ConstantRow[]> {
    const { constants, metrics, clock, readTimeoutMs: deadlineMs } = this.#options;
    metrics.queries.inc();
    // The source keeps the deadline too; visitors wait here, and shall not depend on that.
    const rows = Promise.try(() => constants.read({ deadlineMs }));
    return within(rows, { clock, deadlineMs, action: "read the constants" });
  }

  #report(wrong: readonly WrongConstant[]): void {
    const report = JSON.stringify(wrong);
    if (report === this.#reported) return;
    this.#reported = report;
    const { log } = this.#options;
    for (const { name, value } of wrong) log.warn("constant_is_no_number", { name, value });
    if (wrong.length === 0) log.info("constants_are_numbers");
  }
}
