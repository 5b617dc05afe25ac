import { logLevel } from "kafkajs";
import ConsumerRunner from "kafkajs/src/consumer/runner.js";
import RequestQueue from "kafkajs/src/network/requestQueue/index.js";
import type { Log } from "../log.ts";
import type { KafkaConfig, KafkaSasl } from "./kafka_config.ts";

/** Who speaks with Kafka. */
export interface KafkaClientOptions {
  /** Which Kafka, and how. */
  readonly config: KafkaConfig;
  /** The name under which the brokers know us: the server's id. */
  readonly clientId: string;
  /** Told, at DEBUG, what the library has to say. */
  readonly log: Log;
}

/** The part of the library's settings that is the same for all who speak with Kafka. */
export interface KafkaSettings {
  /** `host:port` of some of the brokers. */
  brokers: string[];
  /** The name under which the brokers know us. */
  clientId: string;
  /** TLS. */
  ssl: boolean;
  /** Credentials, if any. */
  sasl?: KafkaSasl;
  /** How long a connection may take, in milliseconds. */
  connectionTimeout: number;
  /** How long the proof of the credentials may take, in milliseconds. */
  authenticationTimeout: number;
  /** How long a reply may take, in milliseconds. */
  requestTimeout: number;
  /** What the library tries itself. */
  retry: { retries: number; initialRetryTime: number; maxRetryTime: number };
  /** What is worth logging. */
  logLevel: number;
  /** Gives the function that logs. */
  logCreator: () => (entry: {
    readonly namespace: string;
    readonly label: string;
    readonly log: {
      readonly message: string;
      readonly error?: unknown;
      readonly broker?: unknown;
    };
  }) => void;
}

/** What kafkajs tries itself. Above it an outbox or a group's member tries again, with growing delays. */
export const KAFKA_RETRY = { retries: 1, initialRetryTime: 100, maxRetryTime: 1_000 } as const;

useNoTimersInThePast();
endFetchersWithTheirConsumer();

/** The settings for `new Kafka(…)`. */
export function toKafkaSettings({ config, clientId, log }: KafkaClientOptions): KafkaSettings {
  return {
    brokers: [...config.brokers],
    clientId,
    ssl: config.tls,
    ...(config.sasl === undefined ? {} : { sasl: config.sasl }),
    connectionTimeout: config.connectTimeoutMs,
    authenticationTimeout: config.requestTimeoutMs,
    requestTimeout: config.requestTimeoutMs,
    retry: KAFKA_RETRY,
    logLevel: log.debugOn ? logLevel.INFO : logLevel.NOTHING,
    logCreator: () => ({ namespace, label, log: { message, error, broker } }) => {
      // Errors that matter come back to us as rejections, and we say what we make of them.
      log.debug("kafka_client", { namespace, label, message, error, broker });
    },
  };
}

/** The part of kafkajs' queue of requests that is mended here. */
interface RequestQueueInternals {
  /** Requests that wait until others are answered. */
  readonly pending: { readonly length: number };
  scheduleCheckPendingRequests(this: RequestQueueInternals): void;
}

/**
 * kafkajs 2.2.4 sets a timer after each reply, to see whether requests wait. It lies in the past where
 * none do, for which Node and Deno print a TimeoutNegativeWarning; and there is nothing to see then.
 */
function useNoTimersInThePast(): void {
  const queue: RequestQueueInternals = RequestQueue.prototype;
  const schedule = queue.scheduleCheckPendingRequests;
  queue.scheduleCheckPendingRequests = function (this: RequestQueueInternals): void {
    if (this.pending.length > 0) schedule.call(this);
  };
}

/** The part of what runs a consumer in kafkajs that is mended here. */
interface ConsumerRunnerInternals {
  /** Whether it is neither stopped nor broken. */
  readonly running: boolean;
  fetch(this: ConsumerRunnerInternals, nodeId: number): Promise<readonly unknown[]>;
}

/**
 * kafkajs 2.2.4 answers a fetcher of a consumer that does not run any more with nothing, at once. One that is made
 * just while its consumer stops, because a broker has gone, is stopped by nobody: it asks for ever without a pause,
 * and the process does nothing else any more. A refusal ends it, and its consumer with it.
 */
function endFetchersWithTheirConsumer(): void {
  const runner: ConsumerRunnerInternals = ConsumerRunner.prototype;
  const fetch = runner.fetch;
  runner.fetch = async function (
    this: ConsumerRunnerInternals,
    nodeId: number,
  ): Promise<readonly unknown[]> {
    if (!this.running) throw new Error("Cannot fetch: the consumer has stopped");
    return await fetch.call(this, nodeId);
  };
}
