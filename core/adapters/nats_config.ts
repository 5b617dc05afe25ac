import type { ConfigReader } from "../config.ts";
import {
  type BrokerHost,
  type BrokerUrlRules,
  describeHost,
  parseBrokerUrl,
} from "./broker_url.ts";
import type { TlsFiles } from "./tls_options.ts";
import { integerOf } from "./url_integer.ts";

/** Who we say we are. */
export type NatsCredentials =
  /** Nobody: the server asks for nothing. */
  | { readonly kind: "none" }
  /** Whoever has the token; never logged. */
  | { readonly kind: "token"; readonly token: string }
  /** A user; the password is never logged. */
  | { readonly kind: "password"; readonly username: string; readonly password: string };

/** Which NATS, and how to speak with it. */
export interface NatsConfig {
  /** The servers of a cluster: one is used, and the next where that one does not answer. */
  readonly hosts: readonly [BrokerHost, ...BrokerHost[]];
  /** Who we say we are. */
  readonly credentials: NatsCredentials;
  /** Undefined: not encrypted, unless the server insists. */
  readonly tls: TlsFiles | undefined;
  /** How long connecting may take, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** A server that is silent for two of these is gone; in milliseconds. */
  readonly heartbeatMs: number;
}

/** A URL that was read, or the rule that it breaks and what of it may be shown. */
export type NatsUrlResult =
  | { readonly ok: true; readonly config: NatsConfig }
  | { readonly ok: false; readonly rule: string; readonly shown: string };

const CONNECT_TIMEOUT_MS = { name: "connect_timeout_ms", fallback: 5_000, min: 10, max: 60_000 };
const HEARTBEAT_MS = { name: "heartbeat_ms", fallback: 5_000, min: 10, max: 600_000 };

const RULES: BrokerUrlRules = {
  scheme: "nats",
  tlsScheme: "tls",
  shape: "nats://user:password@host:port, or tls:// for TLS",
  defaultPort: 4222,
  hostsMax: 100,
  integers: [CONNECT_TIMEOUT_MS, HEARTBEAT_MS],
  texts: [],
};

/**
 * Reads `NATS_URL`; undefined where it is not set. Problems stay with the reader, which names the
 * variable; no password is in them.
 */
export function readNatsConfig(reader: ConfigReader): NatsConfig | undefined {
  const url = reader.optional("NATS_URL");
  if (url === undefined) return undefined;
  const result = parseNatsUrl(url);
  if (result.ok) return result.config;
  reader.problem("NATS_URL", result.rule, result.shown);
  return undefined;
}

/**
 * Reads `nats://user:password@host:port,host:port?…`, or `tls://…`; a user alone is a token. Parameters:
 * `connect_timeout_ms`, `heartbeat_ms`, and for TLS `cacertfile`, `certfile` and `keyfile`.
 */
export function parseNatsUrl(text: string): NatsUrlResult {
  const result = parseBrokerUrl(text, RULES);
  if (!result.ok) return result;
  const { hosts, username, password, path, tls, parameters } = result.url;
  if (path !== "") {
    return { ok: false, rule: "must have no path", shown: hosts.map(describeHost).join(",") };
  }
  const config: NatsConfig = {
    hosts,
    credentials: toCredentials(username, password),
    tls,
    connectTimeoutMs: integerOf(parameters, CONNECT_TIMEOUT_MS),
    heartbeatMs: integerOf(parameters, HEARTBEAT_MS),
  };
  return { ok: true, config };
}

/** Where it is, for a log: without user, password and token. */
export function describeNats({ hosts, tls }: NatsConfig): string {
  return `${tls === undefined ? "nats" : "tls"}://${hosts.map(describeHost).join(",")}`;
}

function toCredentials(username = "", password?: string): NatsCredentials {
  if (password !== undefined) return { kind: "password", username, password };
  return username === "" ? { kind: "none" } : { kind: "token", token: username };
}
