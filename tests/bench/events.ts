import { KafkaCluster, whyNoKafkaCluster } from "../brokers/kafka_cluster.ts";
import { objectsAt } from "../clients/json_fields.ts";
import { type Figure, figureOf, median, type Skipped } from "./figure.ts";
import { numberOf, Program, scriptWords } from "./program.ts";

const ROUNDS = 5;

/**
 * Events a second through the event log into Kafka, from the first append until every replica has the
 * last, beside kafkajs' own producer that sends the same batches; the two in turn.
 */
export async function measureEvents(dataDir: string): Promise<Figure[] | Skipped> {
  const reason = await whyNoKafkaCluster();
  if (reason !== undefined) return { name: "Events into Kafka", reason };
  const cluster = await KafkaCluster.start();
  try {
    const args = [cluster.bootstrapServers, `${dataDir}/outbox.sqlite`, ROUNDS];
    // This process relays, so that what is measured has a process of its own.
    const result = await new Program(scriptWords("kafka_load.ts", ...args), undefined).result();
    const rounds = objectsAt(result, "rounds");
    const all = (field: string): number[] => rounds.map((round) => numberOf(round, field));
    const appendUs = median(all("append_us")).toFixed(1);
    const stallMs = Math.max(...all("stall_ms")).toFixed(0);
    return [figureOf(
      {
        name: "Events into Kafka",
        unit: "events/s",
        baseline: "kafkajs alone",
        notes: [
          `${numberOf(result, "events")} events a round; an append costs ${appendUs} µs of the ` +
          `caller's thread, which was held up for ${stallMs} ms at most; ` +
          `${numberOf(result, "dropped")} events dropped`,
        ],
      },
      rounds.map((round) => ({
        value: numberOf(round, "per_second"),
        baseline: numberOf(round, "raw_per_second"),
      })),
    )];
  } finally {
    await cluster.close();
  }
}
