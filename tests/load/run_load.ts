import { type Clock, systemClock } from "../../core/clock.ts";
import { IntervalMerge } from "./interval_merge.ts";
import type { LedgerPlayer } from "./ledger.ts";
import type { LoadOptions } from "./load_options.ts";
import type { LoadTally } from "./load_tally.ts";
import { DRAIN_MS, runShare } from "./run_share.ts";
import { runShareProcess } from "./share_process.ts";
import { Timeline, type TimelineRow } from "./timeline.ts";

/** What a load runs with. */
export interface LoadDeps {
  /** All time; the machine's by default. */
  readonly clock?: Clock;
  /** Ends the load early: matches are left, and there is a result. */
  readonly signal?: AbortSignal;
  /** Told about once a second of how it goes. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Told of faults of the load generator's own; they are counted as `own_fault` as well. */
  readonly onFault?: (error: unknown) => void;
}

/** How a load goes. */
export interface LoadProgress {
  /** Whole seconds since the start. */
  readonly second: number;
  /** Of the last interval; valid during the call. */
  readonly latest: LoadTally;
  /** All so far; valid during the call. */
  readonly total: LoadTally;
}

/** What a load came to. */
export interface LoadResult {
  /** What was asked for. */
  readonly options: LoadOptions;
  /** When it began, in milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  /** From the start until everybody had left. */
  readonly tookMs: number;
  /** All that was measured and counted. */
  readonly total: LoadTally;
  /** The same in the course of time. */
  readonly rows: readonly TimelineRow[];
  /** The most players that played at once. */
  readonly playersPeak: number;
  /** What became of each player, by its number. */
  readonly ledger: readonly LedgerPlayer[];
}

/**
 * Has players play, in this process or in several, until the time is over and everybody has left.
 *
 * @throws Error where a process of its own ends before it should
 */
export async function runLoad(options: LoadOptions, deps: LoadDeps = {}): Promise<LoadResult> {
  const { clock = systemClock, onProgress, onFault = (): void => {} } = deps;
  const signal = deps.signal ?? new AbortController().signal;
  const timeline = new Timeline(options.durationMs + DRAIN_MS);
  const startedAtMs = clock.nowMs();
  const startMs = clock.monotonicMs();
  const merge = new IntervalMerge(options.processes, (index, latest) => {
    timeline.add(latest);
    onProgress?.({ second: index + 1, latest, total: timeline.total });
  });
  const shares = Array.from({ length: options.processes }, (_, index) => {
    const share = { index, count: options.processes };
    const onInterval = merge.add.bind(merge, index);
    return share.count === 1
      ? runShare(options, share, { clock, signal, onInterval, onFault })
      : runShareProcess(options, share, { signal, onInterval, onFault });
  });
  const ledgers = await Promise.all(shares);
  merge.finish();
  timeline.finish();
  return {
    options,
    startedAtMs,
    tookMs: clock.monotonicMs() - startMs,
    total: timeline.total,
    rows: timeline.rows,
    playersPeak: timeline.playersPeak,
    ledger: interleave(ledgers, options.players),
  };
}

/** The players of all shares by number: the first of each, then the second of each. */
function interleave(ledgers: readonly (readonly LedgerPlayer[])[], count: number): LedgerPlayer[] {
  return Array.from({ length: count }, (_, index) => {
    const share = ledgers[index % ledgers.length] ?? [];
    return share[Math.floor(index / ledgers.length)];
  }).filter((player) => player !== undefined);
}
