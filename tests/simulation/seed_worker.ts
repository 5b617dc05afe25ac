/// <reference lib="deno.worker" />
// A thread that runs seeds, one after the other: a run replaces what is global, and has a thread for itself.
import { simulate } from "./simulation.ts";

/** A seed to be run. */
export interface SeedOrder {
  /** Which. */
  readonly seed: number;
  /** How long faults happen, in milliseconds. */
  readonly faultsMs: number;
}

/** What became of it. */
export interface SeedReport {
  /** Which. */
  readonly seed: number;
  /** Promises that were not kept. */
  readonly violations: readonly string[];
  /** How many faults there were. */
  readonly faultCount: number;
}

globalThis.addEventListener("message", (event: MessageEvent<SeedOrder>) => {
  const { seed, faultsMs } = event.data;
  simulate(seed, { faultsMs }).then(
    ({ violations, counts }) => say({ seed, violations, faultCount: counts.get("fault") ?? 0 }),
    (error: unknown) =>
      say({ seed, violations: [`it broke off: ${String(error)}`], faultCount: 0 }),
  );
});

function say(report: SeedReport): void {
  self.postMessage(report);
}
