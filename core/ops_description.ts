import type { Health } from "./health.ts";
import { tryJsonObject } from "./json.ts";
import { tryHistogram } from "./metric_samples.ts";
import type { Metrics } from "./metrics.ts";
import type { RpcHandler } from "./ports/rpc.ts";
import type { HistogramView, ServiceDescription } from "./protocol/ops_description.ts";
import { VERSION } from "./version.ts";

/** The action by which a service is asked over `Rpc` how it is. */
export const DESCRIBE_ACTION = "describe_service";

/** Which metrics a description tells of, besides those of the ports. */
export interface DescribedMetrics {
  /** Counters and gauges; of those with a label the sum. */
  readonly figures?: readonly string[];
  /** Counters with the label `reason`. */
  readonly drops?: readonly string[];
  /** Without labels. */
  readonly histograms?: readonly string[];
}

/** What a description is made of. */
export interface DescriptionOptions extends DescribedMetrics {
  /** The instance. */
  readonly serverId: string;
  /** Where the service counts: what `/metrics` serves. */
  readonly metrics: Metrics;
  /** What `/readyz` answers. */
  readonly health: Health;
}

const BROKER_METRIC = "broker_up";
const PORT_FIGURES = ["outbox_events_count", "outbox_oldest_age_seconds"];
const PORT_DROPS = ["event_log_dropped_total", "pub_sub_troubles_total"];

/** How a service is now. Reads only what it tells of: the rest of the metrics may be many. */
export async function describeService(options: DescriptionOptions): Promise<ServiceDescription> {
  const { serverId, metrics, health, figures = [], drops = [], histograms = [] } = options;
  const down = health.ailments().map(({ part, reason, sinceMs }) => ({
    part,
    reason,
    since_ms: sinceMs,
  }));
  return {
    server_id: serverId,
    version: VERSION,
    ready: health.report().ready,
    down,
    brokers: await readBrokers(metrics),
    figures: await readFigures(metrics, [...PORT_FIGURES, ...figures]),
    drops: await readDrops(metrics, [...PORT_DROPS, ...drops]),
    histograms: await readHistograms(metrics, histograms),
  };
}

/** The handler of a service that also says how it is, when {@linkcode DESCRIBE_ACTION} asks. */
export function describing(
  handler: RpcHandler,
  describe: () => Promise<ServiceDescription>,
): RpcHandler {
  return (request) =>
    tryJsonObject(request)?.action === DESCRIBE_ACTION ? describe() : handler(request);
}

async function readBrokers(metrics: Metrics): Promise<Record<string, boolean>> {
  const samples = await metrics.samples(BROKER_METRIC);
  return Object.fromEntries(samples.map(({ labels, value }) => [String(labels.broker), value > 0]));
}

async function readFigures(
  metrics: Metrics,
  names: readonly string[],
): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const name of names) {
    const samples = await metrics.samples(name);
    // What is not registered here is not told of.
    if (samples.length > 0) figures[name] = samples.reduce((sum, { value }) => sum + value, 0);
  }
  return figures;
}

async function readDrops(
  metrics: Metrics,
  names: readonly string[],
): Promise<Record<string, Record<string, number>>> {
  const drops: Record<string, Record<string, number>> = {};
  for (const name of names) {
    const samples = (await metrics.samples(name)).filter(({ value }) => value > 0);
    if (samples.length === 0) continue;
    drops[name] = Object.fromEntries(
      samples.map(({ labels, value }) => [String(labels.reason), value]),
    );
  }
  return drops;
}

async function readHistograms(
  metrics: Metrics,
  names: readonly string[],
): Promise<Record<string, HistogramView>> {
  const histograms: Record<string, HistogramView> = {};
  for (const name of names) {
    const histogram = tryHistogram(await metrics.samples(name));
    if (histogram !== undefined) histograms[name] = { ...histogram };
  }
  return histograms;
}
