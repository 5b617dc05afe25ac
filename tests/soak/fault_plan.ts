import type { Rng } from "../../core/rng.ts";

/**
 * Something that goes wrong. `kill` and `freeze` name a process or broker; `drain` a process that is asked to
 * end, as where a newer one takes its place; `cut` the connections of one process to one broker; `fill` the
 * disk of one process.
 */
export interface Fault {
  /** What. */
  readonly kind: "kill" | "freeze" | "drain" | "cut" | "fill";
  /** Whose. */
  readonly target: string;
}

/** A fault at its time. */
export interface PlannedFault extends Fault {
  /** When it begins, in milliseconds from the start. */
  readonly atMs: number;
  /** How long it lasts before it is mended, in milliseconds. */
  readonly lastsMs: number;
}

/** When and for how long things go wrong. */
export interface FaultPlanOptions {
  /** The time that there is, in milliseconds. */
  readonly durationMs: number;
  /** From the beginning of one to that of the next, in milliseconds. */
  readonly everyMs: number;
  /** Decides what, in which order, and for how long. */
  readonly rng: Rng;
}

/** How long a fault lasts, in milliseconds; a frozen server of 4 s and more has lost its matches. */
const LASTS_MS = { min: 3_000, max: 8_000 };

/**
 * One fault after another. All of `faults` come once, in an order of chance, before any comes again; the
 * first after one period, the last early enough that a period is left after it.
 */
export function planFaults(faults: readonly Fault[], options: FaultPlanOptions): PlannedFault[] {
  const { durationMs, everyMs, rng } = options;
  const plan: PlannedFault[] = [];
  let waiting: Fault[] = [];
  for (let atMs = everyMs; atMs + everyMs <= durationMs; atMs += everyMs) {
    if (waiting.length === 0) waiting = shuffle(faults, rng);
    const fault = waiting.pop();
    if (fault === undefined) break;
    const lastsMs = LASTS_MS.min + rng.below(LASTS_MS.max - LASTS_MS.min);
    plan.push({ ...fault, atMs, lastsMs });
  }
  return plan;
}

function shuffle(faults: readonly Fault[], rng: Rng): Fault[] {
  const rest = [...faults];
  const shuffled: Fault[] = [];
  while (rest.length > 0) shuffled.push(...rest.splice(rng.below(rest.length), 1));
  return shuffled;
}
