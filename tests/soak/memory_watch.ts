import { sleep, systemClock } from "../../core/clock.ts";
import type { ClusterMember } from "../cluster/cluster_member.ts";
import type { LedgerLine } from "./ledger_line.ts";
import { type MemorySample, memorySlope } from "../bench/memory_slope.ts";

/** How a process' memory was in the longest of its lives. */
export interface MemoryVerdict {
  /** Whose. */
  readonly serverId: string;
  /** How long that was watched, in milliseconds, without what starting takes. */
  readonly watchedMs: number;
  /** The most that it had, in bytes. */
  readonly mostBytes: number;
  /** How fast that grew, in bytes an hour. */
  readonly slopeBytesPerHour: number;
}

/** A slope over less is as much noise as growth, in milliseconds. */
export const WATCHED_MS_MIN = 10 * 60_000;
/** No cache fills so fast for so long, in bytes an hour: a gibibyte in four hours. */
const GROWTH_MAX = 256 * 1_048_576;

const SAMPLE_MS = 2_000;
/** Until code is compiled and caches are filled. */
const WARM_UP_MS = 60_000;

/** Looks how much memory each process has, until it is told to stop. */
export class MemoryWatch {
  readonly #members: readonly ClusterMember[];
  /** The lives of each, each from its start to its end. */
  readonly #lives = new Map<string, MemorySample[][]>();

  /** Has looked at nothing yet. */
  constructor(members: readonly ClusterMember[]) {
    this.#members = members;
  }

  /** Looks until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const pids = new Map<string, number | undefined>();
    while (!signal.aborted) {
      for (const member of this.#members) await this.#sample(member, pids);
      await sleep(systemClock, SAMPLE_MS, signal).catch(() => {
        // It is to stop, which the loop sees.
      });
    }
  }

  /** Of each process the life that was longest. */
  verdicts(): MemoryVerdict[] {
    return [...this.#lives].map(([serverId, lives]) => {
      const longest = lives.map(withoutWarmUp)
        .reduce((best, life) => spanMs(life) > spanMs(best) ? life : best, []);
      return {
        serverId,
        watchedMs: spanMs(longest),
        mostBytes: Math.max(0, ...lives.flat().map(({ bytes }) => bytes)),
        slopeBytesPerHour: memorySlope(longest).perHour,
      };
    });
  }

  async #sample(member: ClusterMember, pids: Map<string, number | undefined>): Promise<void> {
    const { serverId, pid } = member;
    const lives = this.#lives.get(serverId) ?? [];
    this.#lives.set(serverId, lives);
    if (pid !== pids.get(serverId)) lives.push([]);
    pids.set(serverId, pid);
    try {
      const bytes = await member.residentBytes();
      if (bytes !== undefined) lives.at(-1)?.push({ atMs: systemClock.monotonicMs(), bytes });
    } catch {
      // It was killed just now.
    }
  }
}

/** Whether a process grew without end; no line where none lived long enough to tell. */
export function memoryBounded(verdicts: readonly MemoryVerdict[]): LedgerLine[] {
  const watched = verdicts.filter(({ watchedMs }) => watchedMs >= WATCHED_MS_MIN);
  if (watched.length === 0) return [];
  const faults = watched.filter(({ slopeBytesPerHour }) => !(slopeBytesPerHour <= GROWTH_MAX))
    .map(({ serverId, slopeBytesPerHour }) =>
      `${serverId} grows by ${(slopeBytesPerHour / 1_048_576).toFixed(1)} MiB/h`
    );
  const rule = "No process grows by more than 256 MiB an hour";
  return [{ rule, checked: watched.length, faults }];
}

function withoutWarmUp(life: readonly MemorySample[]): readonly MemorySample[] {
  const startMs = life[0]?.atMs ?? 0;
  return life.filter(({ atMs }) => atMs - startMs >= WARM_UP_MS);
}

function spanMs(life: readonly MemorySample[]): number {
  return (life.at(-1)?.atMs ?? 0) - (life[0]?.atMs ?? 0);
}
