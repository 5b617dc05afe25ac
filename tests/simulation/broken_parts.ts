import type { KvStore } from "../../core/ports/kv_store.ts";
import type { SqlDatabase } from "../../core/ports/sql_database.ts";
import type { Ports } from "../../core/service.ts";
import { RELAY_HERE, RELAY_PROBE } from "../../core/protocol/match_relay.ts";

/** A rule that is broken on purpose, by ports that do not keep it. */
export interface BrokenPart {
  /** What is broken. */
  readonly name: string;
  /** What the simulation says when it sees it. */
  readonly seenAs: RegExp;
  /** Breaks it at one node. */
  breakPorts(node: string, ports: Ports): Ports;
}

/** So many checkpoints of a match are written, of those that are due each second at least. */
const WRITTEN_MAX = 4;
const EPOCH_KEY = /^match:[^:]+:epoch$/;

/** Rules that hold the system up, each broken by itself. */
export const BROKEN_PARTS: readonly BrokenPart[] = [
  {
    name: "the fencing token is not compared",
    seenAs: /went back from epoch|have epoch|plays .* in epoch/,
    breakPorts: (node, ports) => {
      if (!node.startsWith("game")) return ports;
      const { kvStore } = ports;
      return withStore(ports, {
        get: async (key) => {
          const value = await kvStore.get(key);
          return value !== undefined && EPOCH_KEY.test(key) ? "1" : value;
        },
        compareAndSet: async (key, expected, next, options) => {
          if (!key.startsWith("match:")) {
            return await kvStore.compareAndSet(key, expected, next, options);
          }
          return await kvStore.compareAndSet(key, await kvStore.get(key), next, options);
        },
      });
    },
  },
  {
    name: "an owner that is cut off takes itself for heard",
    seenAs: /plays .* in epoch/,
    breakPorts: (node, ports) => {
      const { pubSub } = ports;
      return {
        ...ports,
        pubSub: {
          publish: (...all) => pubSub.publish(...all),
          subscribe: (...all) => pubSub.subscribe(...all),
          request: (subject, payload, options) =>
            subject === `server.command.${node}` && payload === RELAY_PROBE
              ? Promise.resolve(RELAY_HERE)
              : pubSub.request(subject, payload, options),
          close: () => pubSub.close(),
        },
      };
    },
  },
  {
    name: "a ticket can be redeemed twice",
    seenAs: /ticket was redeemed twice/,
    breakPorts: (_node, ports) => {
      const { kvStore } = ports;
      return withStore(ports, {
        take: (key) => key.startsWith("ticket:") ? kvStore.get(key) : kvStore.take(key),
      });
    },
  },
  {
    name: "nobody asks whether a session was revoked",
    seenAs: /revoked token was good/,
    breakPorts: (_node, ports) => {
      const { kvStore } = ports;
      return withStore(ports, {
        get: (key) => key.startsWith("revoked:") ? Promise.resolve(undefined) : kvStore.get(key),
      });
    },
  },
  {
    name: "checkpoints are no longer written after a few",
    seenAs: /lost \d+ ticks|lost a score/,
    breakPorts: (_node, ports) => {
      const { kvStore } = ports;
      const counts = new Map<string, number>();
      return withStore(ports, {
        set: (key, value, options) => {
          const count = counts.get(key) ?? 0;
          counts.set(key, count + 1);
          const isLeftOut = key.includes(":checkpoint:") && count >= WRITTEN_MAX;
          return isLeftOut ? Promise.resolve() : kvStore.set(key, value, options);
        },
      });
    },
  },
  {
    name: "two status workers hold one lease",
    seenAs: /read the constants/,
    breakPorts: (node, ports) => {
      if (!node.startsWith("status")) return ports;
      const { kvStore } = ports;
      return withStore(ports, {
        compareAndSet: (key, ...all) =>
          key === "server:status:lease"
            ? Promise.resolve(true)
            : kvStore.compareAndSet(key, ...all),
      });
    },
  },
  {
    name: "the database forgets what it has acknowledged",
    seenAs: /cannot log in any more|registered twice/,
    breakPorts: (node, ports) =>
      node.startsWith("auth") ? { ...ports, database: forgetAccounts(ports.database) } : ports,
  },
  {
    name: "a match that is over stays in the store",
    seenAs: /still owns|still listed|says active_sessions_game/,
    breakPorts: (_node, ports) =>
      withStore(ports, { sortedSetRemove: () => Promise.resolve(true) }),
  },
];

function withStore(ports: Ports, changes: Partial<KvStore>): Ports {
  const { kvStore } = ports;
  return {
    ...ports,
    kvStore: {
      get: (key) => kvStore.get(key),
      set: (...all) => kvStore.set(...all),
      compareAndSet: (...all) => kvStore.compareAndSet(...all),
      take: (key) => kvStore.take(key),
      delete: (key) => kvStore.delete(key),
      increment: (...all) => kvStore.increment(...all),
      ttlMs: (key) => kvStore.ttlMs(key),
      keys: (...all) => kvStore.keys(...all),
      sortedSetAdd: (...all) => kvStore.sortedSetAdd(...all),
      sortedSetRemove: (...all) => kvStore.sortedSetRemove(...all),
      sortedSetRange: (...all) => kvStore.sortedSetRange(...all),
      close: () => kvStore.close(),
      ...changes,
    },
  };
}

/** Says that an account was written, and does not write it. */
function forgetAccounts(database: SqlDatabase): SqlDatabase {
  return {
    dialect: database.dialect,
    query: (...all) => database.query(...all),
    execute: (sql, parameters) =>
      /INSERT INTO accounts/.test(sql) ? Promise.resolve(1) : database.execute(sql, parameters),
    transaction: (work) => database.transaction(work),
    close: () => database.close(),
  };
}
