import { ConfigReader, type Env } from "../../core/config.ts";
import type { AddressRanges } from "../../core/net/address_ranges.ts";
import { readAddressRanges } from "../../core/net/proxy_protocol_config.ts";
import { readServiceConfig, type ServiceConfig } from "../../core/service_config.ts";

/** The settings of a gateway. */
export interface GatewayConfig extends ServiceConfig {
  /** Where clients connect; 0 lets the system choose. */
  readonly httpPort: number;
  /** Proxies that are believed whom they name in `x-real-ip`; none by default. */
  readonly trustedProxies: AddressRanges;
  /** Origins whose pages may read replies, such as `https://play.example.com`; `*` for every one. */
  readonly corsOrigins: readonly string[];
  /** Requests that one address may make a second; more are answered with 429. */
  readonly requestsPerSecond: number;
  /** Requests that one account may make a second, from wherever; more are answered with 429. */
  readonly accountRequestsPerSecond: number;
  /** Open WebSockets; one more is refused. */
  readonly webSocketsMax: number;
  /** Open WebSockets of one address; one more is refused. */
  readonly webSocketsPerAddressMax: number;
}

const ORIGINS_MAX = 100;

/** Reads a gateway's settings. @throws ConfigError naming every bad variable */
export function parseGatewayConfig(env: Env): GatewayConfig {
  const reader = new ConfigReader(env);
  return reader.finish({
    ...readServiceConfig(reader, { prefix: "GATEWAY", opsPort: 8002, serverId: "gateway-1" }),
    httpPort: reader.port("GATEWAY_HTTP_PORT", 8080),
    trustedProxies: readAddressRanges(reader, "GATEWAY_TRUSTED_PROXIES", ""),
    corsOrigins: readOrigins(reader),
    requestsPerSecond: reader.integer("GATEWAY_REQUESTS_PER_SECOND", 20, {
      min: 1,
      max: 1_000_000,
    }),
    webSocketsMax: reader.integer("GATEWAY_WEBSOCKETS_MAX", 10_000, { min: 1, max: 1_000_000 }),
    webSocketsPerAddressMax: reader.integer("GATEWAY_WEBSOCKETS_PER_ADDRESS_MAX", 100, {
      min: 1,
      max: 1_000_000,
    }),
    accountRequestsPerSecond: reader.integer("GATEWAY_ACCOUNT_REQUESTS_PER_SECOND", 10, {
      min: 1,
      max: 1_000_000,
    }),
  });
}

function readOrigins(reader: ConfigReader): readonly string[] {
  const name = "GATEWAY_CORS_ORIGINS";
  const text = reader.optional(name) ?? "";
  const origins = text.split(",").map((origin) => origin.trim()).filter((origin) => origin !== "");
  if (origins.length > ORIGINS_MAX || !origins.every(isOrigin)) {
    reader.problem(name, `must be * or at most ${ORIGINS_MAX} origins between commas`, text);
    return [];
  }
  return origins;
}

/** An origin as a browser sends it: no path, not even a slash. */
function isOrigin(text: string): boolean {
  return text === "*" || URL.parse(text)?.origin === text;
}
