import { assertLess } from "@std/assert";
import { systemClock } from "../../core/clock.ts";
import { eventually } from "../contract/eventually.ts";
import { KafkaCluster, whyNoKafkaCluster } from "./kafka_cluster.ts";
import { localKafkaConfig, openTestKafkaLog } from "./kafka_logs.ts";
import { brokerTest } from "./require_brokers.ts";

/** Less than a service has to end, in milliseconds. */
const END_MS_MAX = 4_000;
/** A group that waits for a member which was killed answers nobody for as long as a session and more. */
const CONFIG = { sessionTimeoutMs: 30_000, requestTimeoutMs: 30_000 };

const whyNot = await whyNoKafkaCluster();

brokerTest(
  "A member ends in time though its group does not let it in",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    await using opened = new AsyncDisposableStack();
    const cluster = await KafkaCluster.start();
    opened.defer(() => cluster.close());
    const dataDir = await Deno.makeTempDir({ prefix: "tanks-" });
    opened.defer(() => Deno.remove(dataDir, { recursive: true }));
    const { eventLog, told } = await openTestKafkaLog({
      config: { ...localKafkaConfig(cluster.bootstrapServers), ...CONFIG },
      outboxPath: `${dataDir}/outbox.sqlite`,
    });
    opened.defer(() => eventLog.close());
    eventLog.append({ topic: "game_events", key: "a", value: { event_id: "1" } });
    await eventually(() => {
      if (told.isUp !== true || told.status.count > 0) throw new Error("Kafka has no event yet");
    });
    // The mock cluster takes three seconds until it lets the first member in.
    const member = await eventLog.subscribe("game_events", "group", () => Promise.resolve());
    await eventLog.delivered();
    cluster.freeze();
    const startMs = systemClock.monotonicMs();
    await member.close();
    assertLess(systemClock.monotonicMs() - startMs, END_MS_MAX);
    cluster.thaw();
  },
);
