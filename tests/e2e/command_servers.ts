import { openPorts } from "../../core/adapters/open.ts";
import { EMBEDDED_PORTS, type PortsConfig } from "../../core/adapters/ports_config.ts";
import { silentLog } from "../../core/log.ts";
import type { Ports, RunningService } from "../../core/service.ts";
import { parseGameConfig } from "../../game/config.ts";
import { GAME_PORTS, startGame } from "../../game/service.ts";
import { scrape } from "../clients/scrape.ts";
import { openTestContext } from "../harness.ts";

/** A game server among others. */
export interface CommandServer {
  /** Its id. */
  readonly serverId: string;
  /** Its sockets. */
  readonly addresses: RunningService<"udp" | "tcp" | "ops">["addresses"];
  /** What it uses, for a test to act through. */
  readonly ports: Pick<Ports, "workQueue" | "kvStore">;
  /** How many commands that it took from queues came to this. */
  outcome(name: "applied" | "forwarded" | "unknown_player" | "moved_on"): Promise<number>;
  /** Ends it. */
  close(): Promise<void>;
}

const ENV: Readonly<Record<string, string>> = {
  LISTEN_HOST: "127.0.0.1",
  GAME_UDP_PORT: "0",
  GAME_TCP_PORT: "0",
  GAME_OPS_PORT: "0",
  GAME_ALLOW_GUESTS: "true",
  DRAIN_MS: "1000",
};

/** How the servers are started. */
export interface TwoServersOptions {
  /** The brokers, with which each has connections of its own; undefined: one embedded bus for both. */
  readonly config?: PortsConfig;
  /** More of their environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `work` with the servers `game-a` and `game-b`, and closes them whatever happens. */
export async function withTwoServers(
  options: TwoServersOptions,
  work: (first: CommandServer, second: CommandServer) => Promise<void>,
): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const open = async (clientId: string): Promise<Pick<Ports, typeof GAME_PORTS[number]>> => {
    const dataDir = await Deno.makeTempDir({ prefix: "tanks-" });
    opened.defer(() => Deno.remove(dataDir, { recursive: true }));
    const config = options.config ?? EMBEDDED_PORTS;
    const about = { dataDir, alone: false, clientId, config };
    const ports = await openPorts(GAME_PORTS, about, openTestContext(silentLog));
    opened.defer(() => ports.closePorts());
    return ports;
  };
  const start = async (
    serverId: string,
    ports: Pick<Ports, typeof GAME_PORTS[number]>,
  ): Promise<CommandServer> => {
    const env = new Map(Object.entries({ ...ENV, ...options.env, SERVER_ID: serverId }));
    const context = openTestContext(silentLog);
    const game = await startGame(parseGameConfig(env), { ...context, ...ports });
    opened.defer(() => game.close());
    return {
      serverId,
      addresses: game.addresses,
      ports,
      outcome: async (name) => {
        const samples = await scrape(game.addresses.ops);
        return samples.get(`game_commands_consumed_total{outcome="${name}"}`) ?? NaN;
      },
      close: () => game.close(),
    };
  };
  const firstPorts = await open("game-a");
  const secondPorts = options.config === undefined ? firstPorts : await open("game-b");
  const first = await start("game-a", firstPorts);
  await work(first, await start("game-b", secondPorts));
}
