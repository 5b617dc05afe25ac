import { ConfigReader, type Env } from "../../core/config.ts";
import { SERVER_LOST_MS } from "../../core/protocol/server_status.ts";
import { readServiceConfig, type ServiceConfig } from "../../core/service_config.ts";
import { DEFAULT_REGIONS, type Regions, tryParseRegions } from "./regions.ts";
import { DEFAULT_MODES, parseSearchModes, type SearchModes } from "./search_modes.ts";

/** The settings of a matchmaker. */
export interface MatchmakerConfig extends ServiceConfig {
  /** Where clients connect; 0 lets the system choose. */
  readonly httpPort: number;
  /** A server not heard for this long is out, in milliseconds. */
  readonly serverTimeoutMs: number;
  /** Where browsers connect; its host stands where a server does not say where it is. */
  readonly websocketUrl: URL;
  /** Requests that one address may make a second; more are answered with 429. */
  readonly requestsPerSecond: number;
  /** What players can ask for. */
  readonly modes: SearchModes;
  /** Where regions are. */
  readonly regions: Regions;
  /** The path of a MaxMind database with locations; undefined: nobody knows where an address is. */
  readonly geoIpPath: string | undefined;
}

/** How much of a long variable a complaint shows. */
const SHOWN_LENGTH_MAX = 100;
const DEFAULT_WEBSOCKET_URL = "ws://127.0.0.1:8080/ws";

/** Reads a matchmaker's settings. @throws ConfigError naming every bad variable */
export function parseMatchmakerConfig(env: Env): MatchmakerConfig {
  const reader = new ConfigReader(env);
  return reader.finish({
    ...readServiceConfig(reader, {
      prefix: "MATCHMAKER",
      opsPort: 8003,
      serverId: "matchmaker-1",
    }),
    httpPort: reader.port("MATCHMAKER_HTTP_PORT", 8081),
    serverTimeoutMs: reader.integer("MATCHMAKER_SERVER_TIMEOUT_MS", SERVER_LOST_MS, {
      min: 100,
      max: 600_000,
    }),
    websocketUrl: readWebsocketUrl(reader),
    requestsPerSecond: reader.integer("MATCHMAKER_REQUESTS_PER_SECOND", 20, {
      min: 1,
      max: 1_000_000,
    }),
    modes: readModes(reader),
    regions: readRegions(reader),
    geoIpPath: reader.optional("GEOIP_DB"),
  });
}

function readModes(reader: ConfigReader): SearchModes {
  const text = reader.optional("MATCHMAKER_MODES");
  if (text === undefined) return DEFAULT_MODES;
  try {
    return parseSearchModes(text);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    reader.problem("MATCHMAKER_MODES", error.message, text.slice(0, SHOWN_LENGTH_MAX));
    return DEFAULT_MODES;
  }
}

function readRegions(reader: ConfigReader): Regions {
  const text = reader.optional("MATCHMAKER_REGIONS");
  if (text === undefined) return DEFAULT_REGIONS;
  const regions = tryParseRegions(text);
  if (regions !== undefined) return regions;
  const rule = "must be a JSON object of [latitude, longitude] by region";
  reader.problem("MATCHMAKER_REGIONS", rule, text.slice(0, SHOWN_LENGTH_MAX));
  return DEFAULT_REGIONS;
}

function readWebsocketUrl(reader: ConfigReader): URL {
  const name = "MATCHMAKER_WEBSOCKET_URL";
  const text = reader.text(name, DEFAULT_WEBSOCKET_URL);
  const url = URL.parse(text);
  if (url !== null && /^wss?:$/.test(url.protocol)) return url;
  reader.problem(name, "must be a ws: or wss: URL", text);
  return new URL(DEFAULT_WEBSOCKET_URL);
}
