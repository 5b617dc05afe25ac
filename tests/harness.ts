import { parseAuthConfig } from "../auth/config.ts";
import { type AuthDeps, startAuth } from "../auth/service.ts";
import { openPorts } from "../core/adapters/open.ts";
import { EMBEDDED_PORTS, type PortsConfig } from "../core/adapters/ports_config.ts";
import { systemClock } from "../core/clock.ts";
import { Health } from "../core/health.ts";
import { type Log, silentLog } from "../core/log.ts";
import { Metrics } from "../core/metrics.ts";
import type { Ports, RunningService, ServiceContext } from "../core/service.ts";
import { parseGameConfig } from "../game/config.ts";
import { startGame } from "../game/service.ts";

/** A password hash that costs next to nothing; what a login means is tested, not what it costs. */
const CHEAP_HASH = { costLog2: 4, blockSize: 8, parallelization: 1 };

/** How a system under test differs from one with default settings. */
export interface SystemOptions {
  /** Environment variables, such as `GAME_ALLOW_GUESTS`. Ports are 0 and the host is loopback. */
  readonly env?: Readonly<Record<string, string>>;
  /** An existing folder to keep things in; a temporary one, removed at the end, if undefined. */
  readonly dataDir?: string;
  /** Where all services log; nowhere if undefined. */
  readonly log?: Log;
  /** Which real brokers and databases stand behind the ports; none by default. */
  readonly config?: PortsConfig;
  /** Hash passwords as in production. */
  readonly realHashes?: boolean;
  /** Starts what is to hear the game server from its first word on. */
  readonly beforeGame?: (ports: TestSystem["ports"]) => Promise<void>;
}

/** Auth and game server, running on their real sockets, with the embedded ports between them. */
export interface TestSystem {
  /** Its `tcp` speaks JSON lines; `ops` serves metrics and probes. */
  readonly auth: RunningService<"tcp" | "ops">;
  /** Its `udp` takes datagrams and its `tcp` lines; `ops` serves metrics and probes. */
  readonly game: RunningService<"udp" | "tcp" | "ops">;
  /** What both services share, for a test to look into or act through. */
  readonly ports: Pick<Ports, "eventLog" | "workQueue" | "rpc" | "pubSub" | "kvStore" | "database">;
  /** Closes game, auth and ports in this order, and removes the folder if it was temporary. */
  close(): Promise<void>;
}

const PORTS = ["eventLog", "workQueue", "rpc", "pubSub", "kvStore", "database"] as const;

const TEST_ENV: Readonly<Record<string, string>> = {
  LISTEN_HOST: "127.0.0.1",
  AUTH_TCP_PORT: "0",
  AUTH_OPS_PORT: "0",
  AUTH_SEED_ACCOUNTS: "true",
  GAME_UDP_PORT: "0",
  GAME_TCP_PORT: "0",
  GAME_OPS_PORT: "0",
  GAME_ALLOW_GUESTS: "true",
  DRAIN_MS: "1000",
};

/** Starts auth and a game server on free ports. */
export async function startSystem(options: SystemOptions = {}): Promise<TestSystem> {
  const env = new Map(Object.entries({ ...TEST_ENV, ...options.env }));
  const dataDir = options.dataDir ?? await Deno.makeTempDir({ prefix: "tanks-" });
  const log = options.log ?? silentLog;
  const shared = openTestContext(log);
  const ports = await openPorts(PORTS, {
    dataDir,
    alone: false,
    clientId: "test",
    config: options.config ?? EMBEDDED_PORTS,
  }, shared);
  const authDeps: AuthDeps = { ...openTestContext(log, shared), ...ports };
  const hashParameters = options.realHashes ? {} : { hashParameters: CHEAP_HASH };
  const auth = await startAuth(parseAuthConfig(env), { ...authDeps, ...hashParameters });
  await options.beforeGame?.(ports);
  const game = await startGame(parseGameConfig(env), { ...openTestContext(log, shared), ...ports });
  return {
    auth,
    game,
    ports,
    close: async () => {
      await game.close();
      await auth.close();
      await ports.closePorts();
      if (options.dataDir === undefined) await Deno.remove(dataDir, { recursive: true });
    },
  };
}

/** Runs `work` on a system of its own, and closes it whatever happens. */
export async function withSystem(
  options: SystemOptions,
  work: (system: TestSystem) => Promise<void>,
): Promise<void> {
  const system = await startSystem(options);
  try {
    await work(system);
  } finally {
    await system.close();
  }
}

/** What a service is given in a test: the machine's clock, metrics and health of its own. */
export function openTestContext(log: Log, shared?: ServiceContext): ServiceContext {
  return {
    log,
    clock: systemClock,
    metrics: new Metrics({ process: false, ...(shared && { shared: shared.metrics }) }),
    health: new Health(shared?.health),
  };
}
