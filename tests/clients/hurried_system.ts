import { parseAuthConfig } from "../../auth/config.ts";
import { startAuth } from "../../auth/service.ts";
import { openPorts } from "../../core/adapters/open.ts";
import { EMBEDDED_PORTS } from "../../core/adapters/ports_config.ts";
import { silentLog } from "../../core/log.ts";
import type { Ports, RunningService } from "../../core/service.ts";
import { parseGameConfig } from "../../game/config.ts";
import { startGame } from "../../game/service.ts";
import { openTestContext } from "../harness.ts";
import { hurryClock } from "./hurry_clock.ts";

const PORTS = ["eventLog", "workQueue", "rpc", "pubSub", "kvStore", "database"] as const;

const CHEAP_HASH = { costLog2: 4, blockSize: 8, parallelization: 1 };

/** Both services, whose time runs faster than ours. */
export interface HurriedSystem {
  /** As in the test system. */
  readonly auth: RunningService<"tcp" | "ops">;
  /** As in the test system. */
  readonly game: RunningService<"udp" | "tcp" | "ops">;
  /** What both services share. */
  readonly ports: Pick<Ports, "eventLog" | "rpc">;
}

/**
 * Runs `work` with services whose clock goes `factor` times as fast as the machine's, for what takes
 * minutes: the end of a match, the expiry of a token.
 */
export async function withHurriedSystem(
  factor: number,
  environment: Readonly<Record<string, string>>,
  work: (system: HurriedSystem) => Promise<void>,
): Promise<void> {
  const env = new Map(Object.entries({
    LISTEN_HOST: "127.0.0.1",
    AUTH_TCP_PORT: "0",
    AUTH_OPS_PORT: "0",
    AUTH_SEED_ACCOUNTS: "true",
    GAME_UDP_PORT: "0",
    GAME_TCP_PORT: "0",
    GAME_OPS_PORT: "0",
    GAME_ALLOW_GUESTS: "true",
    ...environment,
  }));
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-" });
  const context = openTestContext(silentLog);
  const ports = await openPorts(PORTS, {
    dataDir,
    alone: false,
    clientId: "test",
    config: EMBEDDED_PORTS,
  }, context);
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => Deno.remove(dataDir, { recursive: true }));
  cleanup.defer(() => ports.closePorts());
  const hurried = { ...ports, clock: hurryClock(factor) };
  const auth = await startAuth(parseAuthConfig(env), {
    ...openTestContext(silentLog, context),
    ...hurried,
    hashParameters: CHEAP_HASH,
  });
  cleanup.defer(() => auth.close());
  const game = await startGame(parseGameConfig(env), {
    ...openTestContext(silentLog, context),
    ...hurried,
  });
  cleanup.defer(() => game.close());
  await work({ auth, game, ports });
}
