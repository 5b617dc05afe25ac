/**
 * The contracts on the embedded implementations.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../../core/ports/memory_pub_sub.ts";
import { MemoryRpc } from "../../core/ports/memory_rpc.ts";
import { MemoryWorkQueue } from "../../core/ports/memory_work_queue.ts";
import { SqliteConstantsSource } from "../../core/ports/sqlite_constants_source.ts";
import { openSqliteDatabase } from "../../core/ports/sqlite_database.ts";
import { SqliteEventLog } from "../../core/ports/sqlite_event_log.ts";
import { testConstantsSourceContract } from "./constants_source_contract.ts";
import type { Closable, Opened } from "./contract_cases.ts";
import { testEventLogContract } from "./event_log_contract.ts";
import { testKvStoreContract } from "./kv_store_contract.ts";
import { testPubSubContract } from "./pub_sub_contract.ts";
import { testRpcContract } from "./rpc_contract.ts";
import { testSqlDatabaseContract } from "./sql_database_contract.ts";
import { testWorkQueueContract } from "./work_queue_contract.ts";

const built = { clock: systemClock, log: silentLog };

/** Opens a port without a server of its own. */
function inMemory<Port extends Closable>(open: () => Port): () => Promise<Opened<Port>> {
  return () => Promise.resolve({ port: open() });
}

/** Opens a port on a file in a folder of its own. */
function onDisk<Port extends Closable>(open: (path: string) => Port): () => Promise<Opened<Port>> {
  return async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/data/contract.sqlite`;
    return {
      port: open(path),
      reopen: () => Promise.resolve(open(path)),
      dispose: () => Deno.remove(folder, { recursive: true }),
    };
  };
}

testWorkQueueContract(
  "memory",
  inMemory(() => new MemoryWorkQueue({ ...built, redeliveryDelayMs: 1 })),
);
testRpcContract("memory", inMemory(() => new MemoryRpc({ ...built, callsMax: 200 })), {
  callsMax: 200,
});
testPubSubContract("memory", inMemory(() => new MemoryPubSub(built)));
testKvStoreContract("memory", inMemory(() => new MemoryKvStore(built)));
testConstantsSourceContract(
  "SQLite",
  inMemory(() => new SqliteConstantsSource({ path: ":memory:" })),
);
testSqlDatabaseContract(
  "SQLite",
  onDisk((path) => openSqliteDatabase({ path, fullSync: false })),
  { reopens: true },
);
testEventLogContract("SQLite", onDisk((path) => new SqliteEventLog({ ...built, path })), {
  reopens: true,
});
testEventLogContract(
  "SQLite in memory",
  inMemory(() => new SqliteEventLog({ ...built, path: ":memory:" })),
);
