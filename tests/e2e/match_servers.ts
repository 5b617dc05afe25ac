import { assertEquals } from "@std/assert";
import { openPorts } from "../../core/adapters/open.ts";
import { EMBEDDED_PORTS } from "../../core/adapters/ports_config.ts";
import { type Clock, systemClock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { matchOwnerKey, tryParseMatchOwner } from "../../core/protocol/match_owner.ts";
import { issueTicket } from "../../core/protocol/match_ticket.ts";
import { encodeServerCommand } from "../../core/protocol/server_command.ts";
import type { Ports, RunningService } from "../../core/service.ts";
import { parseGameConfig } from "../../game/config.ts";
import { parseGatewayConfig } from "../../game/gateway/config.ts";
import { startGateway } from "../../game/gateway/service.ts";
import { startGame } from "../../game/service.ts";
import { CutPorts } from "../clients/cut_ports.ts";
import { readEvents } from "../clients/event_reader.ts";
import { parseJsonObject } from "../clients/json_fields.ts";
import { scrape } from "../clients/scrape.ts";
import { eventually } from "../contract/eventually.ts";
import { openTestContext } from "../harness.ts";

const PORTS = ["eventLog", "workQueue", "rpc", "pubSub", "kvStore"] as const;

const ENV: Readonly<Record<string, string>> = {
  LISTEN_HOST: "127.0.0.1",
  GAME_UDP_PORT: "0",
  GAME_TCP_PORT: "0",
  GAME_OPS_PORT: "0",
  GAME_UDP_BACKEND: "datagram",
  GAME_PUBLIC_HOST: "127.0.0.1",
  GATEWAY_HTTP_PORT: "0",
  GATEWAY_OPS_PORT: "0",
  GATEWAY_REQUESTS_PER_SECOND: "1000",
  DRAIN_MS: "3000",
};

/** A game server that runs, and its way to store and bus. */
export interface MatchServer {
  /** By which commands reach it. */
  readonly serverId: string;
  /** What runs. */
  readonly game: RunningService<"udp" | "tcp" | "ops">;
  /** To be cut. */
  readonly ports: CutPorts;
  /** The value of one of its metrics. */
  metric(name: string): Promise<number>;
}

/** Some game servers and a gateway on one set of embedded ports. */
export interface MatchServers {
  /** The servers, `game-0` first. */
  readonly servers: readonly MatchServer[];
  /** Where browsers connect. */
  readonly webSocketUrl: string;
  /** The gateway. */
  readonly gateway: RunningService<"http" | "ops">;
  /** What all share, uncut. */
  readonly ports: Pick<Ports, typeof PORTS[number]>;
  /** Has a server prepare a match for these accounts. */
  prepare(serverId: string, match: { matchId: string; players: string[] }): Promise<void>;
  /** A match token. */
  ticket(matchId: string, playerId: string): Promise<string>;
  /** Which server has a match, and in which epoch, as the store says. */
  ownerOf(matchId: string): Promise<string>;
  /** The events of the match with these types, each as `type server epoch`, oldest first. */
  epochsOf(matchId: string): Promise<string[]>;
}

/** How the servers differ from those with default settings. */
export interface MatchServersOptions {
  /** Game servers. */
  readonly count: number;
  /** Environment variables of game servers and gateway. */
  readonly env?: Readonly<Record<string, string>>;
  /** The time of all of them; the machine's by default. */
  readonly clock?: Clock;
}

/** Runs `work` with so many game servers. */
export async function withMatchServers(
  options: MatchServersOptions,
  work: (system: MatchServers) => Promise<void>,
): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const env = { ...ENV, ...options.env };
  const clock = options.clock ?? systemClock;
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-" });
  opened.defer(() => Deno.remove(dataDir, { recursive: true }));
  const shared = { ...openTestContext(silentLog), clock };
  const ports = await openPorts(
    PORTS,
    { dataDir, alone: false, clientId: "test", config: EMBEDDED_PORTS },
    shared,
  );
  opened.defer(() => ports.closePorts());
  const servers: MatchServer[] = [];
  for (let index = 0; index < options.count; index++) {
    const server = await startServer(`game-${index}`, env, { ...ports, clock });
    servers.push(server);
    opened.defer(() => {
      server.ports.cut(false);
      return server.game.close();
    });
  }
  const config = parseGatewayConfig(new Map(Object.entries(env)));
  const gateway = await startGateway(config, { ...openTestContext(silentLog), ...ports, clock });
  opened.defer(() => gateway.close());
  const { hostname, port } = gateway.addresses.http;
  await work({
    servers,
    gateway,
    webSocketUrl: `ws://${hostname}:${port}/ws`,
    ports,
    prepare: (serverId, { matchId, players }) => prepare(ports, serverId, { matchId, players }),
    ticket: (matchId, playerId) =>
      issueTicket(ports.kvStore, { matchId, accountId: `account-${playerId}`, playerId }, {
        randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
      }),
    ownerOf: async (matchId) => {
      const owner = tryParseMatchOwner(await ports.kvStore.get(matchOwnerKey(matchId)) ?? "");
      return owner === undefined ? "nobody" : `${owner.serverId} ${owner.epoch}`;
    },
    epochsOf: async (matchId) => {
      const events = await readEvents(ports.eventLog, "game_events");
      return events.filter((event) => event.match_id === matchId && event.epoch !== undefined)
        .map(({ event_type, server_id, epoch }) => `${event_type} ${server_id} ${epoch}`);
    },
  });
}

async function startServer(
  serverId: string,
  env: Readonly<Record<string, string>>,
  { clock, ...ports }: Pick<Ports, typeof PORTS[number]> & { readonly clock: Clock },
): Promise<MatchServer> {
  const cut = new CutPorts(ports);
  const config = parseGameConfig(new Map(Object.entries({ ...env, SERVER_ID: serverId })));
  const { kvStore, pubSub } = cut;
  const context = { ...openTestContext(silentLog), clock };
  const game = await startGame(config, { ...context, ...ports, kvStore, pubSub });
  return {
    serverId,
    game,
    ports: cut,
    metric: async (name) => (await scrape(game.addresses.ops)).get(name) ?? NaN,
  };
}

async function prepare(
  { pubSub }: Pick<Ports, "pubSub">,
  serverId: string,
  { matchId, players }: { readonly matchId: string; readonly players: readonly string[] },
): Promise<void> {
  const accounts = players.map((player) => `account-${player}`);
  const order = { command: "prepare_match", matchId, mode: "team", players: accounts } as const;
  const reply = await pubSub.request(`server.command.${serverId}`, encodeServerCommand(order), {
    deadlineMs: 2_000,
  });
  assertEquals(parseJsonObject(reply).ok, true, reply);
}

/** Waits until `read` gives what is expected. */
export async function untilEqual(
  read: () => unknown,
  expected: JsonObject[string],
  deadlineMs = 15_000,
): Promise<void> {
  await eventually(async () => assertEquals(await read(), expected), deadlineMs);
}
