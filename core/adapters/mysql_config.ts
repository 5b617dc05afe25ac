import type { ConfigReader } from "../config.ts";
import { hideSecrets } from "./broker_url.ts";
import { type DatabaseTls, readDatabaseTls } from "./database_tls.ts";

/** Which MySQL or MariaDB, and how to speak with it. */
export interface MysqlConfig {
  /** A name or an address, an IPv6 one without brackets; or the path of a Unix socket. */
  readonly host: string;
  /** 1 to 65 535. */
  readonly port: number;
  /** The database. */
  readonly database: string;
  /** The user, who needs to read one table and no more. */
  readonly username: string;
  /** The password; never logged. */
  readonly password: string;
  /** Undefined: not encrypted. */
  readonly tls: DatabaseTls | undefined;
}

const PORT = 3306;

/**
 * Reads `DB_HOST` with `DB_PORT`, `DB_USER`, `DB_PASSWORD`, `DB_NAME`, `DB_TLS` and the files of
 * `readDatabaseTls`; undefined where `DB_HOST` is not set. Problems stay with the reader, which names the
 * variables; no password is in them.
 */
export function readMysqlConfig(reader: ConfigReader): MysqlConfig | undefined {
  const host = reader.optional("DB_HOST");
  if (host === undefined) return undefined;
  if (!/^(?:[A-Za-z0-9_.:-]{1,253}|\/[^\0]{1,106})$/.test(host)) {
    const rule = "must be a name, an address, or the path of a socket";
    reader.problem("DB_HOST", rule, hideSecrets(host));
  }
  const tls = readDatabaseTls(reader, "DB_TLS");
  // The client would compare an address with `localhost`.
  if (tls?.verify === "host" && /^[\d.]+$|:/.test(host)) {
    reader.problem(
      "DB_TLS",
      "must be verify-ca at most where DB_HOST is an address",
      "verify-full",
    );
  }
  if (tls !== undefined && host.startsWith("/")) {
    reader.problem("DB_TLS", "must be disable where DB_HOST is a socket", "on");
  }
  return {
    host,
    port: reader.integer("DB_PORT", PORT, { min: 1, max: 65_535 }),
    database: reader.text("DB_NAME", "tzserver", { lengthMax: 64 }),
    username: reader.text("DB_USER", "tzuser", { lengthMax: 128 }),
    password: reader.optional("DB_PASSWORD") ?? "",
    tls,
  };
}

/** Where it is, for a log: without user and password. */
export function describeMysql({ host, port, database, tls }: MysqlConfig): string {
  if (host.startsWith("/")) return `mysql:${host}/${database}`;
  const shownHost = host.includes(":") ? `[${host}]` : host;
  return `mysql${tls === undefined ? "" : "+tls"}://${shownHost}:${port}/${database}`;
}
