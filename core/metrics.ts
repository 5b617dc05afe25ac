import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge,
  Histogram,
  Registry,
} from "prom-client";
import { type MetricSample, readSamples } from "./metric_samples.ts";

/** Only ever grows. */
export interface Counter {
  /** The sum so far; starts at 0. */
  readonly value: number;
  /** Adds `by`, 1 by default; never negative. */
  inc(by?: number): void;
}

/** Counts values by size. */
export interface ValueHistogram {
  /** Counts one value, in the unit that the metric's name ends in. */
  observe(value: number): void;
}

/** A metric's name, `<thing>_<unit|total>`, and what it means. */
export interface MetricText {
  /** Unique among the metrics of a service. */
  readonly name: string;
  /** One line of text for `# HELP`. */
  readonly help: string;
}

/** A metric with one label, whose values are a closed set. */
export interface LabelledMetricText<Label extends string> extends MetricText {
  /** The label's name, such as `reason`. */
  readonly label: string;
  /** Every value that it can have: a closed set, never what a client sends. */
  readonly values: readonly Label[];
}

/** Read from /proc, which Deno opens to no service with narrow permissions: they would say 0. */
const NEEDING_PROC = [
  "process_resident_memory_bytes",
  "process_virtual_memory_bytes",
  "process_heap_bytes",
  "process_open_fds",
  "process_max_fds",
];

/** The metrics of one service. Registering a name twice throws an Error: it is a fault of ours. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #shared: Metrics | undefined;

  /**
   * Without metrics of its own yet.
   *
   * @param options `process`: also report the process itself (memory, event loop, file handles);
   * `shared`: metrics of parts that several services use, reported by each of them
   */
  constructor(options: { readonly process: boolean; readonly shared?: Metrics }) {
    if (options.process) this.#reportProcess();
    this.#shared = options.shared;
  }

  /** A counter without labels. */
  counter(text: MetricText): Counter {
    const tally = new Tally();
    new PromCounter({
      ...text,
      registers: [this.#registry],
      collect(): void {
        this.reset();
        this.inc(tally.value);
      },
    });
    return tally;
  }

  /** A counter for each value of a label. */
  counters<Label extends string>(
    text: LabelledMetricText<Label>,
  ): Readonly<Record<Label, Counter>> {
    const { label, values, ...rest } = text;
    const tallies = tallyEach(values, () => new Tally());
    new PromCounter({
      ...rest,
      labelNames: [label],
      registers: [this.#registry],
      collect(): void {
        this.reset();
        for (const value of values) this.inc({ [label]: value }, tallies[value].value);
      },
    });
    return tallies;
  }

  /** A value that is read when it is asked for. */
  gauge(text: MetricText, read: () => number): void {
    new Gauge({
      ...text,
      registers: [this.#registry],
      collect(): void {
        this.set(read());
      },
    });
  }

  /** A value for each value of a label, read when it is asked for. */
  gauges<Label extends string>(
    text: LabelledMetricText<Label>,
    read: (value: Label) => number,
  ): void {
    const { label, values, ...rest } = text;
    new Gauge({
      ...rest,
      labelNames: [label],
      registers: [this.#registry],
      collect(): void {
        for (const value of values) this.set({ [label]: value }, read(value));
      },
    });
  }

  /** A histogram with upper bounds in the unit that its name ends in. */
  histogram(text: MetricText, buckets: readonly number[]): ValueHistogram {
    return new Histogram({ ...text, buckets: [...buckets], registers: [this.#registry] });
  }

  /** A histogram for each value of a label. */
  histograms<Label extends string>(
    text: LabelledMetricText<Label>,
    buckets: readonly number[],
  ): Readonly<Record<Label, ValueHistogram>> {
    const { label, values, ...rest } = text;
    const histogram = new Histogram({
      ...rest,
      labelNames: [label],
      buckets: [...buckets],
      registers: [this.#registry],
    });
    return tallyEach(values, (value) => histogram.labels(value));
  }

  #reportProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
    for (const name of NEEDING_PROC) this.#registry.removeSingleMetric(name);
    const text = { name: "process_resident_memory_bytes", help: "Resident memory size in bytes." };
    this.gauge(text, () => Deno.memoryUsage().rss);
  }

  /** The value of every metric in Prometheus' text format. */
  async text(): Promise<string> {
    const own = await this.#registry.metrics();
    return this.#shared === undefined ? own : `${own}${await this.#shared.text()}`;
  }

  /** What one metric says now, own or shared; empty where there is none of that name. */
  async samples(name: string): Promise<readonly MetricSample[]> {
    const own = this.#registry.getSingleMetric(name);
    if (own !== undefined) return await readSamples(own);
    return await this.#shared?.samples(name) ?? [];
  }

  /** The media type of {@linkcode text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }
}

// prom-client hashes its labels at each increment; a plain field costs a hot path nothing.
class Tally implements Counter {
  value = 0;

  inc(by = 1): void {
    this.value += by;
  }
}

function tallyEach<Label extends string, Value>(
  labels: readonly Label[],
  make: (label: Label) => Value,
): Record<Label, Value> {
  return Object.fromEntries(labels.map((label) => [label, make(label)])) as Record<Label, Value>;
}
