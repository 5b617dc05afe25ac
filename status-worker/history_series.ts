import type { StatusSample } from "./status_sample.ts";

/**
 * A sample holds until the next one, but no longer than this, in milliseconds: three samples that did
 * not come are a time of which nobody knows.
 */
export const SAMPLE_HOLDS_MS = 180_000;

/** Part of a time, in seconds since the Unix epoch, cut into steps. */
export interface SeriesRange {
  /** Its start. */
  readonly fromS: number;
  /** Its end, exclusive. */
  readonly toS: number;
  /** Seconds of a step, above 0; the last step may be shorter. */
  readonly stepS: number;
}

/** What is known of one step; null is what nobody knows. */
export interface SeriesPoint {
  /** When the step starts, in seconds since the Unix epoch. */
  readonly at: number;
  /** Players, as a mean over the time that is known. */
  readonly players_online: number | null;
  /** The most players at one time. */
  readonly players_online_max: number | null;
  /** Matches, as a mean over the time that is known. */
  readonly matches_running: number | null;
  /** Game servers, as a mean over the time that is known. */
  readonly servers: number | null;
  /** The part of the time that is known in which one could play, 0 to 1. */
  readonly uptime: number | null;
  /** Seconds of the step that are known. */
  readonly observed_s: number;
}

/** Sums of one step; times in milliseconds. */
interface Step {
  readonly players: Sum;
  readonly matches: Sum;
  readonly servers: Sum;
  observedMs: number;
  upMs: number;
}

interface Sum {
  valueMs: number;
  knownMs: number;
  max: number;
}

/**
 * The samples as evenly spaced points, one for each step of the range, weighted by the time for which
 * each sample holds.
 *
 * @param samples oldest first
 */
export function makeSeries(samples: readonly StatusSample[], range: SeriesRange): SeriesPoint[] {
  const { fromS, toS, stepS } = range;
  const [fromMs, toMs, stepMs] = [fromS * 1_000, toS * 1_000, stepS * 1_000];
  const count = Math.max(0, Math.ceil((toMs - fromMs) / stepMs));
  const steps = Array.from({ length: count }, newStep);
  for (let index = firstThatHolds(samples, fromMs); index < samples.length; index++) {
    const sample = samples[index];
    if (sample === undefined || sample.atMs >= toMs) break;
    const nextMs = samples[index + 1]?.atMs ?? Infinity;
    const endMs = Math.min(nextMs, sample.atMs + SAMPLE_HOLDS_MS, toMs);
    let atMs = Math.max(sample.atMs, fromMs);
    while (atMs < endMs) {
      const stepIndex = Math.floor((atMs - fromMs) / stepMs);
      const untilMs = Math.min(endMs, fromMs + (stepIndex + 1) * stepMs);
      const step = steps[stepIndex];
      // Rounding may leave an edge on the wrong side of its step.
      if (step === undefined || untilMs <= atMs) break;
      addTo(step, sample, untilMs - atMs);
      atMs = untilMs;
    }
  }
  return steps.map((step, index) => toPoint(step, fromS + index * stepS));
}

/** The index of the first sample that may hold at `fromMs` or later. */
function firstThatHolds(samples: readonly StatusSample[], fromMs: number): number {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.atMs ?? Infinity) + SAMPLE_HOLDS_MS <= fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function newStep(): Step {
  const newSum = (): Sum => ({ valueMs: 0, knownMs: 0, max: 0 });
  return { players: newSum(), matches: newSum(), servers: newSum(), observedMs: 0, upMs: 0 };
}

function addTo(step: Step, sample: StatusSample, forMs: number): void {
  step.observedMs += forMs;
  if (sample.isUp) step.upMs += forMs;
  addValue(step.players, sample.players, forMs);
  addValue(step.matches, sample.matches, forMs);
  addValue(step.servers, sample.servers, forMs);
}

function addValue(sum: Sum, value: number | null, forMs: number): void {
  if (value === null) return;
  sum.valueMs += value * forMs;
  sum.knownMs += forMs;
  sum.max = Math.max(sum.max, value);
}

function toPoint(step: Step, at: number): SeriesPoint {
  const { players, matches, servers, observedMs, upMs } = step;
  return {
    at,
    players_online: meanOf(players),
    players_online_max: players.knownMs > 0 ? players.max : null,
    matches_running: meanOf(matches),
    servers: meanOf(servers),
    uptime: observedMs > 0 ? upMs / observedMs : null,
    observed_s: Math.round(observedMs / 1_000),
  };
}

function meanOf({ valueMs, knownMs }: Sum): number | null {
  return knownMs > 0 ? Math.round(valueMs / knownMs * 100) / 100 : null;
}
