import { assertEquals } from "@std/assert";
import { Kafka } from "kafkajs";
import {
  KafkaCluster,
  whyNoKafkaCluster,
  writeWithKcat,
} from "../../tests/brokers/kafka_cluster.ts";
import { localKafkaConfig } from "../../tests/brokers/kafka_logs.ts";
import { brokerTest } from "../../tests/brokers/require_brokers.ts";
import { inTime } from "../../tests/contract/eventually.ts";
import { systemClock } from "../clock.ts";
import type { JsonObject } from "../json.ts";
import { type Log, type LogFields, silentLog } from "../log.ts";
import { toKafkaSettings } from "./kafka_client.ts";
import { KafkaGroupMember } from "./kafka_group_member.ts";

// What its groups do otherwise is proven in tests/contract/event_group_contract.ts.

const TOPIC = "game_events";
const GROUP = "readers";

const whyNot = await whyNoKafkaCluster();

brokerTest(
  "KafkaGroupMember passes over what is no event, says where, and goes on after it",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    const cluster = await KafkaCluster.start();
    const config = localKafkaConfig(cluster.bootstrapServers);
    const [handled, skipped]: [JsonObject[], LogFields[]] = [[], []];
    const done = Promise.withResolvers<void>();
    const log: Log = {
      ...silentLog,
      warn: (event, fields = {}) => {
        if (event === "kafka_record_skipped") skipped.push(fields);
      },
    };
    const lines = ['key:{"index":0}', "key:no JSON", "key:[1]", "key:", 'key:{"index":1}'];
    await writeWithKcat(cluster.directServers, { topic: TOPIC, lines });
    const client = { config, clientId: "test", log };
    const member = new KafkaGroupMember({
      ...client,
      topic: TOPIC,
      group: GROUP,
      handler: ({ value }) => {
        handled.push(value);
        if (value["index"] === 1) done.resolve();
        return Promise.resolve();
      },
      clock: systemClock,
      random: Math.random,
      onClose: () => {},
    });
    try {
      await inTime(done.promise);
      await member.close();
      assertEquals(handled, [{ index: 0 }, { index: 1 }]);
      // All of one key's are in one partition, and the group has done with all of them.
      const [first] = skipped;
      const partition = Number(first?.["partition"]);
      assertEquals(skipped, [1, 2, 3].map((offset) => ({ partition, offset })));
      assertEquals(await committedOffset(client, partition), "5");
    } finally {
      await member.close();
      await cluster.close();
    }
  },
);

async function committedOffset(
  client: Parameters<typeof toKafkaSettings>[0],
  partition: number,
): Promise<string | undefined> {
  const admin = new Kafka(toKafkaSettings(client)).admin();
  await admin.connect();
  try {
    const groupId = `${GROUP}.${TOPIC}`;
    const [topic] = await admin.fetchOffsets({ groupId, topics: [TOPIC] });
    return topic?.partitions.find((found) => found.partition === partition)?.offset;
  } finally {
    await admin.disconnect();
  }
}
