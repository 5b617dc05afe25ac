import { silentLog } from "../../core/log.ts";
import { parseGatewayConfig } from "../../game/gateway/config.ts";
import { startGateway } from "../../game/gateway/service.ts";
import { parseMatchmakerConfig } from "../../game/matchmaking/config.ts";
import { startMatchmaker } from "../../game/matchmaking/service.ts";
import { untilServersHeard } from "../e2e/matchmaking_system.ts";
import { openTestContext, type TestSystem, withSystem } from "../harness.ts";
import { NginxProcess } from "./nginx_process.ts";

/** Wrong passwords from one address before the next has to wait. */
export const ADDRESS_FAILURES_FREE = 3;

const ENV: Readonly<Record<string, string>> = {
  LISTEN_HOST: "127.0.0.1",
  SERVER_ID: "behind-nginx",
  AUTH_PROXY_PROTOCOL: "true",
  AUTH_THROTTLE_ADDRESS_FAILURES: String(ADDRESS_FAILURES_FREE),
  GAME_PROXY_PROTOCOL: "true",
  GAME_UDP_BACKEND: "datagram",
  GATEWAY_HTTP_PORT: "0",
  GATEWAY_OPS_PORT: "0",
  GATEWAY_TRUSTED_PROXIES: "127.0.0.1",
  MATCHMAKER_HTTP_PORT: "0",
  MATCHMAKER_OPS_PORT: "0",
};

/** The real nginx in front of services that believe what it says of their clients. */
export interface NginxSystem {
  /** What stands in front. */
  readonly nginx: NginxProcess;
  /** Auth and game server. */
  readonly system: TestSystem;
  /** Resolves when the matchmaker has heard of the game server. */
  canFind(): Promise<void>;
}

/** Runs `work` with nginx in front of auth, a game server, a matchmaker and a gateway. */
export async function withNginx(work: (system: NginxSystem) => Promise<void>): Promise<void> {
  await withSystem({ env: ENV }, async (system) => {
    await using opened = new AsyncDisposableStack();
    const env = new Map(Object.entries(ENV));
    const deps = { ...openTestContext(silentLog), ...system.ports };
    const matchmaker = await startMatchmaker(parseMatchmakerConfig(env), deps);
    opened.defer(() => matchmaker.close());
    const gateway = await startGateway(parseGatewayConfig(env), {
      ...openTestContext(silentLog),
      ...system.ports,
    });
    opened.defer(() => gateway.close());
    const nginx = await NginxProcess.start({
      auth: system.auth.addresses.tcp,
      gameTcp: system.game.addresses.tcp,
      gameUdp: system.game.addresses.udp,
      gateway: gateway.addresses.http,
    });
    opened.defer(() => nginx.close());
    await work({ nginx, system, canFind: () => untilServersHeard(matchmaker) });
  });
}
