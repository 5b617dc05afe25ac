import type { MetricText } from "../metrics.ts";
import { EVENT_DROP_REASONS } from "../ports/event_batcher.ts";
import { MemoryKvStore } from "../ports/memory_kv_store.ts";
import { MemoryPubSub } from "../ports/memory_pub_sub.ts";
import { MemoryRpc } from "../ports/memory_rpc.ts";
import { MemoryWorkQueue } from "../ports/memory_work_queue.ts";
import { SqliteConstantsSource } from "../ports/sqlite_constants_source.ts";
import { openSqliteDatabase } from "../ports/sqlite_database.ts";
import { SqliteEventLog } from "../ports/sqlite_event_log.ts";
import type { EventRetention } from "../ports/sqlite_event_pruner.ts";
import type { Ports, ServiceContext } from "../service.ts";
import { endAtFault } from "./event_log_fault.ts";

/** A port that is open. */
export interface Opening<Port> {
  /** The port itself. */
  readonly port: Port;
  /** The name of its class, for the log. */
  readonly implementation: string;
  /** A path or an address; undefined: inside this process. */
  readonly where?: string;
}

/** Where the embedded ports keep what they keep, and how much. */
export interface EmbeddedOptions {
  /** The folder for it. */
  readonly dataDir: string;
  /** What the event log keeps. */
  readonly eventRetention: EventRetention;
}

/** Opens one port. */
export type Opener<Name extends keyof Ports> = (
  options: EmbeddedOptions,
  context: ServiceContext,
) => Promise<Opening<Ports[Name]>>;

/** The metric that says how many events there must be to read, less those that were dropped or removed. */
export const APPENDED_EVENTS: MetricText = {
  name: "event_log_appended_total",
  help: "Events that services have written, whatever became of them",
};

/** Opens each port's embedded implementation. @throws Error when a file cannot be opened */
export const EMBEDDED_OPENERS: { readonly [Name in keyof Ports]: Opener<Name> } = {
  eventLog: openEventLog,
  workQueue: (_options, { clock, log, metrics }) => {
    const lost = metrics.counter({
      name: "work_queue_dropped_total",
      help: "Messages that the work queue lost at a bound",
    });
    const port = new MemoryWorkQueue({ clock, log, onDrop: () => lost.inc() });
    return Promise.resolve({ port, implementation: "MemoryWorkQueue" });
  },
  rpc: (_options, { clock, log }) => {
    const port = new MemoryRpc({ clock, log });
    return Promise.resolve({ port, implementation: "MemoryRpc" });
  },
  pubSub: (_options, { clock, log, metrics }) => {
    const troubles = metrics.counters({
      name: "pub_sub_troubles_total",
      help: "Messages that came to nothing, by reason",
      label: "reason",
      values: ["listener_failed", "backlog_full", "closed"],
    });
    const onTrouble = (reason: keyof typeof troubles): void => troubles[reason].inc();
    const port = new MemoryPubSub({ clock, log, onTrouble });
    return Promise.resolve({ port, implementation: "MemoryPubSub" });
  },
  kvStore: (_options, { clock }) => {
    const port = new MemoryKvStore({ clock });
    return Promise.resolve({ port, implementation: "MemoryKvStore" });
  },
  database: ({ dataDir }) =>
    Promise.try(() => {
      const path = `${dataDir}/tanks.sqlite`;
      // An account that was answered `success` is there after a power cut too.
      const port = openSqliteDatabase({ path, fullSync: true });
      return { port, implementation: "SqliteDatabase", where: path };
    }),
  constants: ({ dataDir }) =>
    Promise.try(() => {
      const path = `${dataDir}/constants.sqlite`;
      const port = new SqliteConstantsSource({ path });
      return { port, implementation: "SqliteConstantsSource", where: path };
    }),
};

async function openEventLog(
  { dataDir, eventRetention: retention }: EmbeddedOptions,
  { clock, log, metrics, health }: ServiceContext,
): Promise<Opening<Ports["eventLog"]>> {
  const path = `${dataDir}/events.sqlite`;
  const appended = metrics.counter(APPENDED_EVENTS);
  const dropped = metrics.counters({
    name: "event_log_dropped_total",
    help: "Events that were dropped before they were written, by reason",
    label: "reason",
    values: EVENT_DROP_REASONS,
  });
  const removed = metrics.counters({
    name: "event_log_removed_total",
    help: "Events that were removed, the oldest first, because of their age or for want of room",
    label: "reason",
    values: ["age", "size"],
  });
  const unread = metrics.counter({
    name: "event_log_removed_unread_total",
    help: "How often a consumer group had yet to read one of them",
  });
  const port = new SqliteEventLog({
    path,
    clock,
    log,
    retention,
    onAppend: () => appended.inc(),
    onDrop: (count, reason) => dropped[reason].inc(count),
    onPrune: ({ oldCount, excessCount, unreadCount }) => {
      removed.age.inc(oldCount);
      removed.size.inc(excessCount);
      unread.inc(unreadCount);
    },
    onState: (isUp, reason = "") => {
      if (isUp) health.markUp("event_log");
      else health.markDown("event_log", reason, { required: false });
    },
    onFault: endAtFault(health),
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
