// Long because it is the one place that puts brokers, links, services and nginx together.
import { openPorts } from "../../core/adapters/open.ts";
import { parsePortsConfig } from "../../core/adapters/ports_config.ts";
import { silentLog } from "../../core/log.ts";
import type { Ports } from "../../core/service.ts";
import { type MariadbBroker, runMysql } from "../brokers/mariadb_broker.ts";
import { writeConstants } from "../brokers/mysql_sources.ts";
import { RabbitRelay } from "../brokers/rabbitmq_relay.ts";
import { Cluster } from "../cluster/cluster.ts";
import {
  type Breakable,
  type ClusterBrokers,
  startClusterBrokers,
} from "../cluster/cluster_brokers.ts";
import { NginxProcess } from "../deploy/nginx_process.ts";
import { openTestContext } from "../harness.ts";
import type { Fault } from "./fault_plan.ts";
import { SmallDisk } from "./small_disk.ts";

/** Where each game server is. */
export const SOAK_REGIONS = ["EU-FRA", "EU-FRA", "RU-SPE"] as const;
/** A match ends after this at most, in milliseconds, so that many do. */
export const SOAK_MATCH_MS = 40_000;
const PORTS = ["eventLog", "kvStore", "database"] as const;

const ENV: Readonly<Record<string, string>> = {
  GAME_MATCH_MS_MAX: String(SOAK_MATCH_MS),
  GAME_JSON_SNAPSHOT_RATE: "10",
  GAME_SNAPSHOT_RATE: "10",
  // Places that a probe took and left.
  GAME_EMPTY_SESSION_MS: "10000",
  AUTH_PROXY_PROTOCOL: "true",
  AUTH_PROXY_TRUSTED: "127.0.0.1",
  GATEWAY_TRUSTED_PROXIES: "127.0.0.1",
  MATCHMAKER_REQUESTS_PER_SECOND: "1000",
  // The mock cluster forms a group in three seconds.
  KAFKA_SESSION_TIMEOUT_MS: "10000",
  STATUS_UPDATE_INTERVAL: "5",
};

/** A link that can be cut: one process' connections to one broker. */
export interface CuttableLink {
  /** Closes what is open, and lets nothing in. */
  cut(): Promise<void>;
  /** Lets in again. */
  mend(): void;
}

/** What ends when it is asked to, after it has given away what it had in hand. */
export interface Drainable {
  /** Asks it to end; gives its exit code. @throws Error where it does not end in time */
  stop(): Promise<number>;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Starts it again where it was. */
  startAgain(): Promise<void>;
}

/** Everything that a soak plays on. */
export interface SoakSystem {
  /** The services. */
  readonly cluster: Cluster;
  /** What stands in front of auth and gateways. */
  readonly nginx: NginxProcess;
  /** The brokers and databases. */
  readonly brokers: ClusterBrokers;
  /** What can be killed and frozen, by name. */
  readonly breakable: ReadonlyMap<string, Breakable>;
  /** What can be asked to end, by name. */
  readonly drainable: ReadonlyMap<string, Drainable>;
  /** What can be cut, by name. */
  readonly links: ReadonlyMap<string, CuttableLink>;
  /** A disk that can be filled, by the name of whose it is; empty where none can be mounted. */
  readonly disks: ReadonlyMap<string, SmallDisk>;
  /** All that can go wrong. */
  readonly faults: readonly Fault[];
  /** What is stored. */
  readonly ports: Pick<Ports, typeof PORTS[number]>;
  /** Ends all of it. */
  close(): Promise<void>;
}

