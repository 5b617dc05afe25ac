import type { KvStore } from "../../core/ports/kv_store.ts";
import type { WorkQueue } from "../../core/ports/work_queue.ts";
import { OWNED_MATCHES_KEY } from "../../core/protocol/match_owner.ts";
import type { SimulatedNetwork } from "./simulated_network.ts";
import type { NodeSpec } from "./simulated_node.ts";
import { OPS_PORTS } from "./topology.ts";

/** Where is looked. */
export interface LeftoversOptions {
  /** What all share. */
  readonly kvStore: KvStore;
  /** What all share. */
  readonly workQueue: WorkQueue;
  /** Where nodes serve their metrics. */
  readonly network: SimulatedNetwork;
  /** The nodes. */
  readonly nodes: readonly NodeSpec[];
}

/** Metrics that are 0 where nobody plays or waits. */
const IDLE_METRICS = [
  "active_sessions_game",
  "tanks_in_use_game",
  "game_players_count",
] as const;
/** Not their dead letters: what fails five times while the store is away belongs there. */
const QUEUES = ["player_commands", "matchmaking_events"] as const;
/** What lives for ever; all other keys have an end. */
const LASTING = new Set([
  OWNED_MATCHES_KEY,
  "revocations:published",
  "server:status:last",
  "rooms:expiry",
]);
const KEYS_MAX = 10_000;
const ALL = { min: -Infinity, max: Infinity, limit: 100 };

/** What is left when everybody has gone, and should not be. */
export async function findLeftovers(options: LeftoversOptions): Promise<string[]> {
  return [
    ...await findKeys(options.kvStore),
    ...await findWork(options.workQueue),
    ...await findMetrics(options),
  ];
}

async function findKeys(kvStore: KvStore): Promise<string[]> {
  const found: string[] = [];
  for (const key of await kvStore.keys("", KEYS_MAX)) {
    if (/^match:[^:]+$/.test(key)) found.push(`somebody still owns ${key}`);
    if (LASTING.has(key)) continue;
    if (await kvStore.ttlMs(key) === undefined) found.push(`${key} would be there for ever`);
  }
  for (const { member } of await kvStore.sortedSetRange(OWNED_MATCHES_KEY, ALL)) {
    found.push(`match ${member} is still listed as owned`);
  }
  return found;
}

async function findWork(workQueue: WorkQueue): Promise<string[]> {
  const found: string[] = [];
  for (const queue of QUEUES) {
    const depth = await workQueue.depth(queue);
    if (depth > 0) found.push(`${depth} messages are left in ${queue}`);
  }
  return found;
}

async function findMetrics({ network, nodes }: LeftoversOptions): Promise<string[]> {
  const found: string[] = [];
  for (const { name, host } of nodes) {
    if (!name.startsWith("game") && !name.startsWith("matchmaker")) continue;
    const port = OPS_PORTS[name.replace(/-\d+$/, "")] ?? 0;
    const server = network.server(host, port);
    if (server === undefined) {
      found.push(`${name} serves no metrics`);
      continue;
    }
    const request = new Request(`http://${host}:${port}/metrics`);
    const remoteAddr = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;
    const info = { remoteAddr, completed: Promise.resolve() };
    const text = await (await server.handler(request, info)).text();
    for (const metric of IDLE_METRICS) {
      const value = new RegExp(`^${metric} (\\S+)$`, "m").exec(text)?.[1] ?? "0";
      if (value !== "0") found.push(`${name} says ${metric} ${value}`);
    }
  }
  return found;
}
