import type { ConfigReader } from "../config.ts";

/** How the password is proven to the brokers. */
export const KAFKA_SASL_MECHANISMS = ["plain", "scram-sha-256", "scram-sha-512"] as const;

/** One of {@linkcode KAFKA_SASL_MECHANISMS}. */
export type KafkaSaslMechanism = typeof KAFKA_SASL_MECHANISMS[number];

/** Credentials for the brokers, with the name of the mechanism; the password is never logged. */
export type KafkaSasl = {
  readonly [Mechanism in KafkaSaslMechanism]: {
    readonly mechanism: Mechanism;
    readonly username: string;
    readonly password: string;
  };
}[KafkaSaslMechanism];

/** Which Kafka, and how to speak with it. Plain data: it goes to a Worker. */
export interface KafkaConfig {
  /** `host:port` of some of the brokers; they name the rest. */
  readonly brokers: readonly string[];
  /** TLS, with the certificates that the process trusts. */
  readonly tls: boolean;
  /** Credentials, if any. */
  readonly sasl: KafkaSasl | undefined;
  /** How events travel and are stored. */
  readonly compression: "gzip" | "none";
  /** Partitions of a topic that has to be made. */
  readonly topicPartitions: number;
  /** How long a connection may take, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long a reply may take, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** How long a member of a group may be silent before others take its place, in milliseconds. */
  readonly sessionTimeoutMs: number;
  /** Events that wait in the outbox at most; beyond it the oldest are dropped. */
  readonly outboxEventsMax: number;
  /** Characters that wait in the outbox at most, with the same policy. */
  readonly outboxLengthMax: number;
}

const DEFAULT_PORT = 9092;
const BROKERS_MAX = 100;
const MIB = 1_048_576;

/**
 * Reads which Kafka to use; undefined where `KAFKA_BOOTSTRAP_SERVERS` is unset. Problems stay with the
 * reader, which names the variables.
 */
export function readKafkaConfig(reader: ConfigReader): KafkaConfig | undefined {
  const servers = reader.optional("KAFKA_BOOTSTRAP_SERVERS");
  if (servers === undefined) return undefined;
  return {
    brokers: readBrokers(reader, servers),
    tls: reader.boolean("KAFKA_SSL", false),
    sasl: readSasl(reader),
    compression: reader.choice("KAFKA_COMPRESSION", "gzip", ["gzip", "none"]),
    topicPartitions: reader.integer("KAFKA_TOPIC_PARTITIONS", 6, { min: 1, max: 1_000 }),
    connectTimeoutMs: reader.integer("KAFKA_CONNECT_TIMEOUT_MS", 5_000, { min: 10, max: 60_000 }),
    requestTimeoutMs: reader.integer("KAFKA_REQUEST_TIMEOUT_MS", 10_000, {
      min: 10,
      max: 300_000,
    }),
    sessionTimeoutMs: reader.integer("KAFKA_SESSION_TIMEOUT_MS", 30_000, {
      min: 1_000,
      max: 300_000,
    }),
    outboxEventsMax: reader.integer("KAFKA_OUTBOX_EVENTS_MAX", 1_000_000, {
      min: 1,
      max: 1_000_000_000,
    }),
    outboxLengthMax: MIB *
      reader.integer("KAFKA_OUTBOX_SIZE_MIB", 512, { min: 1, max: 1_048_576 }),
  };
}

function readBrokers(reader: ConfigReader, servers: string): string[] {
  const parsed = servers.split(",").map((server) => tryParseServer(server.trim()));
  const brokers = parsed.filter((broker) => broker !== undefined);
  if (brokers.length < parsed.length || brokers.length > BROKERS_MAX) {
    const rule = `must be 1..${BROKERS_MAX} of host:port, separated by commas`;
    // Somebody may have put a password where it does not belong.
    const shown = servers.replaceAll(/[^,]*@/g, "***@");
    reader.problem("KAFKA_BOOTSTRAP_SERVERS", rule, shown);
  }
  return brokers;
}

function tryParseServer(server: string): string | undefined {
  const match = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?::(\d{1,5}))?$/.exec(server);
  if (match === null) return undefined;
  const port = Number(match[2] ?? DEFAULT_PORT);
  return port >= 1 && port <= 65_535 ? `${match[1]}:${port}` : undefined;
}

function readSasl(reader: ConfigReader): KafkaSasl | undefined {
  const choices = ["none", ...KAFKA_SASL_MECHANISMS] as const;
  const mechanism = reader.choice("KAFKA_SASL_MECHANISM", "none", choices);
  const username = reader.optional("KAFKA_SASL_USERNAME");
  const password = reader.optional("KAFKA_SASL_PASSWORD");
  if (mechanism === "none") {
    if (username !== undefined || password !== undefined) {
      const rule = `must be one of ${KAFKA_SASL_MECHANISMS.join(", ")} where there are credentials`;
      // One problem is enough where the mechanism itself could not be read.
      if (reader.optional("KAFKA_SASL_MECHANISM") === undefined) {
        reader.problem("KAFKA_SASL_MECHANISM", rule, "");
      }
    }
    return undefined;
  }
  if (username === undefined) reader.problem("KAFKA_SASL_USERNAME", "must be set", "");
  if (password === undefined) reader.problem("KAFKA_SASL_PASSWORD", "must be set", "");
  return { mechanism, username: username ?? "", password: password ?? "" };
}
