// Long because it is the one place that chooses: one short opener for each real broker and database.
import type { Ports, ServiceContext } from "../service.ts";
import { BrokerStates } from "./broker_states.ts";
import { APPENDED_EVENTS, EMBEDDED_OPENERS, type Opening } from "./embedded.ts";
import { endAtFault } from "./event_log_fault.ts";
import type { KafkaConfig } from "./kafka_config.ts";
import { describeNats, type NatsConfig } from "./nats_config.ts";
import type { NatsTrouble } from "./nats_pub_sub.ts";
import { describeRabbit, type RabbitConfig } from "./rabbitmq_config.ts";
import type { RabbitWorkTrouble } from "./rabbitmq_work_queue.ts";
import { describeRedis, type RedisConfig } from "./redis_config.ts";
import { describeMysql, type MysqlConfig } from "./mysql_config.ts";
import { OUTBOX_EVENT_DROP_REASONS } from "./outbox_event_log.ts";
import { describePostgres, type PostgresConfig } from "./postgres_config.ts";
import type { PortsConfig } from "./ports_config.ts";

/** The name of a port. */
export type PortName = keyof Ports;

/** Ports that are open, and how to close them. */
export type OpenPorts<Name extends PortName> = Pick<Ports, Name> & {
  /** Closes all of them, in the reverse order of their opening, also where one of them rejects. */
  closePorts(): Promise<void>;
};

/** How ports are opened. */
export interface OpenPortsOptions {
  /** The folder for what is kept on disk. */
  readonly dataDir: string;
  /** Whether only one service uses them: nobody else would hear it on a bus inside the process. */
  readonly alone: boolean;
  /** Names this process to brokers, and its own files in the folder. */
  readonly clientId: string;
  /** Which real brokers and databases there are. */
  readonly config: PortsConfig;
}

/** How long a service waits at its start for a database that comes up later than it does. */
const DATABASE_WAIT_MS = 30_000;

/** What is there to open a port with. */
interface OpeningContext extends ServiceContext {
  /** Told of each broker. */
  readonly brokers: BrokerStates;
}

/** Buses on which a lone service would be heard by nobody. */
const BUSES: ReadonlySet<PortName> = new Set(["workQueue", "rpc", "pubSub", "kvStore"]);

/**
 * Opens the ports named, and says in one log line each which implementation was opened and where.
 *
 * @throws Error when one cannot be opened; those that could are closed again
 */
export async function openPorts<Name extends PortName>(
  names: readonly Name[],
  options: OpenPortsOptions,
  context: ServiceContext,
): Promise<OpenPorts<Name>> {
  const ports: Partial<Ports> = {};
  const opened = new AsyncDisposableStack();
  const brokers = new BrokerStates(context);
  const closePorts = (): Promise<void> => opened.disposeAsync();
  try {
    for (const name of new Set(names)) {
      const opening = await openPort(name, options, { ...context, brokers });
      opened.defer(() => opening.port.close());
      Object.assign(ports, { [name]: opening.port });
      logOpening(name, opening, { alone: options.alone, context });
    }
  } catch (error) {
    await closePorts();
    throw error;
  }
  return { ...ports as Pick<Ports, Name>, closePorts };
}

function openPort(
  name: PortName,
  options: OpenPortsOptions,
  context: OpeningContext,
): Promise<Opening<Ports[PortName]>> {
  const { kafka, rabbitmq, nats, redis, postgres, mysql } = options.config;
  if (name === "eventLog" && kafka !== undefined) return openKafka(kafka, options, context);
  if (name === "workQueue" && rabbitmq !== undefined) {
    return openRabbitWorkQueue(rabbitmq, options, context);
  }
  if (name === "rpc" && rabbitmq !== undefined) return openRabbitRpc(rabbitmq, options, context);
  if (name === "pubSub" && nats !== undefined) return openNats(nats, options, context);
  if (name === "kvStore" && redis !== undefined) return openRedis(redis, options, context);
  if (name === "database" && postgres !== undefined) return openPostgres(postgres, context);
  if (name === "constants" && mysql !== undefined) return openMysql(mysql, context);
  const { dataDir, config: { eventRetention } } = options;
  return EMBEDDED_OPENERS[name]({ dataDir, eventRetention }, context);
}

async function openKafka(
  config: KafkaConfig,
  options: OpenPortsOptions,
  context: OpeningContext,
): Promise<Opening<Ports["eventLog"]>> {
  const { clock, log, metrics, health } = context;
  const { dataDir, clientId } = options;
  const appended = metrics.counter(APPENDED_EVENTS);
  const dropped = metrics.counters({
    name: "event_log_dropped_total",
    help: "Events that were dropped before they were delivered, by reason",
    label: "reason",
    values: OUTBOX_EVENT_DROP_REASONS,
  });
  let waiting = { count: 0, oldestAtMs: undefined as number | undefined };
  metrics.gauge(
    { name: "outbox_events_count", help: "Events that wait on disk for Kafka" },
    () => waiting.count,
  );
  metrics.gauge(
    { name: "outbox_oldest_age_seconds", help: "How long the oldest of them has waited" },
    () => waiting.oldestAtMs === undefined ? 0 : (clock.nowMs() - waiting.oldestAtMs) / 1_000,
  );
  const report = context.brokers.open("kafka", { required: false });
  const reportOutbox = (isUp: boolean, reason = ""): void => {
    if (isUp) health.markUp("event_log");
    else health.markDown("event_log", reason, { required: false });
  };
  const { openKafkaEventLog } = await import("./kafka_event_log.ts");
  const port = await openKafkaEventLog({
    config,
    clientId,
    outboxPath: `${dataDir}/outbox_${clientId}.sqlite`,
    clock,
    random: Math.random,
    log,
    onAppend: () => appended.inc(),
    onDrop: (count, reason) => dropped[reason].inc(count),
    onKafkaState: report,
    onOutboxState: reportOutbox,
    onOutboxStatus: ({ count, oldestAtMs }) => waiting = { count, oldestAtMs },
    onFault: endAtFault(health),
  });
  return { port, implementation: "KafkaEventLog", where: config.brokers.join() };
}

