import { AUTH_RPC_DEADLINE_MS } from "../core/auth/auth_client.ts";
import { ConfigReader, type Env } from "../core/config.ts";
import type { ProxyProtocolOptions } from "../core/net/proxied_listener.ts";
import { readProxyProtocol } from "../core/net/proxy_protocol_config.ts";
import { readServiceConfig, type ServiceConfig } from "../core/service_config.ts";
import type { TlsFiles } from "./tls_listener.ts";

/** How the auth service runs. */
export interface AuthConfig extends ServiceConfig {
  /** Where clients' lines come in; 0 lets the system choose. */
  readonly tcpPort: number;
  /** Clients at once; one more is closed. */
  readonly connectionsMax: number;
  /** Clients at once from one address. */
  readonly connectionsPerAddressMax: number;
  /** Milliseconds without a request after which a client is closed. */
  readonly idleTimeoutMs: number;
  /** Password hashes computed at once; each takes a core and 16 MiB. */
  readonly hashesInFlightMax: number;
  /** Requests that wait for a hash; one more is told that the server is busy. */
  readonly hashQueueMax: number;
  /** Milliseconds that a request waits for a hash before it is told the same; below what callers wait. */
  readonly hashWaitMs: number;
  /** Whether a failed login hides if the name or the password was wrong. */
  readonly uniformFailures: boolean;
  /** Seconds that an access token lives. */
  readonly accessTokenTtlS: number;
  /** Seconds that a refresh token lives, unless it is used before. */
  readonly refreshTokenTtlS: number;
  /** Wrong passwords for one account before the next has to wait; each is forgotten after a minute. */
  readonly accountFailuresFree: number;
  /** Wrong passwords from one address before the next has to wait; each is forgotten after 10 s. */
  readonly addressFailuresFree: number;
  /** The certificate with which the TCP port speaks TLS; undefined: it does not. */
  readonly tls: TlsFiles | undefined;
  /** Whose PROXY headers the TCP port believes; undefined: clients connect to it themselves. */
  readonly proxyProtocol: ProxyProtocolOptions | undefined;
  /** Whether the two accounts for development are there from the start. */
  readonly seedAccounts: boolean;
}

const DAY_S = 86_400;
/** The longest that an access token may live, in seconds, whichever auth server issued it. */
export const ACCESS_TOKEN_TTL_S_MAX: number = DAY_S;
/** The hash itself takes a while, too: nobody is to be worked for who has given up. */
const HASH_WAIT_MS_MAX = AUTH_RPC_DEADLINE_MS - 1_000;

/** Reads the settings of auth. @throws ConfigError naming every bad variable */
export function parseAuthConfig(env: Env): AuthConfig {
  const reader = new ConfigReader(env);
  const count = (name: string, fallback: number): number =>
    reader.integer(name, fallback, { min: 1, max: 1_000_000 });
  return reader.finish({
    ...readServiceConfig(reader, { prefix: "AUTH", opsPort: 8_000, serverId: "auth-1" }),
    tcpPort: reader.port("AUTH_TCP_PORT", 8_888),
    connectionsMax: count("AUTH_CONNECTIONS_MAX", 10_000),
    connectionsPerAddressMax: count("AUTH_CONNECTIONS_PER_ADDRESS_MAX", 256),
    idleTimeoutMs: reader.integer("AUTH_IDLE_TIMEOUT_MS", 30_000, { min: 10, max: 3_600_000 }),
    hashesInFlightMax: reader.integer(
      "AUTH_HASHES_IN_FLIGHT_MAX",
      navigator.hardwareConcurrency,
      { min: 1, max: 1_024 },
    ),
    hashQueueMax: reader.integer("AUTH_HASH_QUEUE_MAX", 256, { min: 0, max: 100_000 }),
    hashWaitMs: reader.integer("AUTH_HASH_WAIT_MS", 8_000, { min: 10, max: HASH_WAIT_MS_MAX }),
    uniformFailures: reader.boolean("AUTH_UNIFORM_FAILURES", false),
    accessTokenTtlS: reader.integer("AUTH_ACCESS_TOKEN_TTL_S", 900, {
      min: 1,
      max: ACCESS_TOKEN_TTL_S_MAX,
    }),
    refreshTokenTtlS: reader.integer("AUTH_REFRESH_TOKEN_TTL_S", 30 * DAY_S, {
      min: 1,
      max: 365 * DAY_S,
    }),
    accountFailuresFree: count("AUTH_THROTTLE_ACCOUNT_FAILURES", 5),
    addressFailuresFree: count("AUTH_THROTTLE_ADDRESS_FAILURES", 30),
    ...readEntrance(reader),
    seedAccounts: reader.boolean("AUTH_SEED_ACCOUNTS", false),
  });
}

function readEntrance(reader: ConfigReader): Pick<AuthConfig, "tls" | "proxyProtocol"> {
  const tls = readTls(reader);
  const proxyProtocol = readProxyProtocol(reader, "AUTH");
  if (tls !== undefined && proxyProtocol !== undefined) {
    reader.problem("AUTH_PROXY_PROTOCOL", "must be false where AUTH_TLS_CERT is set", "true");
  }
  return { tls, proxyProtocol };
}

function readTls(reader: ConfigReader): TlsFiles | undefined {
  const certFile = reader.optional("AUTH_TLS_CERT");
  const keyFile = reader.optional("AUTH_TLS_KEY");
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
  const missing = certFile === undefined ? "AUTH_TLS_CERT" : "AUTH_TLS_KEY";
  if (certFile !== undefined || keyFile !== undefined) {
    reader.problem(missing, "must be set where the other one of the two is", "");
  }
  return undefined;
}
