import { KafkaCluster } from "../brokers/kafka_cluster.ts";
import { MariadbBroker } from "../brokers/mariadb_broker.ts";
import { NatsBroker } from "../brokers/nats_broker.ts";
import { PostgresBroker } from "../brokers/postgres_broker.ts";
import { RabbitBroker } from "../brokers/rabbitmq_broker.ts";
import { RedisBroker } from "../brokers/redis_broker.ts";

/** A broker or database that can be taken away, and comes back with what it kept. */
export interface Breakable {
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again where it was. */
  startAgain(): Promise<void>;
  /** Stops it where it is: it accepts and never answers. */
  freeze(): Promise<void>;
  /** It goes on. */
  thaw(): Promise<void>;
}

/** The brokers and databases of a cluster, all of them its own. */
export interface ClusterBrokers {
  /** What services are told of them. */
  readonly env: Readonly<Record<string, string>>;
  /** Each by its name, to be taken away. */
  readonly breakable: ReadonlyMap<string, Breakable>;
  /** The event log; undefined: each service has one of its own on disk. */
  readonly kafka: KafkaCluster | undefined;
  /** What the status workers read; undefined: what they have themselves. */
  readonly mariadb: MariadbBroker | undefined;
  /** Ends them. */
  close(): Promise<void>;
}

/** Which there are beside NATS, RabbitMQ, Redis and PostgreSQL. */
export interface ClusterBrokersOptions {
  /** A Kafka for the event log. */
  readonly kafka: boolean;
  /** A MariaDB for the constants. */
  readonly mariadb: boolean;
}

/** Starts them, all at once. @throws Error where one is not installed; nothing is left then */
export async function startClusterBrokers(options: ClusterBrokersOptions): Promise<ClusterBrokers> {
  await using opened = new AsyncDisposableStack();
  const keep = async <Broker extends { close(): Promise<void> }>(
    starting: Promise<Broker>,
  ): Promise<Broker> => {
    const broker = await starting;
    opened.defer(() => broker.close());
    return broker;
  };
  const starting = [
    keep(NatsBroker.start()),
    keep(RabbitBroker.start()),
    keep(RedisBroker.start()),
    keep(PostgresBroker.start()),
    options.kafka ? keep(KafkaCluster.start()) : undefined,
    options.mariadb ? keep(MariadbBroker.start()) : undefined,
  ] as const;
  // Those that started are closed also where another did not.
  await Promise.allSettled(starting);
  const [nats, rabbitmq, redis, postgres, kafka, mariadb] = await Promise.all(starting);
  const { host, port } = rabbitmq.config;
  const closing = opened.move();
  return {
    env: {
      NATS_URL: `nats://127.0.0.1:${nats.port}`,
      RABBITMQ_URL: `amqp://guest:guest@${host}:${port}`,
      REDIS_URL: `redis://127.0.0.1:${redis.port}/0`,
      DATABASE_URL: postgres.url(),
      ...(kafka && { KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers }),
      ...(mariadb && { ...mariadb.variables, DB_NAME: "tanks" }),
    },
    breakable: new Map<string, Breakable>([
      ["nats", nats],
      ["rabbitmq", rabbitmq],
      ["redis", redis],
      ["postgres", postgres],
      ...(mariadb === undefined ? [] : [["mariadb", mariadb] as const]),
    ]),
    kafka,
    mariadb,
    close: () => closing.disposeAsync(),
  };
}
