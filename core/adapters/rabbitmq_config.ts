import type { ConfigReader } from "../config.ts";
import { hideSecrets } from "./broker_url.ts";
import type { TlsFiles } from "./tls_options.ts";

/** How a connection is encrypted; paths are read again for each connection. */
export interface RabbitTls extends TlsFiles {
  /** The name that the broker's certificate must have; undefined: the host's. */
  readonly serverName: string | undefined;
}

/** Which RabbitMQ, and how to speak with it. */
export interface RabbitConfig {
  /** A name or an address, an IPv6 one without brackets. */
  readonly host: string;
  /** 1 to 65 535. */
  readonly port: number;
  /** The user. */
  readonly username: string;
  /** The password; never logged. */
  readonly password: string;
  /** The virtual host. */
  readonly vhost: string;
  /** Undefined: not encrypted. */
  readonly tls: RabbitTls | undefined;
  /** Seconds, as the protocol counts them; a broker that is silent for two of them is gone. */
  readonly heartbeatS: number;
  /** How long connecting may take, in milliseconds. */
  readonly connectTimeoutMs: number;
}

/** A URL that was read, or the rule that it breaks and what of it may be shown. */
export type RabbitUrlResult =
  | { readonly ok: true; readonly config: RabbitConfig }
  | { readonly ok: false; readonly rule: string; readonly shown: string };

const PORT = 5672;
const TLS_PORT = 5671;
const HEARTBEAT_S = { name: "heartbeat", fallback: 10, min: 1, max: 3_600 };
const CONNECT_TIMEOUT_MS = { name: "connection_timeout", fallback: 5_000, min: 10, max: 60_000 };
const TLS_PARAMETERS = ["cacertfile", "certfile", "keyfile", "server_name_indication"];
const PARAMETERS = [HEARTBEAT_S.name, CONNECT_TIMEOUT_MS.name, ...TLS_PARAMETERS];

/**
 * Reads which RabbitMQ to use: `RABBITMQ_URL`, or `RABBITMQ_HOST` with `RABBITMQ_PORT`,
 * `RABBITMQ_USER` and `RABBITMQ_PASSWORD`; undefined where neither is set. Problems stay with the
 * reader, which names the variables; no password is in them.
 */
export function readRabbitConfig(reader: ConfigReader): RabbitConfig | undefined {
  const url = reader.optional("RABBITMQ_URL");
  if (url !== undefined) {
    const result = parseRabbitUrl(url);
    if (result.ok) return result.config;
    reader.problem("RABBITMQ_URL", result.rule, result.shown);
    return undefined;
  }
  const host = reader.optional("RABBITMQ_HOST");
  if (host === undefined) return undefined;
  if (!isHost(host)) {
    reader.problem("RABBITMQ_HOST", "must be a name or an address", hideSecrets(host));
  }
  return {
    host,
    port: reader.integer("RABBITMQ_PORT", PORT, { min: 1, max: 65_535 }),
    username: reader.text("RABBITMQ_USER", "guest"),
    password: reader.optional("RABBITMQ_PASSWORD") ?? "guest",
    vhost: "/",
    tls: undefined,
    heartbeatS: HEARTBEAT_S.fallback,
    connectTimeoutMs: CONNECT_TIMEOUT_MS.fallback,
  };
}

/**
 * Reads `amqp://user:password@host:port/vhost?…`, or `amqps://…` for TLS, with the parameters that
 * RabbitMQ's own clients know (https://www.rabbitmq.com/docs/uri-query-parameters): `heartbeat` in
 * seconds, `connection_timeout` in milliseconds, `cacertfile`, `certfile`, `keyfile` and
 * `server_name_indication`.
 */
export function parseRabbitUrl(text: string): RabbitUrlResult {
  const refuse = (rule: string): RabbitUrlResult => ({ ok: false, rule, shown: hideSecrets(text) });
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isTls = url?.protocol === "amqps:";
  if (url === undefined || !(isTls || url.protocol === "amqp:")) {
    return refuse("must be amqp://user:password@host:port/vhost, or amqps:// for TLS");
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (!isHost(host)) return refuse("must name a host");
  const parts = [url.username, url.password, url.pathname.slice(1)].map(tryDecode);
  const [username, password, vhost] = parts;
  if (username === undefined || password === undefined || vhost === undefined) {
    return refuse("must have its % escapes right");
  }
  const { searchParams: parameters } = url;
  const stranger = [...parameters.keys()].find((name) => !PARAMETERS.includes(name));
  if (stranger !== undefined) return refuse(`must have no parameter but ${PARAMETERS.join(", ")}`);
  if (!isTls && TLS_PARAMETERS.some((name) => parameters.has(name))) {
    return refuse("must be amqps:// where it has parameters of TLS");
  }
  if (parameters.has("certfile") !== parameters.has("keyfile")) {
    return refuse("must have both certfile and keyfile, or neither");
  }
  const heartbeatS = tryInteger(parameters, HEARTBEAT_S);
  const connectTimeoutMs = tryInteger(parameters, CONNECT_TIMEOUT_MS);
  if (heartbeatS === undefined) return refuse(describeRange(HEARTBEAT_S));
  if (connectTimeoutMs === undefined) return refuse(describeRange(CONNECT_TIMEOUT_MS));
  const isAnonymous = username === "" && password === "";
  const config: RabbitConfig = {
    host,
    port: Number(url.port) || (isTls ? TLS_PORT : PORT),
    username: isAnonymous ? "guest" : username,
    password: isAnonymous ? "guest" : password,
    vhost: vhost || "/",
    tls: isTls ? tlsOf(parameters) : undefined,
    heartbeatS,
    connectTimeoutMs,
  };
  return { ok: true, config };
}

/** Where it is, for a log: without user and password. */
export function describeRabbit({ host, port, vhost, tls }: RabbitConfig): string {
  const scheme = tls === undefined ? "amqp" : "amqps";
  const shownHost = host.includes(":") ? `[${host}]` : host;
  return `${scheme}://${shownHost}:${port}/${vhost === "/" ? "" : encodeURIComponent(vhost)}`;
}

function tlsOf(parameters: URLSearchParams): RabbitTls {
  return {
    caFile: parameters.get("cacertfile") ?? undefined,
    certFile: parameters.get("certfile") ?? undefined,
    keyFile: parameters.get("keyfile") ?? undefined,
    serverName: parameters.get("server_name_indication") ?? undefined,
  };
}

interface IntegerRule {
  readonly name: string;
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

function tryInteger(parameters: URLSearchParams, rule: IntegerRule): number | undefined {
  const raw = parameters.get(rule.name);
  if (raw === null) return rule.fallback;
  const value = /^\d{1,9}$/.test(raw) ? Number(raw) : NaN;
  return value >= rule.min && value <= rule.max ? value : undefined;
}

function describeRange({ name, min, max }: IntegerRule): string {
  return `must have ${name} within ${min}..${max}`;
}

function isHost(text: string): boolean {
  return /^[A-Za-z0-9_.:-]{1,253}$/.test(text);
}

function tryDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // decodeURIComponent throws nothing but URIError, and the caller answers for that.
    return undefined;
  }
}
