import type { ConstantsSource } from "../../core/ports/constants_source.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import { type CallOptions, type Rpc, RpcError } from "../../core/ports/rpc.ts";
import type { SqlDatabase } from "../../core/ports/sql_database.ts";
import type { JsonValue } from "../../core/json.ts";
import type { CallFailures, FaultyLink } from "./faulty_link.ts";

/** As `REDIS_URL` has it where it does not say. */
const STORE_TIMEOUT_MS = 2_000;
const DATABASE_TIMEOUT_MS = 5_000;

/** One process's way to the store: its commands are done in order. */
export function linkKvStore(store: KvStore, link: FaultyLink): KvStore {
  const failures = failuresOf("store", STORE_TIMEOUT_MS);
  const through = <T>(operation: () => Promise<T>): Promise<T> => link.call(operation, failures);
  return {
    get: (key) => through(() => store.get(key)),
    set: (...all) => through(() => store.set(...all)),
    compareAndSet: (...all) => through(() => store.compareAndSet(...all)),
    take: (key) => through(() => store.take(key)),
    delete: (key) => through(() => store.delete(key)),
    increment: (...all) => through(() => store.increment(...all)),
    ttlMs: (key) => through(() => store.ttlMs(key)),
    keys: (...all) => through(() => store.keys(...all)),
    sortedSetAdd: (...all) => through(() => store.sortedSetAdd(...all)),
    sortedSetRemove: (...all) => through(() => store.sortedSetRemove(...all)),
    sortedSetRange: (...all) => through(() => store.sortedSetRange(...all)),
    close: () => Promise.resolve(),
  };
}

/**
 * One process's way to the database. A transaction is sent as a whole: it is done or it is not, and of one whose
 * answer is lost the process does not know which.
 */
export function linkDatabase(database: SqlDatabase, link: FaultyLink): SqlDatabase {
  const failures = failuresOf("database", DATABASE_TIMEOUT_MS);
  return {
    dialect: database.dialect,
    query: (...all) => link.call(() => database.query(...all), failures),
    execute: (...all) => link.call(() => database.execute(...all), failures),
    transaction: (work) => link.call(() => database.transaction(work), failures),
    close: () => Promise.resolve(),
  };
}

/** One process's way to the table of constants. */
export function linkConstants(constants: ConstantsSource, link: FaultyLink): ConstantsSource {
  return {
    read: (options) =>
      link.call(() => constants.read(options), failuresOf("constants", options.deadlineMs)),
    close: () => Promise.resolve(),
  };
}

/** One process's way to the others by `Rpc`. */
export function linkRpc(rpc: Rpc, link: FaultyLink): Rpc {
  const { process } = link;
  return {
    call: (service, request, options) => callThrough(rpc, link, { service, request, options }),
    serve: async (service, handler) => {
      const subscription = await rpc.serve(
        service,
        (request) =>
          new Promise<JsonValue>((resolve, reject) =>
            link.toProcess(() => {
              handler(request).then(
                (reply) => link.toFarEnd(() => resolve(reply)),
                (error: unknown) => link.toFarEnd(() => reject(error)),
              );
            })
          ),
      );
      process.onDeath(() => void subscription.close());
      // Handlers that were lost on the way never end: who closes waits for its own work alone.
      return { close: () => Promise.resolve(void subscription.close()) };
    },
    close: () => Promise.resolve(),
  };
}

function callThrough(
  rpc: Rpc,
  link: FaultyLink,
  call: {
    readonly service: string;
    readonly request: JsonValue;
    readonly options: CallOptions;
  },
): Promise<JsonValue> {
  const { service, request, options: { deadlineMs, signal } } = call;
  const answer = link.call(() => rpc.call(service, request, { deadlineMs }), {
    timeoutMs: deadlineMs,
    timedOut: () => new RpcError("deadline_exceeded", `No reply from ${service} in time`),
    refused: () => new RpcError("unavailable", `Cannot call ${service}: no connection`),
  });
  if (signal === undefined) return answer;
  const aborted = new Promise<never>((_resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([answer, aborted]);
}

function failuresOf(what: string, timeoutMs: number): CallFailures {
  return {
    timeoutMs,
    timedOut: () => new Error(`No answer of the ${what} within ${timeoutMs} ms`),
    refused: () => new Error(`Cannot reach the ${what}`),
  };
}
