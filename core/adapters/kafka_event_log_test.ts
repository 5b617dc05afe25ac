import { assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import type { OutboxStatus } from "../ports/outbox.ts";
import { openKafkaEventLog } from "./kafka_event_log.ts";
import type { OutboxEventLog } from "./outbox_event_log.ts";

interface Told {
  readonly states: boolean[];
  status: OutboxStatus | undefined;
}

function open(outboxPath: string, told: Told): Promise<OutboxEventLog> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return openKafkaEventLog({
    config: {
      brokers: [`127.0.0.1:${listener.addr.port}`],
      tls: false,
      sasl: undefined,
      compression: "gzip",
      topicPartitions: 6,
      connectTimeoutMs: 100,
      requestTimeoutMs: 100,
      sessionTimeoutMs: 300,
      outboxEventsMax: 100,
      outboxLengthMax: 100_000,
    },
    clientId: "test",
    outboxPath,
    clock: systemClock,
    random: () => 0,
    log: silentLog,
    onDrop: () => {},
    onOutboxState: () => {},
    onKafkaState: (isUp) => told.states.push(isUp),
    onOutboxStatus: (status) => {
      told.status = status;
    },
    onFault: (error) => reportError(error),
  });
}

// kafkajs keeps the timer of a retry after it was disconnected.
const LEAVES_TIMERS = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "openKafkaEventLog keeps events on disk where there is no Kafka, for the next process",
  LEAVES_TIMERS,
  async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/data/outbox.sqlite`;
    const told: Told = { states: [], status: undefined };
    const first = await open(path, told);
    for (let index = 0; index < 3; index++) {
      first.append({ topic: "t", key: "k", value: { index } });
    }
    await first.flush();
    assertEquals(told.status?.count, 3);
    await assertRejects(() => first.delivered(), Error, "Cannot deliver events");
    assertEquals(told.states, [false]);
    await first.close();
    const again: Told = { states: [], status: undefined };
    const second = await open(path, again);
    assertEquals(again.status?.count, 3);
    await second.close();
    await Deno.remove(folder, { recursive: true });
  },
);

Deno.test("openKafkaEventLog names a file that is no outbox", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/outbox.sqlite`;
  await Deno.writeTextFile(path, "this is no database, whatever its name says. ".repeat(50));
  await assertRejects(() => open(path, { states: [], status: undefined }), Error, path);
  await Deno.remove(folder, { recursive: true });
});
