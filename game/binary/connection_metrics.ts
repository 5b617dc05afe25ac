import type { Counter, ValueHistogram } from "../../core/metrics.ts";

/** Snapshots for each that is measured. */
export const SAMPLE_EVERY = 64;

/** What connections count, all of them together. */
export interface ConnectionMetrics {
  /** Bytes of a snapshot's datagram, header and tag included; of one in {@linkcode SAMPLE_EVERY}. */
  readonly bytes: ValueHistogram;
  /** Ticks between a snapshot and its baseline; of one in {@linkcode SAMPLE_EVERY}. */
  readonly baselineTicks: ValueHistogram;
  /** Inputs that were never applied, because newer ones were there. */
  readonly inputsSkipped: Counter;
  /** Ticks for which a player's input was not there in time. */
  readonly inputsLate: Counter;
  /** Messages that were too long, or that too many waited before. */
  readonly messagesGivenUp: Counter;
}
