import type { JsonObject } from "../../core/json.ts";
import { growthOf } from "../fuzz/tally.ts";
import { numberOf } from "./program.ts";

/** Inputs and snapshots a second of each player. */
export const PLAYED_RATE = 30;
/** For how long players are watched, in seconds. */
export const PLAYED_S = 10;

/** What a server must do for a count of players to be served. */
const TICK_S_MAX = 0.0167;
const SLOW_TICKS_MAX = 0.01;
const LOST_INPUTS_MAX = 0.001;
const SNAPSHOTS_MIN = 0.98;

/** What a load of so many players gave. */
export interface PlayersResult {
  /** Whether all of them were served as they should be. */
  readonly isServed: boolean;
  /** In a line, for a note. */
  readonly text: string;
  /** From an input to the first snapshot that has it, in milliseconds: p50 and p99. */
  readonly latencyMs: readonly [p50: number, p99: number];
}

type Metrics = ReadonlyMap<string, number>;

/** What a load of `count` players gave, by what it says and by how the server's metrics grew meanwhile. */
export function judgePlay(
  result: JsonObject,
  { before, after, count, cpuShare }: {
    readonly before: Metrics;
    readonly after: Metrics;
    readonly count: number;
    readonly cpuShare: number;
  },
): PlayersResult {
  const grown = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  const histogram = "game_tick_duration_seconds";
  const ticks = grown(`${histogram}_count`);
  const slowShare = 1 - grown(`${histogram}_bucket{le="${TICK_S_MAX}"}`) / ticks;
  const lostTicks = grown("game_ticks_lost_total");
  const inputs = numberOf(result, "inputs");
  const lostShare = grown("game_inputs_skipped_total") / inputs;
  const snapshotShare = numberOf(result, "snapshots") / (count * PLAYED_RATE * PLAYED_S);
  const drops = growthOf("game_drops_total", before, after).entries;
  const isServed = slowShare <= SLOW_TICKS_MAX && lostTicks === 0 && lostShare <= LOST_INPUTS_MAX &&
    snapshotShare >= SNAPSHOTS_MIN;
  const p50 = numberOf(result, "latency_p50_us") / 1_000;
  const p99 = numberOf(result, "latency_p99_us") / 1_000;
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  const text = `${count} players ${isServed ? "served" : "are too many"}: ` +
    `mean tick ${(1_000 * grown(`${histogram}_sum`) / ticks).toFixed(1)} ms, ` +
    `${percent(slowShare)} above 16.7 ms, ${lostTicks} lost, inputs lost ${percent(lostShare)}, ` +
    `snapshots ${percent(snapshotShare)}, input to snapshot p50 ${p50} p99 ${p99} ms, ` +
    `${percent(cpuShare)} of a core` +
    Object.entries(drops).map(([reason, dropped]) => `, ${reason} ${dropped}`).join("");
  return { isServed, text, latencyMs: [p50, p99] };
}
