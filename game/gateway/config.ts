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
  /** What operators show to be let in at `/ops`; undefined: nobody is, and no such path is there. */
  readonly opsToken: string | undefined;
}

const ORIGINS_MAX = 100;
/** Long enough that nobody guesses it. */
const OPS_TOKEN_LENGTH_MIN = 32;
const OPS_TOKEN_LENGTH_MAX = 1_024;
/** What a header can carry as a bearer token (RFC 6750), and a URL's fragment as it is. */
const OPS_TOKEN = /^[A-Za-z0-9._~-]+$/;

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
    opsToken: readOpsToken(reader),
    accountRequestsPerSecond: reader.integer("GATEWAY_ACCOUNT_REQUESTS_PER_SECOND", 10, {
      min: 1,
      max: 1_000_000,
    }),
  });
}

function readOpsToken(reader: ConfigReader): string | undefined {
  const name = "GATEWAY_OPS_TOKEN";
  const token = reader.optional(name);
  if (token === undefined) return undefined;
  const { length } = token;
  const isLong = length >= OPS_TOKEN_LENGTH_MIN && length <= OPS_TOKEN_LENGTH_MAX;
  if (isLong && OPS_TOKEN.test(token)) return token;
  const rule =
    `must be ${OPS_TOKEN_LENGTH_MIN}..${OPS_TOKEN_LENGTH_MAX} letters, digits, . _ ~ and -`;
  // It is a secret, also where it is a bad one.
  reader.problem(name, rule, `${length} characters`);
  return undefined;
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
