import { silentLog } from "../../core/log.ts";
import type { ManualClock } from "../../core/manual_clock.ts";
import type { ConstantsSource } from "../../core/ports/constants_source.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../../core/ports/memory_pub_sub.ts";
import { MemoryRpc } from "../../core/ports/memory_rpc.ts";
import { MemoryWorkQueue } from "../../core/ports/memory_work_queue.ts";
import type { SqlDatabase } from "../../core/ports/sql_database.ts";
import { openSqliteDatabase } from "../../core/ports/sqlite_database.ts";
import { SQLITE_IN_MEMORY } from "../../core/ports/sqlite_file.ts";
import { MemoryEventLog } from "./memory_event_log.ts";

/** What stands behind the ports of all processes: the embedded implementations, each of them once. */
export interface SharedThings {
  /** Owners, tickets, rooms, caches. */
  readonly kvStore: KvStore;
  /** The fast bus. */
  readonly pubSub: MemoryPubSub;
  /** Calls between services. */
  readonly rpc: MemoryRpc;
  /** Acknowledged work. */
  readonly workQueue: MemoryWorkQueue;
  /** History. */
  readonly eventLog: MemoryEventLog;
  /** Accounts and ratings. */
  readonly database: SqlDatabase;
  /** The table that status workers read. */
  readonly constants: ConstantsSource;
}

/** Opens them empty. */
export function openSharedThings(world: ManualClock): SharedThings {
  const shared = { clock: world, log: silentLog };
  return {
    kvStore: new MemoryKvStore(shared),
    pubSub: new MemoryPubSub(shared),
    rpc: new MemoryRpc(shared),
    workQueue: new MemoryWorkQueue(shared),
    eventLog: new MemoryEventLog(world),
    database: openSqliteDatabase({ path: SQLITE_IN_MEMORY, fullSync: false }),
    constants: {
      read: () => Promise.resolve([{ name: "SERVER_NAME", value: "simulated", description: "" }]),
      close: () => Promise.resolve(),
    },
  };
}
