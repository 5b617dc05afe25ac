import { openPorts } from "../../core/adapters/open.ts";
import { EMBEDDED_PORTS } from "../../core/adapters/ports_config.ts";
import { silentLog } from "../../core/log.ts";
import type { RunningService } from "../../core/service.ts";
import { parseGatewayConfig } from "../../game/gateway/config.ts";
import { startGateway } from "../../game/gateway/service.ts";
import { parseStatusConfig } from "../../status-worker/config.ts";
import { startStatus } from "../../status-worker/service.ts";
import { GatewayClient } from "../clients/gateway_client.ts";
import { openTestContext, type SystemOptions, type TestSystem } from "../harness.ts";
import { type OwnMatchmaker, withMatchmakers } from "./matchmaking_system.ts";

const ENV: Readonly<Record<string, string>> = {
  LISTEN_HOST: "127.0.0.1",
  GATEWAY_HTTP_PORT: "0",
  GATEWAY_OPS_PORT: "0",
  GATEWAY_REQUESTS_PER_SECOND: "10000",
  GATEWAY_ACCOUNT_REQUESTS_PER_SECOND: "10000",
  STATUS_HTTP_PORT: "0",
  STATUS_OPS_PORT: "0",
};

/** How many of each there are. */
export interface GatewaySystemOptions extends SystemOptions {
  /** Matchmakers; 1 by default. */
  readonly matchmakers?: number;
  /** Gateways; 1 by default. */
  readonly gateways?: number;
}

/** Everything behind a gateway, and clients of each gateway. */
export interface GatewaySystem extends TestSystem {
  /** One for each gateway; there is one at least. */
  readonly clients: readonly [GatewayClient, ...GatewayClient[]];
  /** The gateways. */
  readonly gateways: readonly RunningService<"http" | "ops">[];
  /** The matchmakers. */
  readonly matchmakers: readonly OwnMatchmaker[];
}

/** Runs `work` with auth, a game server, matchmakers, gateways and the status worker. */
export async function withGateways(
  options: GatewaySystemOptions,
  work: (system: GatewaySystem) => Promise<void>,
): Promise<void> {
  const { matchmakers: matchmakerCount = 1, gateways: gatewayCount = 1 } = options;
  const env = new Map(Object.entries({ ...ENV, ...options.env }));
  await withMatchmakers(
    { ...options, matchmakers: matchmakerCount },
    async (system, matchmakers) => {
      await using opened = new AsyncDisposableStack();
      await startStatusWorker(system, env, opened);
      const gateways: RunningService<"http" | "ops">[] = [];
      for (let index = 0; index < gatewayCount; index++) {
        const deps = { ...openTestContext(silentLog), ...system.ports };
        const gateway = await startGateway(parseGatewayConfig(env), deps);
        opened.defer(() => gateway.close());
        gateways.push(gateway);
      }
      const [client, ...others] = await Promise.all(
        gateways.map(({ addresses }) => GatewayClient.open(addresses.http.port)),
      );
      if (client === undefined) throw new Error("Cannot test gateways: there is none");
      await work({ ...system, clients: [client, ...others], gateways, matchmakers });
    },
  );
}

/** The status worker, on the constants that are there when nobody has set any. */
async function startStatusWorker(
  system: TestSystem,
  env: ReadonlyMap<string, string>,
  opened: AsyncDisposableStack,
): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-status-" });
  opened.defer(() => Deno.remove(dataDir, { recursive: true }));
  const context = openTestContext(silentLog);
  const ports = await openPorts(["constants"], {
    dataDir,
    alone: false,
    clientId: "test",
    config: EMBEDDED_PORTS,
  }, context);
  opened.defer(() => ports.closePorts());
  const deps = { ...context, ...system.ports, ...ports };
  const status = await startStatus(parseStatusConfig(env), deps);
  opened.defer(() => status.close());
}
