import { LoadTally } from "./load_tally.ts";
import { MEASURE_NAMES, type MeasureName, type Phase, scaleOf } from "./measure.ts";
import { INTERVAL_MS } from "./run_share.ts";

/** Rows of a timeline at most; of a longer load each row stands for more of it. */
export const ROWS_MAX = 600;
/** Percentiles of each measure that a row has. */
export const ROW_PERCENTILES = [50, 90, 99, 100] as const;

/** Some seconds of a load. */
export interface TimelineRow {
  /** From the load's start to the row's end, in seconds. */
  readonly at_s: number;
  /** How many players do what, at the end. */
  readonly phases: Readonly<Record<Phase, number>>;
  /** A second. */
  readonly rates: Readonly<Record<"inputs" | "snapshots" | "joins" | "errors" | "bytes", number>>;
  /** In ms or bytes, by {@linkcode ROW_PERCENTILES}; a measure without values is not there. */
  readonly percentiles: Readonly<Partial<Record<MeasureName, readonly number[]>>>;
}

/** A load as it goes: all of it together, and row by row. Its memory is bounded, however long it takes. */
export class Timeline {
  /** All so far. */
  readonly total: LoadTally = new LoadTally();
  readonly #rows: TimelineRow[] = [];
  readonly #intervalsPerRow: number;
  readonly #open: LoadTally = new LoadTally();
  #openCount = 0;
  #intervals = 0;
  #playersPeak = 0;

  /** Of a load that takes at most so long, in milliseconds. */
  constructor(tookMsMax: number) {
    this.#intervalsPerRow = Math.max(1, Math.ceil(tookMsMax / INTERVAL_MS / ROWS_MAX));
  }

  /** What is complete. */
  get rows(): readonly TimelineRow[] {
    return this.#rows;
  }

  /** The most players that played at once. */
  get playersPeak(): number {
    return this.#playersPeak;
  }

  /** Takes the next interval. */
  add(tally: LoadTally): void {
    this.total.add(tally, { isLater: true });
    this.#open.add(tally, { isLater: true });
    this.#intervals++;
    this.#openCount++;
    this.#playersPeak = Math.max(this.#playersPeak, tally.phases.playing);
    if (this.#openCount >= this.#intervalsPerRow) this.#closeRow();
  }

  /** Nothing more comes: the last row is complete too. */
  finish(): void {
    if (this.#openCount > 0) this.#closeRow();
  }

  #closeRow(): void {
    // One more than there should be is less than a row that nothing bounds.
    if (this.#rows.length > ROWS_MAX) return;
    const seconds = (this.#openCount * INTERVAL_MS) / 1_000;
    this.#rows.push(rowOf(this.#open, { seconds, atS: (this.#intervals * INTERVAL_MS) / 1_000 }));
    this.#open.startAnew();
    this.#openCount = 0;
  }
}

/** What a tally of so many seconds is as a row. */
export function rowOf(
  tally: LoadTally,
  { seconds, atS }: { readonly seconds: number; readonly atS: number },
): TimelineRow {
  const { counts, histograms } = tally;
  const percentiles: Partial<Record<MeasureName, readonly number[]>> = {};
  for (const name of MEASURE_NAMES) {
    const histogram = histograms[name];
    if (histogram.count === 0) continue;
    percentiles[name] = ROW_PERCENTILES.map((percentile) =>
      histogram.at(percentile) / scaleOf(name)
    );
  }
  return {
    at_s: atS,
    phases: { ...tally.phases },
    rates: {
      inputs: counts.inputs_applied / seconds,
      snapshots: counts.snapshots / seconds,
      joins: counts.joins / seconds,
      errors: tally.errorsTotal / seconds,
      bytes: (counts.bytes_received + counts.bytes_sent) / seconds,
    },
    percentiles,
  };
}
