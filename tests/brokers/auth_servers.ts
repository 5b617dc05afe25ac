import { parseAuthConfig } from "../../auth/config.ts";
import { type AuthDeps, startAuth } from "../../auth/service.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { MemoryRpc } from "../../core/ports/memory_rpc.ts";
import { SqliteEventLog } from "../../core/ports/sqlite_event_log.ts";
import type { SqlDatabase } from "../../core/ports/sql_database.ts";
import type { RunningService } from "../../core/service.ts";
import { openTestContext } from "../harness.ts";

/** A password hash that costs next to nothing. */
const CHEAP_HASH = { costLog2: 4, blockSize: 8, parallelization: 1 };

const ENV = {
  LISTEN_HOST: "127.0.0.1",
  AUTH_TCP_PORT: "0",
  AUTH_OPS_PORT: "0",
  DRAIN_MS: "1000",
};

/** How auth servers differ from those with default settings. */
export interface AuthServersOptions {
  /** Settings of all of them. */
  readonly env?: Readonly<Record<string, string>>;
  /** What a password hash costs: next to nothing if undefined. */
  readonly hashParameters?: NonNullable<AuthDeps["hashParameters"]>;
}

/** Auth servers that share a database, as several behind one balancer do. */
export type AuthServers = readonly RunningService<"tcp" | "ops">[];

/**
 * Starts an auth server on each database at once, hands them to `work`, and closes servers and databases
 * whatever happens. `options.env` replaces settings of all of them.
 */
export async function withAuthServers(
  databases: readonly SqlDatabase[],
  work: (servers: AuthServers) => Promise<void>,
  options: AuthServersOptions = {},
): Promise<void> {
  const { env = {}, hashParameters = CHEAP_HASH } = options;
  const config = parseAuthConfig(new Map(Object.entries({ ...ENV, ...env })));
  await using opened = new AsyncDisposableStack();
  for (const database of databases) opened.defer(() => database.close());
  const eventLog = new SqliteEventLog({ path: ":memory:", clock: systemClock, log: silentLog });
  opened.defer(() => eventLog.close());
  // In place of the Redis that they would share.
  const kvStore = new MemoryKvStore({ clock: systemClock });
  const starting = databases.map(async (database) => {
    const context = openTestContext(silentLog);
    const rpc = new MemoryRpc(context);
    opened.defer(() => rpc.close());
    const server = await startAuth(config, {
      ...context,
      eventLog,
      rpc,
      kvStore,
      database,
      hashParameters,
    });
    opened.defer(() => server.close());
    return server;
  });
  // Those that started are closed also where another did not.
  await Promise.allSettled(starting);
  await work(await Promise.all(starting));
}
