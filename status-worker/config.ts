import { ConfigReader, type Env } from "../core/config.ts";
import { readServiceConfig, type ServiceConfig } from "../core/service_config.ts";

/** How the status worker runs. */
export interface StatusConfig extends ServiceConfig {
  /** Where visitors ask for the status; 0 lets the system choose. */
  readonly httpPort: number;
  /** Seconds between two updates, until `config:status_interval` says otherwise. */
  readonly updateIntervalS: number;
  /** Seconds that a status is served from the cache. */
  readonly cacheTtlS: number;
  /** Milliseconds that reading the constants may take. */
  readonly readTimeoutMs: number;
}

/** What an update interval may be, in seconds, wherever it is set. */
export const UPDATE_INTERVAL_S = { min: 1, max: 86_400 } as const;

/** The most that {@linkcode StatusConfig.readTimeoutMs} may be: a lease outlives it. */
export const READ_TIMEOUT_MS_MAX = 10_000;

/** Reads the settings of the status worker. @throws ConfigError naming every bad variable */
export function parseStatusConfig(env: Env): StatusConfig {
  const reader = new ConfigReader(env);
  return reader.finish({
    ...readServiceConfig(reader, { prefix: "STATUS", opsPort: 8_004, serverId: "status-1" }),
    httpPort: reader.port("STATUS_HTTP_PORT", 8_090),
    updateIntervalS: reader.integer("STATUS_UPDATE_INTERVAL", 600, UPDATE_INTERVAL_S),
    cacheTtlS: reader.integer("STATUS_CACHE_TTL", 900, { min: 1, max: 604_800 }),
    readTimeoutMs: reader.integer("STATUS_READ_TIMEOUT_MS", 2_000, {
      min: 10,
      max: READ_TIMEOUT_MS_MAX,
    }),
  });
}
