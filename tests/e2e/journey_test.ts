import { parsePortsConfig } from "../../core/adapters/ports_config.ts";
import { whyNobodyListens } from "../brokers/broker_here.ts";
import { KafkaCluster, whyNoKafkaCluster } from "../brokers/kafka_cluster.ts";
import { localKafkaConfig } from "../brokers/kafka_logs.ts";
import { lockMachineBrokers } from "../brokers/machine_lock.ts";
import { machinePostgresUrl, whyNoPostgres } from "../brokers/postgres_broker.ts";
import { createTestDatabase } from "../brokers/postgres_databases.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { withSystem } from "../harness.ts";
import { playJourney } from "./journey.ts";

const ENV = { GAME_ALLOW_GUESTS: "false" };
/** Every command of a client goes through RabbitMQ and back. */
const BROKER_ENV = { ...ENV, GAME_COMMAND_ROUTE: "broker" };

Deno.test("a player's journey on everything embedded", async () => {
  await withSystem({ env: ENV }, playJourney);
});

const RABBITMQ_PORT = 5672;
const NATS_PORT = 4222;
const REDIS_PORT = 6379;
const whyNot = await whyNoKafkaCluster() ?? await whyNoPostgres() ??
  await whyNobodyListens(RABBITMQ_PORT) ?? await whyNobodyListens(NATS_PORT) ??
  await whyNobodyListens(REDIS_PORT);

brokerTest(
  "a player's journey on Kafka, RabbitMQ, NATS, Redis and PostgreSQL",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    await using _lock = await lockMachineBrokers();
    await using opened = new AsyncDisposableStack();
    const cluster = await KafkaCluster.start();
    opened.defer(() => cluster.close());
    const database = await createTestDatabase(machinePostgresUrl);
    opened.defer(() => database.drop());
    const addresses = parsePortsConfig(
      new Map([
        ["DATABASE_URL", database.url],
        ["RABBITMQ_HOST", "127.0.0.1"],
        ["NATS_URL", `nats://127.0.0.1:${NATS_PORT}`],
        [
          "REDIS_URL",
          `redis://127.0.0.1:${REDIS_PORT}/0?key_prefix=journey_${crypto.randomUUID()}:`,
        ],
      ]),
    );
    const config = { ...addresses, kafka: localKafkaConfig(cluster.bootstrapServers) };
    await withSystem({ config, env: BROKER_ENV }, playJourney);
  },
);
