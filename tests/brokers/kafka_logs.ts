import { openKafkaEventLog } from "../../core/adapters/kafka_event_log.ts";
import type { KafkaConfig } from "../../core/adapters/kafka_config.ts";
import type {
  OutboxEventDropReason,
  OutboxEventLog,
} from "../../core/adapters/outbox_event_log.ts";
import { systemClock } from "../../core/clock.ts";
import { type Log, silentLog } from "../../core/log.ts";
import type { OutboxStatus } from "../../core/ports/outbox.ts";

/** What an event log has told of itself. */
export interface ToldByLog {
  /** Whether Kafka is there; undefined before the first word of it. */
  isUp: boolean | undefined;
  /** How often Kafka went away. */
  downCount: number;
  /** What waits in the outbox. */
  status: OutboxStatus;
  /** Events that were dropped, by reason. */
  readonly dropped: Map<OutboxEventDropReason, number>;
}

/** Settings for a cluster on this machine: short timeouts, so that an outage is soon noticed. */
export function localKafkaConfig(bootstrapServers: string): KafkaConfig {
  return {
    brokers: bootstrapServers.split(","),
    tls: false,
    sasl: undefined,
    compression: "gzip",
    topicPartitions: 6,
    connectTimeoutMs: 1_000,
    requestTimeoutMs: 1_000,
    // The mock cluster forms a group in 3 s, and forgets a member that is silent for longer meanwhile.
    sessionTimeoutMs: 4_000,
    outboxEventsMax: 1_000_000,
    outboxLengthMax: 536_870_912,
  };
}

/** Opens an event log on Kafka, and keeps what it tells. */
export async function openTestKafkaLog(options: {
  readonly config: KafkaConfig;
  readonly outboxPath: string;
  readonly log?: Log;
}): Promise<{ readonly eventLog: OutboxEventLog; readonly told: ToldByLog }> {
  const told: ToldByLog = {
    isUp: undefined,
    downCount: 0,
    status: { count: 0, length: 0, oldestAtMs: undefined },
    dropped: new Map(),
  };
  const eventLog = await openKafkaEventLog({
    config: options.config,
    clientId: "test",
    outboxPath: options.outboxPath,
    clock: systemClock,
    random: Math.random,
    log: options.log ?? silentLog,
    onKafkaState: (isUp) => {
      told.isUp = isUp;
      if (!isUp) told.downCount++;
    },
    onOutboxState: () => {},
    onOutboxStatus: (status) => {
      told.status = status;
    },
    onFault: (error) => reportError(error),
    onDrop: (count, reason) => {
      told.dropped.set(reason, (told.dropped.get(reason) ?? 0) + count);
    },
  });
  return { eventLog, told };
}
