/** `deno task replay` on a recording in Kafka, among others with which it shares the topic. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../contract/eventually.ts";
import { withFolder } from "../clients/recording_log.ts";
import { runReplay } from "../clients/replay_process.ts";
import { RECORDED_MATCH_ID, recordMatch } from "../fixtures/recorded_match.ts";
import { KafkaCluster, whyNoKafkaCluster } from "./kafka_cluster.ts";
import { localKafkaConfig, openTestKafkaLog } from "./kafka_logs.ts";
import { brokerTest } from "./require_brokers.ts";

const whyNot = await whyNoKafkaCluster();
const MATCHES = [RECORDED_MATCH_ID, "match-2", "match-3", "match-4", "match-5"];

brokerTest(
  "replay reads a match from Kafka and leaves nothing behind",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    const { events } = recordMatch({ seed: 5, ticks: 600, botCount: 5, endReason: "empty" });
    const cluster = await KafkaCluster.start();
    try {
      await withFolder(async (dataDir) => {
        const { bootstrapServers } = cluster;
        const outboxPath = `${dataDir}/outbox.sqlite`;
        const config = localKafkaConfig(bootstrapServers);
        const { eventLog, told } = await openTestKafkaLog({ config, outboxPath });
        try {
          for (const event of events) {
            for (const key of MATCHES) {
              const value = { ...event, match_id: key, event_id: `${key} ${event.event_id}` };
              eventLog.append({ topic: "match_inputs", key, value });
            }
          }
          await eventLog.flush();
          await eventually(() => assertEquals([told.isUp, told.status.count], [true, 0]));
        } finally {
          await eventLog.close();
        }
        const before = [...Deno.readDirSync(dataDir)].map(({ name }) => name).toSorted();
        const env = { KAFKA_BOOTSTRAP_SERVERS: bootstrapServers };
        const replayed = await runReplay([RECORDED_MATCH_ID], { dataDir, env });
        assertEquals(replayed.code, 0, replayed.output + replayed.error);
        assertStringIncludes(replayed.output, "all 21 hashes are equal; 600 ticks");
        const listed = await runReplay(["--list"], { dataDir, env });
        const ids = listed.output.trim().split("\n").map((line) => line.split(" ")[0]);
        assertEquals(ids.toSorted(), MATCHES.toSorted());
        assertEquals((await runReplay(["match-6"], { dataDir, env })).code, 2);
        assertEquals([...Deno.readDirSync(dataDir)].map(({ name }) => name).toSorted(), before);
      });
    } finally {
      await cluster.close();
    }
  },
);
