import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { OutboxListener } from "../ports/outbox.ts";
import type { KafkaConfig } from "./kafka_config.ts";
import { KafkaEventSource } from "./kafka_event_source.ts";
import { KafkaOutbox } from "./kafka_outbox.ts";
import { OutboxEventLog, type OutboxEventLogOptions } from "./outbox_event_log.ts";

/** What an event log on Kafka needs. */
export interface KafkaEventLogOptions
  extends Pick<OutboxEventLogOptions, "onAppend" | "onDrop" | "onOutboxState"> {
  /** Which Kafka, and the outbox's bounds. */
  readonly config: KafkaConfig;
  /** The name under which the brokers know us: the server's id. */
  readonly clientId: string;
  /** The outbox's file, made where it is missing; one process at a time may have it. */
  readonly outboxPath: string;
  /** For batches, delays and the time of each event. */
  readonly clock: Clock;
  /** From 0 up to 1, for the jitter. */
  readonly random: () => number;
  /** Told of every failure. */
  readonly log: Log;
  /** Called when Kafka goes away (false, and why) and when it is there (true). */
  readonly onKafkaState: OutboxListener["onState"];
  /** Called when more waits in the outbox, or less. */
  readonly onOutboxStatus: OutboxListener["onStatus"];
  /** As {@linkcode KafkaOutbox} has it. */
  readonly onFault: (error: Error) => void;
}

/**
 * Opens an event log on Kafka, behind an outbox on disk: Kafka may be away, now or at any time.
 *
 * @throws Error naming the outbox's path, where it is none or another process has it
 */
export async function openKafkaEventLog(options: KafkaEventLogOptions): Promise<OutboxEventLog> {
  const { config, clientId, outboxPath, clock, random, log, onAppend } = options;
  const client = { config, clientId, log };
  const outbox = new KafkaOutbox({
    ...client,
    path: outboxPath,
    listener: {
      onState: options.onKafkaState,
      onDrop: options.onDrop,
      onStatus: options.onOutboxStatus,
    },
    onFault: options.onFault,
  });
  const eventLog = new OutboxEventLog({
    outbox,
    source: new KafkaEventSource({ ...client, clock, random }),
    clock,
    log,
    ...(onAppend === undefined ? {} : { onAppend }),
    onDrop: options.onDrop,
    onOutboxState: options.onOutboxState,
  });
  try {
    await eventLog.opened();
  } catch (error) {
    await eventLog.close();
    throw error;
  }
  return eventLog;
}
