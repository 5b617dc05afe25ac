import { EMBEDDED_PORTS } from "../../core/adapters/ports_config.ts";
import { KafkaCluster, whyNoKafkaCluster } from "../brokers/kafka_cluster.ts";
import { localKafkaConfig } from "../brokers/kafka_logs.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { withSystem } from "../harness.ts";
import { playJourney } from "./journey.ts";

Deno.test("a player's journey on everything embedded", async () => {
  await withSystem({ env: { GAME_ALLOW_GUESTS: "false" } }, playJourney);
});

const whyNot = await whyNoKafkaCluster();

brokerTest(
  "a player's journey with its events in Kafka",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    const cluster = await KafkaCluster.start();
    try {
      const config = { ...EMBEDDED_PORTS, kafka: localKafkaConfig(cluster.bootstrapServers) };
      await withSystem({ config, env: { GAME_ALLOW_GUESTS: "false" } }, playJourney);
    } finally {
      await cluster.close();
    }
  },
);
