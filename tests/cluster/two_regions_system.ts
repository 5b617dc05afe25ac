import { assert } from "@std/assert";
import { openPorts } from "../../core/adapters/open.ts";
import { parsePortsConfig } from "../../core/adapters/ports_config.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { Rng } from "../../core/rng.ts";
import type { Ports } from "../../core/service.ts";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { whyNoKafkaCluster } from "../brokers/kafka_cluster.ts";
import { NATS_COMMAND } from "../brokers/nats_broker.ts";
import { whyNoPostgresBroker } from "../brokers/postgres_broker.ts";
import { whyNoRabbitBroker } from "../brokers/rabbitmq_broker.ts";
import { REDIS_COMMAND } from "../brokers/redis_broker.ts";
import { openTestContext } from "../harness.ts";
import { Cluster } from "./cluster.ts";
import { startClusterBrokers } from "./cluster_brokers.ts";
import { OwnerWatch } from "./owner_watch.ts";
import { PlayerCrowd } from "./player_crowd.ts";

/** Where each game server is. */
const REGIONS = ["EU-FRA", "EU-FRA", "RU-SPE"];
/** One player in so many wants a duel, for which two have to meet; the others drop in. */
const DUELLIST_PERIOD = 10;

const ENV: Readonly<Record<string, string>> = {
  // Long enough that none ends before its server does.
  GAME_MATCH_MS_MAX: "30000",
  // Clients, services and brokers share two cores.
  GAME_JSON_SNAPSHOT_RATE: "10",
  GAME_SNAPSHOT_RATE: "10",
  // All players have one address.
  GATEWAY_REQUESTS_PER_SECOND: "10000",
  GATEWAY_WEBSOCKETS_PER_ADDRESS_MAX: "1000",
  MATCHMAKER_REQUESTS_PER_SECOND: "10000",
};

/** What is there, and who plays on it. */
export interface TwoRegions {
  /** The processes. */
  readonly cluster: Cluster;
  /** The players, who have accounts and do nothing yet. */
  readonly crowd: PlayerCrowd;
  /** Looks who has which match. */
  readonly watch: OwnerWatch;
  /** The event log and the store. */
  readonly ports: Pick<Ports, "eventLog" | "kvStore">;
  /** Decides what is left to chance. */
  readonly rng: Rng;
}

/** Why the brokers cannot be started here; undefined where they can. */
export async function whyNoClusterBrokers(): Promise<string | undefined> {
  return await whyNoKafkaCluster() ?? await whyNoPostgresBroker() ?? await whyNoRabbitBroker() ??
    await whyNoProgram(NATS_COMMAND) ?? await whyNoProgram(REDIS_COMMAND);
}

/** Runs `work` with two regions of game servers, everything that they need, and so many players. */
export async function withTwoRegions(
  options: { readonly players: number; readonly seed: number },
  work: (system: TwoRegions) => Promise<void>,
): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const brokers = await startClusterBrokers({ kafka: true, mariadb: false });
  opened.defer(() => brokers.close());
  const cluster = await Cluster.start({
    brokers,
    counts: { auth: 1, matchmaker: 2, gateway: 2, "status-worker": 1 },
    regions: REGIONS,
    env: ENV,
    // So many accounts' passwords would cost a minute of both cores, and are not what is seen here.
    authScript: "tests/chaos/cheap_auth.ts",
  });
  opened.defer(() => cluster.close());
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-" });
  opened.defer(() => Deno.remove(dataDir, { recursive: true }));
  const ports = await openPorts(["eventLog", "kvStore"], {
    ...{ dataDir, alone: false, clientId: "test" },
    config: parsePortsConfig(new Map(Object.entries(brokers.env))),
  }, openTestContext(silentLog));
  opened.defer(() => ports.closePorts());
  const watch = new OwnerWatch(ports.kvStore, systemClock);
  opened.defer(() => watch.close());
  const rng = new Rng(options.seed);
  const crowd = openCrowd(cluster, { ...options, rng });
  await crowd.enlist();
  await work({ cluster, crowd, watch, ports, rng });
}

function openCrowd(
  cluster: Cluster,
  { players, rng }: { readonly players: number; readonly rng: Rng },
): PlayerCrowd {
  const lines = new Map(
    cluster.members("game").map((game) => [game.address("udp").port, game.address("tcp")]),
  );
  return new PlayerCrowd({
    count: players,
    rng,
    regions: [...new Set(REGIONS)],
    modeOf: (index) => index % DUELLIST_PERIOD === DUELLIST_PERIOD - 1 ? "ranked_duel" : "team",
    gatewayUrls: cluster.addresses("gateway", "http").map(({ port }) => `http://127.0.0.1:${port}`),
    // Where each server has a machine of its own, this is a port that everybody knows.
    linesOf: ({ port }) => {
      const address = lines.get(port);
      assert(address !== undefined, `no game server at port ${port}`);
      return address;
    },
  });
}
