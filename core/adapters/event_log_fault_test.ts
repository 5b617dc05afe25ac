import { assertEquals, assertStringIncludes } from "@std/assert";
import { KafkaCluster, whyNoKafkaCluster } from "../../tests/brokers/kafka_cluster.ts";
import { localKafkaConfig, openTestKafkaLog } from "../../tests/brokers/kafka_logs.ts";
import { brokerTest } from "../../tests/brokers/require_brokers.ts";
import { type EndedScript, runScript } from "../../tests/clients/script_process.ts";
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import type { EventLog } from "../ports/event_log.ts";
import { SqliteEventLog } from "../ports/sqlite_event_log.ts";

const TOPIC = "game_events";
const EVENT_COUNT = 1_000;

/**
 * A service that has its event log keep events, says so, and then sends its thread what no thread of an
 * event log can read: an exception that nobody catches ends it.
 */
const SERVICE = `
  import { runProgram } from "${import.meta.resolve("../lifecycle.ts")}";
  const threads = [];
  globalThis.Worker = class extends Worker {
    constructor(...parameters) {
      super(...parameters);
      threads.push(this);
    }
  };
  await runProgram({
    name: "test",
    ports: ["rpc", "eventLog"],
    parseConfig: () => ({ serverId: "test", drainMs: 5_000, opsHost: "127.0.0.1", opsPort: 0 }),
    start: async (_config, { eventLog, health }) => {
      health.markStarted();
      for (let index = 0; index < ${EVENT_COUNT}; index++) {
        eventLog.append({ topic: "${TOPIC}", key: "key", value: { index } });
      }
      await eventLog.flush();
      // Once it listens for errors.
      setTimeout(() => threads[0].postMessage(undefined));
      return {
        addresses: {},
        close: async () => console.log(JSON.stringify(health.report())),
      };
    },
  });
`;

/** Runs the service until it ends by itself. */
function run(env: Readonly<Record<string, string>>): Promise<EndedScript> {
  return runScript(SERVICE, { env: { LOG_FORMAT: "json", ...env } });
}

/** It said what had happened, was not ready, closed everything and failed, so that it is started again. */
function assertEndedInOrder({ code, text }: EndedScript, died: string): void {
  assertStringIncludes(text, `"level":"ERROR","service":"test","event":"${died}"`);
  assertStringIncludes(text, '"event":"uncaught_error"');
  assertStringIncludes(text, '"ready":false');
  assertStringIncludes(text, '"event_log_worker":"Cannot go on with the');
  assertStringIncludes(text, '"event":"closed"');
  assertEquals(code, 1, text);
}

async function assertWhole(eventLog: EventLog): Promise<void> {
  const events = await Array.fromAsync(eventLog.read(TOPIC));
  const indexes = new Set(events.map(({ value }) => value["index"]));
  assertEquals([...indexes], Array.from({ length: EVENT_COUNT }, (_, index) => index));
}

Deno.test("A service whose embedded event log lost its thread ends in order, and has what was flushed", async () => {
  const dataDir = await Deno.makeTempDir();
  assertEndedInOrder(await run({ DATA_DIR: dataDir }), "event_log_worker_died");
  const path = `${dataDir}/events.sqlite`;
  const again = new SqliteEventLog({ path, clock: systemClock, log: silentLog });
  await assertWhole(again);
  await again.close();
  await Deno.remove(dataDir, { recursive: true });
});

const whyNot = await whyNoKafkaCluster();

brokerTest(
  "A service whose outbox lost its thread ends in order, and the next one sends what was flushed",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    const dataDir = await Deno.makeTempDir();
    const cluster = await KafkaCluster.start();
    try {
      cluster.cut();
      const servers = cluster.bootstrapServers;
      const ended = await run({ DATA_DIR: dataDir, KAFKA_BOOTSTRAP_SERVERS: servers });
      assertEndedInOrder(ended, "outbox_worker_died");
      cluster.mend();
      const { eventLog } = await openTestKafkaLog({
        config: localKafkaConfig(servers),
        outboxPath: `${dataDir}/outbox_test.sqlite`,
      });
      await assertWhole(eventLog);
      await eventLog.close();
    } finally {
      await cluster.close();
      await Deno.remove(dataDir, { recursive: true });
    }
  },
);
