import { ConfigReader, type Env } from "../config.ts";
import type { EventRetention } from "../ports/sqlite_event_pruner.ts";
import type { Ports } from "../service.ts";
import { EVENT_RETENTION, readEventRetention } from "./event_log_config.ts";
import { type KafkaConfig, readKafkaConfig } from "./kafka_config.ts";
import { type MysqlConfig, readMysqlConfig } from "./mysql_config.ts";
import { type NatsConfig, readNatsConfig } from "./nats_config.ts";
import { type PostgresConfig, readPostgresConfig } from "./postgres_config.ts";
import { type RabbitConfig, readRabbitConfig } from "./rabbitmq_config.ts";
import { readRedisConfig, type RedisConfig } from "./redis_config.ts";

/** Which real brokers and databases stand behind the ports; undefined: the embedded one does. */
export interface PortsConfig {
  /** Behind `EventLog`, by `KAFKA_BOOTSTRAP_SERVERS`. */
  readonly kafka: KafkaConfig | undefined;
  /** Behind `WorkQueue` and `Rpc`, by `RABBITMQ_URL` or `RABBITMQ_HOST`. */
  readonly rabbitmq: RabbitConfig | undefined;
  /** Behind `PubSub`, by `NATS_URL`. */
  readonly nats: NatsConfig | undefined;
  /** Behind `KvStore`, by `REDIS_URL`. */
  readonly redis: RedisConfig | undefined;
  /** Behind `SqlDatabase`, by `DATABASE_URL`. */
  readonly postgres: PostgresConfig | undefined;
  /** Behind `ConstantsSource`, by `DB_HOST`. */
  readonly mysql: MysqlConfig | undefined;
  /** What the embedded `EventLog` keeps. */
  readonly eventRetention: EventRetention;
}

/** Addresses without which the variables beside them are not read; for whoever lists variables. */
export const PORTS_SAMPLES: ReadonlyMap<string, string> = new Map([
  ["KAFKA_BOOTSTRAP_SERVERS", "localhost"],
  ["RABBITMQ_HOST", "localhost"],
  ["DB_HOST", "localhost"],
]);

/** Everything embedded, as it is where the environment says nothing. */
export const EMBEDDED_PORTS: PortsConfig = {
  kafka: undefined,
  rabbitmq: undefined,
  nats: undefined,
  redis: undefined,
  postgres: undefined,
  mysql: undefined,
  eventRetention: EVENT_RETENTION,
};

/**
 * Reads where the brokers and databases are. `USE_MOCKS=true` forces every embedded one.
 *
 * @param names the ports that will be opened, all by default: passwords of what stands behind others are
 * not read
 * @throws ConfigError naming every bad variable
 */
export function parsePortsConfig(env: Env, names?: readonly (keyof Ports)[]): PortsConfig {
  const reader = new ConfigReader(env);
  const useMocks = reader.boolean("USE_MOCKS", false);
  const opens = (name: keyof Ports): boolean => names === undefined || names.includes(name);
  const eventRetention = opens("eventLog") ? readEventRetention(reader) : EVENT_RETENTION;
  if (useMocks) return reader.finish({ ...EMBEDDED_PORTS, eventRetention });
  return reader.finish({
    kafka: opens("eventLog") ? readKafkaConfig(reader) : undefined,
    rabbitmq: opens("workQueue") || opens("rpc") ? readRabbitConfig(reader) : undefined,
    nats: opens("pubSub") ? readNatsConfig(reader) : undefined,
    redis: opens("kvStore") ? readRedisConfig(reader) : undefined,
    postgres: opens("database") ? readPostgresConfig(reader) : undefined,
    mysql: opens("constants") ? readMysqlConfig(reader) : undefined,
    eventRetention,
  });
}
