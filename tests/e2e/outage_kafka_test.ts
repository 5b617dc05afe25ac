/**
 * Kafka is cut off, and then killed, in the middle of a match.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { EMBEDDED_PORTS } from "../../core/adapters/ports_config.ts";
import { EVENT_TOPICS } from "../../core/protocol/event_envelope.ts";
import { KafkaCluster, readWithKcat, whyNoKafkaCluster } from "../brokers/kafka_cluster.ts";
import { localKafkaConfig } from "../brokers/kafka_logs.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { parseJsonObject } from "../clients/json_fields.ts";
import { scrape } from "../clients/scrape.ts";
import { eventually } from "../contract/eventually.ts";
import { type TestSystem, withSystem } from "../harness.ts";
import { OUTAGE_PATIENCE_MS, untilDown, untilUp } from "./outage_health.ts";
import { History, readEveryEvent } from "./outage_history.ts";
import { OutageMatch } from "./outage_match.ts";

const whyNot = await whyNoKafkaCluster();
const BROKERS = ["kafka"];

brokerTest(
  "Outage of Kafka in a match: every event is there afterwards, in order per key",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    const cluster = await KafkaCluster.start();
    try {
      const config = { ...EMBEDDED_PORTS, kafka: localKafkaConfig(cluster.bootstrapServers) };
      await withSystem({ config }, (system) => playThrough(system, cluster));
    } finally {
      await cluster.close();
    }
  },
);

async function playThrough(system: TestSystem, cluster: KafkaCluster): Promise<void> {
  const history = new History();
  const { ledger } = await OutageMatch.play(system, async (match) => {
    await untilUp(system, BROKERS);
    await match.goesOn({ steered: true });
    cluster.cut();
    await playWithout(system, match);
    cluster.mend();
    await untilDelivered(system);
    await match.goesOn({ steered: true });
    // The next brokers know nothing of what these have.
    cluster.cut();
    await readDirectly(cluster, history);
    await cluster.replace(() => playWithout(system, match));
    await untilDelivered(system);
    await match.goesOn({ steered: true });
  });
  assertEquals(ledger.refusals, []);
  await readEveryEvent(system, history);
  ledger.assertKept(history);
}

/** Plays on while there is no Kafka: what happens waits on disk. */
async function playWithout(system: TestSystem, match: OutageMatch): Promise<void> {
  await untilDown(system, BROKERS);
  const before = await waitingCount(system);
  await match.goesOn({ steered: true });
  await match.recruits(2);
  await match.visit({ playerId: `visitor-${before}` });
  await eventually(async () => {
    const now = await waitingCount(system);
    assert(now > before, `${now} events wait, and ${before} did before`);
  }, OUTAGE_PATIENCE_MS);
}

async function waitingCount({ game }: TestSystem): Promise<number> {
  return (await scrape(game.addresses.ops)).get("outbox_events_count") ?? NaN;
}

async function untilDelivered(system: TestSystem): Promise<void> {
  await untilUp(system, BROKERS);
  // A match writes all the time: what waited is gone when hardly anything waits.
  await eventually(async () => assert(await waitingCount(system) < 10), OUTAGE_PATIENCE_MS);
}

/** Reads what the brokers have past the relay, which is cut, with Kafka's own tool. */
async function readDirectly(cluster: KafkaCluster, history: History): Promise<void> {
  for (const topic of EVENT_TOPICS) {
    const lines = await readWithKcat(cluster.directServers, { topic, format: "%k %s\n" });
    history.add(
      topic,
      lines.map((line, index) => {
        const space = line.indexOf(" ");
        const value = parseJsonObject(line.slice(space + 1));
        return { topic, key: line.slice(0, space), value, position: String(index) };
      }),
    );
  }
}
