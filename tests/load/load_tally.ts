import { type JsonObject, type JsonValue, tryJsonObject } from "../../core/json.ts";
import { ERROR_REASONS, type ErrorReason } from "./error_reason.ts";
import {
  COUNT_NAMES,
  type CountName,
  MEASURE_NAMES,
  type MeasureName,
  type Phase,
  PHASES,
  scaleOf,
} from "./measure.ts";
import { ValueHistogram } from "./value_histogram.ts";

/** What was measured and counted in some time, by some players. Two of them can be added up. */
export class LoadTally {
  /** Values of each measure. */
  readonly histograms: Readonly<Record<MeasureName, ValueHistogram>>;
  /** How often each thing was. */
  readonly counts: Readonly<Record<CountName, number>>;
  /** How often something went wrong, by reason. */
  readonly errors: Readonly<Record<ErrorReason, number>>;
  /** How many players do what, at the end of the time. */
  readonly phases: Readonly<Record<Phase, number>>;
  readonly #counts: Record<CountName, number>;
  readonly #errors: Record<ErrorReason, number>;
  readonly #phases: Record<Phase, number>;

  /** Empty. */
  constructor() {
    this.histograms = recordOf(MEASURE_NAMES, () => new ValueHistogram());
    this.counts = this.#counts = recordOf(COUNT_NAMES, () => 0);
    this.errors = this.#errors = recordOf(ERROR_REASONS, () => 0);
    this.phases = this.#phases = recordOf(PHASES, () => 0);
  }

  /** All that went wrong. */
  get errorsTotal(): number {
    return ERROR_REASONS.reduce((sum, reason) => sum + this.errors[reason], 0);
  }

  /** Counts something, once or more often. */
  count(name: CountName, times = 1): void {
    this.#counts[name] += times;
  }

  /** Counts something that went wrong. */
  fail(reason: ErrorReason): void {
    this.#errors[reason]++;
  }

  /** Takes a value, in ms or in bytes as `MEASURES` says. */
  measure(measure: MeasureName, value: number): void {
    if (!this.histograms[measure].record(value * scaleOf(measure))) this.count("values_clamped");
  }

  /** As {@linkcode measure}, of a request that is due every `intervalMs` at each player. */
  measureRequest(measure: MeasureName, valueMs: number, intervalMs: number): void {
    const scale = scaleOf(measure);
    const isKept = this.histograms[measure].recordCorrected(valueMs * scale, intervalMs * scale);
    if (!isKept) this.count("values_clamped");
  }

  /** A player does something else from now on; undefined: it was not there before. */
  move(from: Phase | undefined, to: Phase): void {
    if (from !== undefined) this.#phases[from]--;
    this.#phases[to]++;
  }

  /** Players do what these say together. */
  setPhases(parts: readonly Readonly<Record<Phase, number>>[]): void {
    for (const phase of PHASES) {
      this.#phases[phase] = parts.reduce((sum, part) => sum + part[phase], 0);
    }
  }

  /** Adds values and counts; of what players do, the other's counts instead where `isLater`. */
  add(other: LoadTally, { isLater = false }: { readonly isLater?: boolean } = {}): void {
    for (const name of MEASURE_NAMES) this.histograms[name].add(other.histograms[name]);
    for (const name of COUNT_NAMES) this.#counts[name] += other.counts[name];
    for (const reason of ERROR_REASONS) this.#errors[reason] += other.errors[reason];
    for (const phase of PHASES) {
      this.#phases[phase] = other.phases[phase] + (isLater ? 0 : this.#phases[phase]);
    }
  }

  /** Forgets all but what players do, who go on with it. */
  startAnew(): void {
    for (const name of MEASURE_NAMES) this.histograms[name].reset();
    for (const name of COUNT_NAMES) this.#counts[name] = 0;
    for (const reason of ERROR_REASONS) this.#errors[reason] = 0;
  }

  /** For another process; what is nothing is left out. */
  toJson(): JsonObject {
    const histograms: Record<string, JsonValue> = {};
    for (const name of MEASURE_NAMES) {
      const histogram = this.histograms[name];
      if (histogram.count > 0) histograms[name] = histogram.encode();
    }
    return {
      histograms,
      counts: withoutZeros(this.counts),
      errors: withoutZeros(this.errors),
      phases: withoutZeros(this.phases),
    };
  }

  /** What {@linkcode toJson} gave. @throws Error where it is none */
  static fromJson(value: JsonValue | undefined): LoadTally {
    const fields = tryJsonObject(value);
    if (fields === undefined) throw new Error("Cannot read a tally: it is no object");
    const tally = new LoadTally();
    for (const name of MEASURE_NAMES) {
      const encoded = tryJsonObject(fields.histograms)?.[name];
      if (typeof encoded === "string") tally.histograms[name].add(new ValueHistogram(encoded));
    }
    readNumbers(fields.counts, tally.#counts);
    readNumbers(fields.errors, tally.#errors);
    readNumbers(fields.phases, tally.#phases);
    return tally;
  }
}

/** A record with a value for each name. */
function recordOf<Name extends string, Value>(
  names: readonly Name[],
  make: () => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, make()])) as Record<Name, Value>;
}

/** The fields that are not 0. */
export function withoutZeros(record: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== 0));
}

function readNumbers(value: JsonValue | undefined, into: Record<string, number>): void {
  for (const [name, number] of Object.entries(tryJsonObject(value) ?? {})) {
    if (Object.hasOwn(into, name) && typeof number === "number") into[name] = number;
  }
}
