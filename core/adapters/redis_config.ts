import type { ConfigReader } from "../config.ts";
import {
  type BrokerHost,
  type BrokerUrlRules,
  describeHost,
  hideSecrets,
  parseBrokerUrl,
} from "./broker_url.ts";
import type { TlsFiles } from "./tls_options.ts";
import { integerOf } from "./url_integer.ts";

/** Which Redis, and how to speak with it. */
export interface RedisConfig {
  /** Where it listens. */
  readonly host: BrokerHost;
  /** The user; undefined: the one that Redis calls `default`. */
  readonly username: string | undefined;
  /** The password; never logged. Undefined where the server asks for none. */
  readonly password: string | undefined;
  /** The number of the database. */
  readonly database: number;
  /** Undefined: not encrypted. */
  readonly tls: TlsFiles | undefined;
  /** Stands before every key. */
  readonly keyPrefix: string;
  /** How long connecting may take, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long the answer to a command may take, in milliseconds. */
  readonly commandTimeoutMs: number;
  /** A server that is silent for two of these is gone; in milliseconds. */
  readonly heartbeatMs: number;
}

/** A URL that was read, or the rule that it breaks and what of it may be shown. */
export type RedisUrlResult =
  | { readonly ok: true; readonly config: RedisConfig }
  | { readonly ok: false; readonly rule: string; readonly shown: string };

const CONNECT_TIMEOUT_MS = { name: "connect_timeout_ms", fallback: 5_000, min: 10, max: 60_000 };
const COMMAND_TIMEOUT_MS = { name: "command_timeout_ms", fallback: 2_000, min: 10, max: 60_000 };
const HEARTBEAT_MS = { name: "heartbeat_ms", fallback: 5_000, min: 10, max: 600_000 };
const KEY_PREFIX = "key_prefix";
const KEY_PREFIX_LENGTH_MAX = 100;

const RULES: BrokerUrlRules = {
  scheme: "redis",
  tlsScheme: "rediss",
  shape: "redis://user:password@host:port/database, or rediss:// for TLS",
  defaultPort: 6379,
  hostsMax: 1,
  integers: [CONNECT_TIMEOUT_MS, COMMAND_TIMEOUT_MS, HEARTBEAT_MS],
  texts: [KEY_PREFIX],
};

/**
 * Reads `REDIS_URL`; undefined where it is not set. Problems stay with the reader, which names the
 * variable; no password is in them.
 */
export function readRedisConfig(reader: ConfigReader): RedisConfig | undefined {
  const url = reader.optional("REDIS_URL");
  if (url === undefined) return undefined;
  const result = parseRedisUrl(url);
  if (result.ok) return result.config;
  reader.problem("REDIS_URL", result.rule, result.shown);
  return undefined;
}

/**
 * Reads `redis://user:password@host:port/database?…`, or `rediss://…` for TLS, as
 * https://www.iana.org/assignments/uri-schemes/prov/redis has it; `redis://:password@…` without a user.
 * Parameters: `key_prefix`, `connect_timeout_ms`, `command_timeout_ms`, `heartbeat_ms`, and for TLS
 * `cacertfile`, `certfile` and `keyfile`.
 */
export function parseRedisUrl(text: string): RedisUrlResult {
  const result = parseBrokerUrl(text, RULES);
  if (!result.ok) return result;
  const refuse = (rule: string): RedisUrlResult => ({ ok: false, rule, shown: hideSecrets(text) });
  const { hosts, username, password, path, tls, parameters } = result.url;
  if (!/^(?:\d{1,5})?$/.test(path)) return refuse("must have a database within 0..99999, if any");
  if (username && !password) return refuse("must have a password where it has a user");
  const keyPrefix = parameters.get(KEY_PREFIX) ?? "";
  if (keyPrefix.length > KEY_PREFIX_LENGTH_MAX) {
    return refuse(`must have ${KEY_PREFIX} of at most ${KEY_PREFIX_LENGTH_MAX} characters`);
  }
  const config: RedisConfig = {
    host: hosts[0],
    username: username || undefined,
    password: password || undefined,
    database: Number(path),
    tls,
    keyPrefix,
    connectTimeoutMs: integerOf(parameters, CONNECT_TIMEOUT_MS),
    commandTimeoutMs: integerOf(parameters, COMMAND_TIMEOUT_MS),
    heartbeatMs: integerOf(parameters, HEARTBEAT_MS),
  };
  return { ok: true, config };
}

/** Where it is, for a log: without user and password. */
export function describeRedis({ host, database, tls }: RedisConfig): string {
  return `${tls === undefined ? "redis" : "rediss"}://${describeHost(host)}/${database}`;
}
