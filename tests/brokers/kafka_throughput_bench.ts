import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { SqliteEventLog } from "../../core/ports/sqlite_event_log.ts";
import { KafkaCluster, whyNoKafkaCluster } from "./kafka_cluster.ts";
import { localKafkaConfig, openTestKafkaLog } from "./kafka_logs.ts";
import { measureKafkaThroughput, tankMoved } from "./kafka_throughput.ts";

const COUNT = 10_000;

const folder = await Deno.makeTempDir();
const ignore = await whyNoKafkaCluster() !== undefined;
const cluster = ignore ? undefined : await KafkaCluster.start();
const { eventLog } = await openTestKafkaLog({
  config: localKafkaConfig(cluster?.bootstrapServers ?? "127.0.0.1:1"),
  outboxPath: `${folder}/outbox.sqlite`,
});
const sqlite = new SqliteEventLog({
  path: `${folder}/events.sqlite`,
  clock: systemClock,
  log: silentLog,
});
await sqlite.opened();

Deno.bench({
  name: "10 000 events until they are in the embedded log",
  group: "events",
  baseline: true,
  fn: async () => {
    for (let index = 0; index < COUNT; index++) sqlite.append(tankMoved(index));
    await sqlite.flush();
  },
});

Deno.bench({
  name: "10 000 events until they are in Kafka, through the outbox and the test's relay",
  group: "events",
  ignore,
  n: 10,
  fn: async () => {
    await measureKafkaThroughput(eventLog, COUNT);
  },
});

globalThis.addEventListener("unload", () => {
  cluster?.kill();
  Deno.removeSync(folder, { recursive: true });
});
