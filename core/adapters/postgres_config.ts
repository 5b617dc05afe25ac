import type { ConfigReader } from "../config.ts";
import { hideSecrets } from "./broker_url.ts";
import { type DatabaseTls, TLS_MODES, type TlsMode, toDatabaseTls } from "./database_tls.ts";
import { integerOf, tryIntegerOf } from "./url_integer.ts";

/** Which PostgreSQL, and how to speak with it. */
export interface PostgresConfig {
  /** A name or an address, an IPv6 one without brackets; or the folder of a Unix socket. */
  readonly host: string;
  /** 1 to 65 535; it is in the socket's name too. */
  readonly port: number;
  /** The database. */
  readonly database: string;
  /** The user. */
  readonly username: string;
  /** The password; never logged. Empty where the server asks for none. */
  readonly password: string;
  /** Undefined: not encrypted. */
  readonly tls: DatabaseTls | undefined;
  /** The name under which the server shows us. */
  readonly applicationName: string;
  /** How long connecting may take, and waiting for a connection that is free, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long a statement may take, in milliseconds. */
  readonly statementTimeoutMs: number;
  /** Connections at once. */
  readonly connectionsMax: number;
}

/** A URL that was read, or the rule that it breaks and what of it may be shown. */
export type PostgresUrlResult =
  | { readonly ok: true; readonly config: PostgresConfig }
  | { readonly ok: false; readonly rule: string; readonly shown: string };

const PORT = 5432;
const CONNECT_TIMEOUT_S = { name: "connect_timeout", fallback: 5, min: 1, max: 60 };
const STATEMENT_TIMEOUT_MS = {
  name: "statement_timeout",
  fallback: 15_000,
  min: 10,
  max: 3_600_000,
};
const CONNECTIONS_MAX = { name: "pool_max_conns", fallback: 10, min: 1, max: 1_000 };
const INTEGERS = [CONNECT_TIMEOUT_S, STATEMENT_TIMEOUT_MS, CONNECTIONS_MAX];
const TLS_FILES = ["sslrootcert", "sslcert", "sslkey"];
const PARAMETERS = [
  "sslmode",
  ...TLS_FILES,
  "host",
  "port",
  "application_name",
  ...INTEGERS.map(({ name }) => name),
];

/**
 * Reads `DATABASE_URL`; undefined where it is not set. Problems stay with the reader, which names the
 * variable; no password is in them.
 */
export function readPostgresConfig(reader: ConfigReader): PostgresConfig | undefined {
  const url = reader.optional("DATABASE_URL");
  if (url === undefined) return undefined;
  const result = parsePostgresUrl(url);
  if (result.ok) return result.config;
  reader.problem("DATABASE_URL", result.rule, result.shown);
  return undefined;
}

/**
 * Reads `postgres://user:password@host:port/database?…`, also with `postgresql:`, with the parameters
 * of PostgreSQL's own clients (https://www.postgresql.org/docs/current/libpq-connect.html): `sslmode`
 * (see {@linkcode TLS_MODES}), `sslrootcert`, `sslcert`, `sslkey`, `connect_timeout` in seconds,
 * `application_name`, and `host` and `port` in place of the URL's, a host from `/` on being the folder
 * of a Unix socket. Beside them `statement_timeout`, in milliseconds, and `pool_max_conns`.
 */
export function parsePostgresUrl(text: string): PostgresUrlResult {
  const refuse = (rule: string): PostgresUrlResult => ({
    ok: false,
    rule,
    shown: hideSecrets(text),
  });
  // A URL may not have a user and no host, which PostgreSQL's may.
  const whole = text.replace(/^(\w+:\/\/(?:[^@/?#]*@)?)(?=[/?]|$)/, "$1localhost");
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url === undefined || !["postgres:", "postgresql:"].includes(url.protocol)) {
    return refuse("must be postgres://user:password@host:port/database");
  }
  const { searchParams: parameters } = url;
  const names = [...parameters.keys()];
  if (names.some((name) => !PARAMETERS.includes(name)) || new Set(names).size < names.length) {
    return refuse(`must have no parameter but ${PARAMETERS.join(", ")}, each once`);
  }
  const [username, password, database] = [url.username, url.password, url.pathname.slice(1)]
    .map(tryDecode);
  if (username === undefined || password === undefined || database === undefined) {
    return refuse("must have its % escapes right");
  }
  if (username === "") return refuse("must name a user");
  const host = parameters.get("host") ?? url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (!/^(?:[A-Za-z0-9_.:-]{1,253}|\/[^\0]{0,100})$/.test(host)) return refuse("must name a host");
  const port = parameters.get("port") ?? (url.port || String(PORT));
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    return refuse("must have port within 1..65535");
  }
  for (const rule of INTEGERS) {
    if (tryIntegerOf(parameters, rule) === undefined) {
      return refuse(`must have ${rule.name} within ${rule.min}..${rule.max}`);
    }
  }
  const tls = parseTls(parameters, host);
  if (!tls.ok) return refuse(tls.rule);
  const config: PostgresConfig = {
    host,
    port: Number(port),
    database: database || username,
    username,
    password,
    tls: tls.tls,
    applicationName: parameters.get("application_name") ?? "tanks-blitz",
    connectTimeoutMs: 1_000 * integerOf(parameters, CONNECT_TIMEOUT_S),
    statementTimeoutMs: integerOf(parameters, STATEMENT_TIMEOUT_MS),
    connectionsMax: integerOf(parameters, CONNECTIONS_MAX),
  };
  return { ok: true, config };
}

/** Where it is, for a log: without user and password. */
export function describePostgres({ host, port, database, tls }: PostgresConfig): string {
  if (host.startsWith("/")) return `postgres:${host}/.s.PGSQL.${port}/${database}`;
  const shownHost = host.includes(":") ? `[${host}]` : host;
  return `postgres${tls === undefined ? "" : "+tls"}://${shownHost}:${port}/${database}`;
}

type TlsResult =
  | { readonly ok: true; readonly tls: DatabaseTls | undefined }
  | { readonly ok: false; readonly rule: string };

function parseTls(parameters: URLSearchParams, host: string): TlsResult {
  const written = parameters.get("sslmode") ?? "disable";
  const mode: TlsMode | undefined = TLS_MODES.find((mode) => mode === written);
  const [caFile, certFile, keyFile] = TLS_FILES.map((name) => parameters.get(name) ?? undefined);
  const hasFiles = TLS_FILES.some((name) => parameters.has(name));
  if (mode === undefined) return refuseTls(`must have sslmode ${TLS_MODES.join(", ")}`);
  if (hasFiles && mode === "disable") {
    return refuseTls("must have an sslmode other than disable where it has certificates");
  }
  if ((certFile === undefined) !== (keyFile === undefined)) {
    return refuseTls("must have both sslcert and sslkey, or neither");
  }
  if (mode !== "disable" && host.startsWith("/")) {
    return refuseTls("must have no sslmode where it has a Unix socket");
  }
  return { ok: true, tls: toDatabaseTls(mode, { caFile, certFile, keyFile }) };
}

function refuseTls(rule: string): TlsResult {
  return { ok: false, rule };
}

function tryDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // decodeURIComponent throws nothing but URIError, and the caller answers for that.
    return undefined;
  }
}