/** Starts everything. @throws Error where a part does not start; nothing is left then */
export async function openSoakSystem(): Promise<SoakSystem> {
  await using opened = new AsyncDisposableStack();
  const brokers = await startClusterBrokers({ kafka: true, mariadb: true });
  opened.defer(() => brokers.close());
  await makeConstants(brokers.mariadb);
  const links = openLinks(brokers, opened);
  const disks = new Map<string, SmallDisk>();
  const disk = await SmallDisk.tryMount();
  if (disk !== undefined) {
    disks.set("game-1", disk);
    opened.defer(() => disk.close());
  }
  const cluster = await Cluster.start({
    brokers,
    counts: { auth: 2, matchmaker: 2, gateway: 2, "status-worker": 2 },
    regions: SOAK_REGIONS,
    env: ENV,
    envOf: (serverId) => links.envOf(serverId),
    dataDirOf: (serverId) => disks.get(serverId)?.folder,
  });
  opened.defer(() => cluster.close());
  const [game] = cluster.members("game");
  if (game === undefined) throw new Error("Cannot soak: there is no game server");
  const nginx = await NginxProcess.start({
    auth: cluster.addresses("auth", "tcp"),
    gateway: cluster.addresses("gateway", "http"),
    // Players reach game servers themselves: each match is on one of them.
    gameTcp: game.address("tcp"),
    gameUdp: game.address("udp"),
  });
  opened.defer(() => nginx.close());
  const ports = await openOwnPorts(brokers, opened);
  const breakable = new Map<string, Breakable>([
    ...brokers.breakable,
    ...cluster.members().map((member) => [member.serverId, member] as const),
  ]);
  // Each game server, because what it hands over differs; gateways are alike.
  const drained = [...cluster.members("game"), ...cluster.members("gateway").slice(0, 1)];
  const drainable = new Map(drained.map((member) => [member.serverId, member]));
  const closing = opened.move();
  return {
    ...{ cluster, nginx, brokers, breakable, drainable, disks, ports },
    links: links.byName,
    faults: faultsOf({ breakable, drainable, links: links.byName, disks }),
    close: () => closing.disposeAsync(),
  };
}

function faultsOf(
  { breakable, drainable, links, disks }: Pick<
    SoakSystem,
    "breakable" | "drainable" | "links" | "disks"
  >,
): Fault[] {
  const all = (kind: Fault["kind"], targets: Iterable<string>): Fault[] =>
    [...targets].map((target) => ({ kind, target }));
  return [
    ...all("kill", breakable.keys()),
    ...all("freeze", [...breakable.keys(), "kafka"]),
    ...all("drain", drainable.keys()),
    ...all("cut", [...links.keys(), "kafka"]),
    ...all("fill", disks.keys()),
  ];
}

interface Links {
  readonly byName: ReadonlyMap<string, CuttableLink>;
  envOf(serverId: string): Readonly<Record<string, string>>;
}

/** Each game server has ways of its own to bus and store. */
function openLinks({ env }: ClusterBrokers, opened: AsyncDisposableStack): Links {
  const byName = new Map<string, CuttableLink>();
  const envs = new Map<string, Readonly<Record<string, string>>>();
  for (const index of SOAK_REGIONS.keys()) {
    const serverId = `game-${index + 1}`;
    const own: Record<string, string> = {};
    for (const name of ["NATS_URL", "REDIS_URL"] as const) {
      const url = new URL(env[name] ?? "");
      const relay = new RabbitRelay({ host: url.hostname, port: Number(url.port) });
      opened.defer(() => relay.close());
      url.port = String(relay.port);
      own[name] = url.href;
      byName.set(`${serverId} to ${name === "NATS_URL" ? "nats" : "redis"}`, relay);
    }
    envs.set(serverId, own);
  }
  return { byName, envOf: (serverId) => envs.get(serverId) ?? {} };
}

async function openOwnPorts(
  { env }: ClusterBrokers,
  opened: AsyncDisposableStack,
): Promise<SoakSystem["ports"]> {
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-" });
  opened.defer(() => Deno.remove(dataDir, { recursive: true }));
  const ports = await openPorts(PORTS, {
    ...{ dataDir, alone: false, clientId: "soak" },
    config: parsePortsConfig(new Map(Object.entries(env))),
  }, openTestContext(silentLog));
  opened.defer(() => ports.closePorts());
  return ports;
}

/** The table that the status workers read. */
async function makeConstants(mariadb: MariadbBroker | undefined): Promise<void> {
  if (mariadb === undefined) return;
  const { variables } = mariadb;
  await runMysql(variables, "CREATE DATABASE tanks CHARACTER SET utf8mb4");
  await writeConstants(variables, "tanks");
}
