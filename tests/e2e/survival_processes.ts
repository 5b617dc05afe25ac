import { openPorts } from "../../core/adapters/open.ts";
import { parsePortsConfig } from "../../core/adapters/ports_config.ts";
import { silentLog } from "../../core/log.ts";
import { matchOwnerKey, tryParseMatchOwner } from "../../core/protocol/match_owner.ts";
import { issueTicket } from "../../core/protocol/match_ticket.ts";
import { encodeServerCommand } from "../../core/protocol/server_command.ts";
import type { Ports } from "../../core/service.ts";
import { NatsBroker } from "../brokers/nats_broker.ts";
import { RabbitRelay } from "../brokers/rabbitmq_relay.ts";
import { RedisBroker } from "../brokers/redis_broker.ts";
import { parseJsonObject } from "../clients/json_fields.ts";
import { eventually } from "../contract/eventually.ts";
import { ServiceProcess } from "../fuzz/service_process.ts";
import { openTestContext } from "../harness.ts";

/** A game server in a process of its own, behind relays to NATS and Redis of its own. */
export interface GameProcess {
  /** By which commands reach it. */
  readonly serverId: string;
  /** What runs. */
  readonly process: ServiceProcess;
  /** To the bus and to the store. */
  readonly relays: readonly RabbitRelay[];
}

/** Game servers and a gateway as processes on NATS, RabbitMQ and Redis. */
export interface SurvivalProcesses {
  /** The servers by id. */
  readonly servers: ReadonlyMap<string, GameProcess>;
  /** Where browsers connect. */
  readonly webSocketUrl: string;
  /** Has the server prepare a match for these accounts; again until it does. */
  prepare(serverId: string, match: { matchId: string; players: string[] }): Promise<void>;
  /** A match token. */
  ticket(matchId: string, playerId: string): Promise<string>;
  /** Which server has a match, and in which epoch. */
  ownerOf(matchId: string): Promise<string>;
}

const SHARED_ENV = {
  LISTEN_HOST: "127.0.0.1",
  GAME_UDP_PORT: "0",
  GAME_TCP_PORT: "0",
  GAME_OPS_PORT: "0",
  GAME_BOT_COUNT: "7",
  GAME_BOT_SKILL: "hard",
  GAME_PUBLIC_HOST: "127.0.0.1",
  GATEWAY_HTTP_PORT: "0",
  GATEWAY_OPS_PORT: "0",
  RABBITMQ_HOST: "127.0.0.1",
  LOG_FORMAT: "json",
};
const PORTS = ["pubSub", "kvStore"] as const;

/** Runs `work` with the servers of these ids and a gateway. */
export async function withSurvivalProcesses(
  serverIds: readonly string[],
  work: (system: SurvivalProcesses) => Promise<void>,
): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const nats = await NatsBroker.start();
  opened.defer(() => nats.close());
  const redis = await RedisBroker.start();
  opened.defer(() => redis.close());
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-" });
  opened.defer(() => Deno.remove(dataDir, { recursive: true }));
  const env = { ...SHARED_ENV, ...addressesOf(nats.port, redis.port) };
  const ports = await openPorts(PORTS, {
    ...{ dataDir: `${dataDir}/test`, alone: false, clientId: "test" },
    config: parsePortsConfig(new Map(Object.entries(addressesOf(nats.port, redis.port)))),
  }, openTestContext(silentLog));
  opened.defer(() => ports.closePorts());
  const servers = new Map<string, GameProcess>();
  const start = async (serverId: string): Promise<GameProcess> => {
    const relays = [nats.port, redis.port].map((port) => {
      const relay = new RabbitRelay({ host: "127.0.0.1", port });
      opened.defer(() => relay.close());
      return relay;
    });
    const [natsPort = 0, redisPort = 0] = relays.map(({ port }) => port);
    const process = await ServiceProcess.start({
      script: "game/main.ts",
      env: {
        ...{ ...SHARED_ENV, ...addressesOf(natsPort, redisPort) },
        ...{ SERVER_ID: serverId, DATA_DIR: `${dataDir}/${serverId}` },
      },
      awaited: ["game udp"],
    });
    opened.defer(() => process.kill());
    const server = { serverId, process, relays };
    servers.set(serverId, server);
    return server;
  };
  await Promise.all(serverIds.map(start));
  const gateway = await ServiceProcess.start({
    script: "game/gateway/main.ts",
    env: { ...env, DATA_DIR: `${dataDir}/gateway` },
    awaited: ["gateway http"],
  });
  opened.defer(() => gateway.kill());
  const { hostname, port } = gateway.address("gateway", "http");
  await work({ servers, webSocketUrl: `ws://${hostname}:${port}/ws`, ...actions(ports) });
}

function actions(
  { pubSub, kvStore }: Pick<Ports, typeof PORTS[number]>,
): Pick<SurvivalProcesses, "prepare" | "ticket" | "ownerOf"> {
  return {
    prepare: (serverId, { matchId, players }) =>
      eventually(async () => {
        const accounts = players.map((player) => `account-${player}`);
        const order = {
          command: "prepare_match",
          matchId,
          mode: "ffa",
          players: accounts,
        } as const;
        const subject = `server.command.${serverId}`;
        const reply = await pubSub.request(subject, encodeServerCommand(order), {
          deadlineMs: 2_000,
        });
        if (parseJsonObject(reply).ok !== true) throw new Error(`Not prepared: ${reply}`);
      }),
    ticket: (matchId, playerId) =>
      issueTicket(kvStore, { matchId, accountId: `account-${playerId}`, playerId }, {
        randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
      }),
    ownerOf: async (matchId) => {
      const owner = tryParseMatchOwner(await kvStore.get(matchOwnerKey(matchId)) ?? "");
      return owner === undefined ? "nobody" : `${owner.serverId} ${owner.epoch}`;
    },
  };
}

function addressesOf(natsPort: number, redisPort: number): Readonly<Record<string, string>> {
  return {
    NATS_URL: `nats://127.0.0.1:${natsPort}`,
    REDIS_URL: `redis://127.0.0.1:${redisPort}?heartbeat_ms=500&command_timeout_ms=500`,
  };
}
