import type { ConstantsSource } from "../../core/ports/constants_source.ts";
import type { FaultRecord } from "./fault_record.ts";
import { STATUS_INTERVAL_S } from "./topology.ts";

/** What a watch works with. */
export interface StatusWatchOptions {
  /** On the world's clock, in milliseconds. */
  readonly nowMs: () => number;
  /** What excuses a reading too many. */
  readonly faults: FaultRecord;
  /** Told of one. */
  readonly violation: (text: string) => void;
}

/** The pause between two readings is shorter by a twentieth at most. */
const INTERVAL_MS_MIN = STATUS_INTERVAL_S * 1_000 * 0.9;

/** Watches who reads the table of constants: one worker of several, once in an interval. */
export class StatusWatch {
  readonly #options: StatusWatchOptions;
  #last: { readonly node: string; readonly atMs: number } | undefined;

  /** Nobody has read yet. */
  constructor(options: StatusWatchOptions) {
    this.#options = options;
  }

  /** The table as one node reads it. */
  observe(constants: ConstantsSource, node: string): ConstantsSource {
    return {
      read: (options) => {
        this.#read(node);
        return constants.read(options);
      },
      close: () => constants.close(),
    };
  }

  #read(node: string): void {
    const { nowMs, faults, violation } = this.#options;
    const last = this.#last;
    const atMs = nowMs();
    this.#last = { node, atMs };
    if (last === undefined || atMs - last.atMs >= INTERVAL_MS_MIN) return;
    // Whoever takes over reads at once, and what has failed is tried again sooner: only in trouble.
    const span = { fromMs: last.atMs - 2 * INTERVAL_MS_MIN, toMs: atMs };
    const trouble = ["crash", "stop", "freeze", "store", "database"] as const;
    if (faults.touched("status", trouble, span)) return;
    const pauseMs = Math.round(atMs - last.atMs);
    violation(`${node} read the constants ${pauseMs} ms after ${last.node}, without trouble`);
  }
}
