/**
 * The contract of the event log on Kafka: the mock cluster of librdkafka, behind a relay that can be cut.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { KafkaCluster, whyNoKafkaCluster } from "../brokers/kafka_cluster.ts";
import { localKafkaConfig, openTestKafkaLog } from "../brokers/kafka_logs.ts";
import { hasBroker } from "../brokers/require_brokers.ts";
import type { Opened } from "./contract_cases.ts";
import type { EventLog } from "../../core/ports/event_log.ts";
import { testEventLogContract } from "./event_log_contract.ts";
import { eventually } from "./eventually.ts";

const isHere = hasBroker("Kafka", await whyNoKafkaCluster());
let cluster: KafkaCluster | undefined;

Deno.test.beforeAll(async () => {
  if (isHere) cluster = await KafkaCluster.start();
});
Deno.test.afterAll(() => cluster?.close());

testEventLogContract("Kafka", open, {
  ignore: !isHere,
  reopens: true,
  restarts: true,
  leaks: true,
});

async function open(): Promise<Opened<EventLog>> {
  if (cluster === undefined) throw new Error("Cannot open Kafka: there is no cluster");
  const kafka = cluster;
  const folder = await Deno.makeTempDir();
  const options = {
    config: localKafkaConfig(kafka.bootstrapServers),
    outboxPath: `${folder}/outbox.sqlite`,
  };
  const { eventLog, told } = await openTestKafkaLog(options);
  return {
    port: eventLog,
    reopen: async () => (await openTestKafkaLog(options)).eventLog,
    restart: async (whileDown) => {
      kafka.cut();
      await whileDown();
      await eventually(() => assertEquals(told.isUp, false));
      kafka.mend();
    },
    dispose: () => Deno.remove(folder, { recursive: true }),
  };
}