async function openRabbitWorkQueue(
  config: RabbitConfig,
  { clientId: name }: OpenPortsOptions,
  context: OpeningContext,
): Promise<Opening<Ports["workQueue"]>> {
  const { clock, log, metrics } = context;
  const { RABBIT_WORK_TROUBLES, RabbitWorkQueue } = await import("./rabbitmq_work_queue.ts");
  const troubles = metrics.counters({
    name: "work_queue_troubles_total",
    help: "Messages that came to nothing or were set aside, by reason",
    label: "reason",
    values: RABBIT_WORK_TROUBLES,
  });
  const onState = context.brokers.open("rabbitmq_queues", { required: false });
  const onTrouble = (trouble: RabbitWorkTrouble): void => troubles[trouble].inc();
  const random = Math.random;
  const port = new RabbitWorkQueue({ config, clock, random, log, name, onState, onTrouble });
  return { port, implementation: "RabbitWorkQueue", where: describeRabbit(config) };
}

async function openRabbitRpc(
  config: RabbitConfig,
  { clientId: name }: OpenPortsOptions,
  context: OpeningContext,
): Promise<Opening<Ports["rpc"]>> {
  const { clock, log } = context;
  const { RabbitRpc } = await import("./rabbitmq_rpc.ts");
  const onState = context.brokers.open("rabbitmq_rpc", { required: false });
  const port = new RabbitRpc({ config, clock, random: Math.random, log, name, onState });
  return { port, implementation: "RabbitRpc", where: describeRabbit(config) };
}

async function openNats(
  config: NatsConfig,
  { clientId: name }: OpenPortsOptions,
  context: OpeningContext,
): Promise<Opening<Ports["pubSub"]>> {
  const { clock, log, metrics } = context;
  const { NATS_TROUBLES, openNatsPubSub } = await import("./nats_pub_sub.ts");
  const troubles = metrics.counters({
    name: "pub_sub_troubles_total",
    help: "Messages that came to nothing, by reason",
    label: "reason",
    values: NATS_TROUBLES,
  });
  const onState = context.brokers.open("nats", { required: false });
  const onTrouble = (trouble: NatsTrouble): void => troubles[trouble].inc();
  const random = Math.random;
  const port = await openNatsPubSub({ config, clock, random, log, name, onState, onTrouble });
  return { port, implementation: "NatsPubSub", where: describeNats(config) };
}

async function openRedis(
  config: RedisConfig,
  { clientId: name }: OpenPortsOptions,
  context: OpeningContext,
): Promise<Opening<Ports["kvStore"]>> {
  const { clock, log } = context;
  const onState = context.brokers.open("redis", { required: false });
  const { openRedisKvStore } = await import("./redis_kv_store.ts");
  const port = await openRedisKvStore({ config, clock, random: Math.random, log, name, onState });
  return { port, implementation: "RedisKvStore", where: describeRedis(config) };
}

async function openPostgres(
  config: PostgresConfig,
  context: OpeningContext,
): Promise<Opening<Ports["database"]>> {
  const { PostgresDatabase } = await import("./postgres_database.ts");
  const port = new PostgresDatabase({
    config,
    clock: context.clock,
    random: Math.random,
    // There are no accounts without it.
    onState: context.brokers.open("postgres", { required: true }),
  });
  try {
    await port.opened(DATABASE_WAIT_MS);
  } catch (error) {
    await port.close();
    throw error;
  }
  return { port, implementation: "PostgresDatabase", where: describePostgres(config) };
}

async function openMysql(
  config: MysqlConfig,
  { clock }: OpeningContext,
): Promise<Opening<Ports["constants"]>> {
  const { MysqlConstantsSource } = await import("./mysql_constants_source.ts");
  const port = new MysqlConstantsSource({ config, clock });
  return { port, implementation: "MysqlConstantsSource", where: describeMysql(config) };
}

function logOpening(
  name: PortName,
  opening: Opening<unknown>,
  about: { readonly alone: boolean; readonly context: ServiceContext },
): void {
  const { log } = about.context;
  const { implementation, where } = opening;
  log.info("port_opened", { port: name, implementation, where: where ?? "in process" });
  if (about.alone && where === undefined && BUSES.has(name)) {
    log.warn("port_is_in_process", { port: name, meaning: "no other service can hear it" });
  }
}
