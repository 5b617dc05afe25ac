import { MemoryKvStore } from "../ports/memory_kv_store.ts";
import { MemoryPubSub } from "../ports/memory_pub_sub.ts";
import { MemoryRpc } from "../ports/memory_rpc.ts";
import { MemoryWorkQueue } from "../ports/memory_work_queue.ts";
import { SqliteConstantsSource } from "../ports/sqlite_constants_source.ts";
import { openSqliteDatabase } from "../ports/sqlite_database.ts";
import { EVENT_DROP_REASONS } from "../ports/event_batcher.ts";
import { SqliteEventLog } from "../ports/sqlite_event_log.ts";
import type { Ports, ServiceContext } from "../service.ts";

/** The name of a port. */
export type PortName = keyof Ports;

/** Ports that are open, and how to close them. */
export type OpenPorts<Name extends PortName> = Pick<Ports, Name> & {
  /** Closes all of them, in the reverse order of their opening. */
  closePorts(): Promise<void>;
};

/** How ports are opened. */
export interface OpenPortsOptions {
  /** The folder for what is kept on disk. */
  readonly dataDir: string;
  /** Whether only one service uses them: nobody else would hear it on a bus inside the process. */
  readonly alone: boolean;
}

interface Opening<Port> {
  readonly port: Port;
  readonly implementation: string;
  /** A path or an address; undefined: inside this process. */
  readonly where?: string;
}

type Open<Name extends PortName> = (
  options: OpenPortsOptions,
  context: ServiceContext,
) => Opening<Ports[Name]> | Promise<Opening<Ports[Name]>>;

/** Buses on which a lone service would be heard by nobody. */
const BUSES: ReadonlySet<PortName> = new Set(["workQueue", "rpc", "pubSub", "kvStore"]);

const OPENERS: { readonly [Name in PortName]: Open<Name> } = {
  eventLog: openEventLog,
  workQueue: (_options, { clock, log, metrics }) => {
    const lost = metrics.counter({
      name: "work_queue_dropped_total",
      help: "Messages that the work queue lost at a bound",
    });
    return {
      port: new MemoryWorkQueue({ clock, log, onDrop: () => lost.inc() }),
      implementation: "MemoryWorkQueue",
    };
  },
  rpc: (_options, { clock, log }) => ({
    port: new MemoryRpc({ clock, log }),
    implementation: "MemoryRpc",
  }),
  pubSub: (_options, { clock, log, metrics }) => {
    const troubles = metrics.counters({
      name: "pub_sub_troubles_total",
      help: "Messages that came to nothing, by reason",
      label: "reason",
      values: ["listener_failed", "backlog_full", "closed"],
    });
    return {
      port: new MemoryPubSub({ clock, log, onTrouble: (reason) => troubles[reason].inc() }),
      implementation: "MemoryPubSub",
    };
  },
  kvStore: (_options, { clock }) => ({
    port: new MemoryKvStore({ clock }),
    implementation: "MemoryKvStore",
  }),
  database: ({ dataDir }) => {
    const path = `${dataDir}/tanks.sqlite`;
    // An account that was answered `success` is there after a power cut too.
    const port = openSqliteDatabase({ path, fullSync: true });
    return { port, implementation: "SqliteDatabase", where: path };
  },
  constants: ({ dataDir }) => {
    const path = `${dataDir}/constants.sqlite`;
    const port = new SqliteConstantsSource({ path });
    return { port, implementation: "SqliteConstantsSource", where: path };
  },
};

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
  const closers: (() => Promise<void>)[] = [];
  const closePorts = async (): Promise<void> => {
    for (const close of closers.toReversed()) await close();
  };
  try {
    for (const name of new Set(names)) {
      const opening = await OPENERS[name](options, context);
      closers.push(() => opening.port.close());
      Object.assign(ports, { [name]: opening.port });
      logOpening(name, opening, options, context);
    }
  } catch (error) {
    await closePorts();
    throw error;
  }
  return { ...ports as Pick<Ports, Name>, closePorts };
}

async function openEventLog(
  { dataDir }: OpenPortsOptions,
  context: ServiceContext,
): Promise<Opening<Ports["eventLog"]>> {
  const { clock, log, metrics, health } = context;
  const path = `${dataDir}/events.sqlite`;
  const dropped = metrics.counters({
    name: "event_log_dropped_total",
    help: "Events that were dropped before they were written, by reason",
    label: "reason",
    values: EVENT_DROP_REASONS,
  });
  const port = new SqliteEventLog({
    path,
    clock,
    log,
    onDrop: (count, reason) => dropped[reason].inc(count),
    onState: (isUp, reason = "") => {
      if (isUp) health.markUp("event_log");
      else health.markDown("event_log", reason, { required: false });
    },
  });
  try {
    await port.opened();
  } catch (error) {
    // Its worker would keep the process alive; that it cannot write what waits is known already.
    await port.close().catch(() => {});
    throw error;
  }
  return { port, implementation: "SqliteEventLog", where: path };
}

function logOpening(
  name: PortName,
  opening: Opening<unknown>,
  options: OpenPortsOptions,
  context: ServiceContext,
): void {
  const { implementation, where = "in process" } = opening;
  context.log.info("port_opened", { port: name, implementation, where });
  if (options.alone && BUSES.has(name)) {
    context.log.warn("port_is_in_process", { port: name, meaning: "no other service can hear it" });
  }
}
