import { parseAuthConfig } from "../../auth/config.ts";
import { startAuth } from "../../auth/service.ts";
import { parseGameConfig } from "../../game/config.ts";
import { parseGatewayConfig } from "../../game/gateway/config.ts";
import { startGateway } from "../../game/gateway/service.ts";
import { parseMatchmakerConfig } from "../../game/matchmaking/config.ts";
import { startMatchmaker } from "../../game/matchmaking/service.ts";
import { startGame } from "../../game/service.ts";
import { parseStatusConfig } from "../../status-worker/config.ts";
import { startStatus } from "../../status-worker/service.ts";
import type { NodeDeps, NodeSpec } from "./simulated_node.ts";
import { deriveCheaply } from "./seeded_crypto.ts";
import type { RunningService } from "../../core/service.ts";

/** Ticks a second of every match: few, because a run is about faults and not about play. */
export const TICK_RATE = 10;
/** Seconds between two readings of the table of constants. */
export const STATUS_INTERVAL_S = 10;
/** How long a tank waits for its client, in milliseconds. */
export const RESUME_MS = 6_000;
/** How long a match waits for its first player, in milliseconds. */
export const EMPTY_MS = 10_000;
/** Where gateways serve players. */
export const GATEWAY_PORT = 8_080;

/** The ports at which nodes serve their metrics, by the kind of node. */
export const OPS_PORTS: Readonly<Record<string, number>> = {
  auth: 8_000,
  game: 8_001,
  gateway: 8_002,
  matchmaker: 8_003,
  status: 8_004,
};

const COUNTS = { auth: 2, matchmaker: 2, game: 3, gateway: 2, status: 2 } as const;

type Start = (env: ReadonlyMap<string, string>, deps: NodeDeps) => Promise<RunningService>;

const STARTS: Readonly<Record<keyof typeof COUNTS, Start>> = {
  auth: (env, deps) => startAuth(parseAuthConfig(env), { ...deps, deriveKey: deriveCheaply }),
  matchmaker: (env, deps) => startMatchmaker(parseMatchmakerConfig(env), deps),
  game: (env, deps) => startGame(parseGameConfig(env), deps),
  gateway: (env, deps) => startGateway(parseGatewayConfig(env), deps),
  status: (env, deps) => startStatus(parseStatusConfig(env), deps),
};

const ENV: Readonly<Record<string, string>> = {
  DRAIN_MS: "3000",
  AUTH_HASHES_IN_FLIGHT_MAX: "2",
  GAME_TICK_RATE: String(TICK_RATE),
  GAME_SNAPSHOT_RATE: "5",
  GAME_JSON_SNAPSHOT_RATE: "5",
  GAME_UDP_BACKEND: "datagram",
  GAME_RESUME_MS: String(RESUME_MS),
  GAME_EMPTY_SESSION_MS: String(EMPTY_MS),
  GAME_SESSIONS_MAX: "8",
  STATUS_UPDATE_INTERVAL: String(STATUS_INTERVAL_S),
};

/** Every node, by its kind and number: `game-2`. Each service is its own, as `main.ts` starts it. */
export function nodeSpecs(): NodeSpec[] {
  const kinds: (keyof typeof COUNTS)[] = ["auth", "matchmaker", "game", "gateway", "status"];
  return kinds.flatMap((kind, kindIndex) =>
    Array.from({ length: COUNTS[kind] }, (_unused, index) => {
      const name = `${kind}-${index + 1}`;
      const host = `10.0.${kindIndex}.${index + 1}`;
      const env = new Map(Object.entries({
        ...ENV,
        SERVER_ID: name,
        LISTEN_HOST: host,
        OPS_HOST: host,
      }));
      return { name, host, start: (deps: NodeDeps) => STARTS[kind](env, deps) };
    })
  );
}
