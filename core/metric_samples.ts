/** One value of a metric. */
export interface MetricSample {
  /** The metric's name; of a histogram with `_bucket`, `_sum` or `_count` behind it. */
  readonly name: string;
  /** What tells it from the metric's other values; of a bucket its upper bound, `le`. */
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  /** The value now. */
  readonly value: number;
}

/** A metric that can be read, as prom-client has them. */
export interface ReadableMetric {
  /** Its name and values. */
  get(): Promise<{
    readonly name: string;
    readonly values: readonly {
      readonly value: number;
      readonly labels: Readonly<Record<string, string | number | undefined>>;
      readonly metricName?: string | undefined;
    }[];
  }>;
}

/** What a metric says now. */
export async function readSamples(metric: ReadableMetric): Promise<MetricSample[]> {
  const { name, values } = await metric.get();
  return values.map(({ value, labels, metricName = name }) => ({
    name: metricName,
    labels,
    value,
  }));
}

/** A histogram's values, as they are told to those who draw it. */
export interface HistogramReading {
  /** The upper bounds of its buckets, ascending, in the unit that the metric's name ends in. */
  readonly bounds: readonly number[];
  /** How many values are in each bucket, without those of the buckets before; one more for what is above. */
  readonly counts: readonly number[];
  /** The sum of all values. */
  readonly sum: number;
}

/** A histogram without labels from its samples; undefined where they are of none. */
export function tryHistogram(samples: readonly MetricSample[]): HistogramReading | undefined {
  const bounds: number[] = [];
  const counts: number[] = [];
  let before = 0;
  let sum: number | undefined;
  for (const { name, labels: { le }, value } of samples) {
    if (name.endsWith("_sum")) sum = value;
    if (!name.endsWith("_bucket") || le === undefined) continue;
    if (le !== "+Inf") bounds.push(Number(le));
    // Prometheus' buckets hold those below them too.
    counts.push(value - before);
    before = value;
  }
  return sum === undefined || counts.length === 0 ? undefined : { bounds, counts, sum };
}
