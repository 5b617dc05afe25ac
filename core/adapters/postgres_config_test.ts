import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError, ConfigReader } from "../config.ts";
import type { DatabaseTls } from "./database_tls.ts";
import {
  describePostgres,
  parsePostgresUrl,
  type PostgresConfig,
  readPostgresConfig,
} from "./postgres_config.ts";

const PLAIN: PostgresConfig = {
  host: "db",
  port: 5432,
  database: "tanks",
  username: "u",
  password: "",
  tls: undefined,
  applicationName: "tanks-blitz",
  connectTimeoutMs: 5_000,
  statementTimeoutMs: 15_000,
  connectionsMax: 10,
};

function tls(verify: DatabaseTls["verify"], files: Partial<DatabaseTls> = {}): DatabaseTls {
  return { verify, caFile: undefined, certFile: undefined, keyFile: undefined, ...files };
}

const GOOD: readonly [url: string, expected: Partial<PostgresConfig>, shown: string][] = [
  ["postgres://u@db/tanks", {}, "postgres://db:5432/tanks"],
  ["postgresql://u@db/tanks", {}, "postgres://db:5432/tanks"],
  ["postgres://u@db", { database: "u" }, "postgres://db:5432/u"],
  ["postgres://u:p@db:1/tanks", { port: 1, password: "p" }, "postgres://db:1/tanks"],
  ["postgres://a%40x:p%2F%3A%23@db/t%20t", {
    username: "a@x",
    password: "p/:#",
    database: "t t",
  }, "postgres://db:5432/t t"],
  ["postgres://u@[::1]:7000/tanks", { host: "::1", port: 7000 }, "postgres://[::1]:7000/tanks"],
  ["postgres://u@/tanks", { host: "localhost" }, "postgres://localhost:5432/tanks"],
  ["postgres://u@/tanks?host=%2Frun%2Fpg&port=7", {
    host: "/run/pg",
    port: 7,
  }, "postgres:/run/pg/.s.PGSQL.7/tanks"],
  ["postgres://u@db/tanks?sslmode=disable", {}, "postgres://db:5432/tanks"],
  [
    "postgres://u@db/tanks?sslmode=require",
    { tls: tls("nothing") },
    "postgres+tls://db:5432/tanks",
  ],
  ["postgres://u@db/tanks?sslmode=require&sslrootcert=/ca.pem", {
    tls: tls("authority", { caFile: "/ca.pem" }),
  }, "postgres+tls://db:5432/tanks"],
  ["postgres://u@db/tanks?sslmode=verify-ca", {
    tls: tls("authority"),
  }, "postgres+tls://db:5432/tanks"],
  ["postgres://u@db/tanks?sslmode=verify-full&sslcert=c&sslkey=k&sslrootcert=ca", {
    tls: tls("host", { caFile: "ca", certFile: "c", keyFile: "k" }),
  }, "postgres+tls://db:5432/tanks"],
  ["postgres://u@db/tanks?connect_timeout=2&statement_timeout=50&pool_max_conns=3", {
    connectTimeoutMs: 2_000,
    statementTimeoutMs: 50,
    connectionsMax: 3,
  }, "postgres://db:5432/tanks"],
  ["postgres://u@db/tanks?application_name=auth", {
    applicationName: "auth",
  }, "postgres://db:5432/tanks"],
];

Deno.test("parsePostgresUrl reads host, credentials, TLS, timeouts and the size of the pool", () => {
  for (const [url, expected, shown] of GOOD) {
    const result = parsePostgresUrl(url);
    assertEquals(result, { ok: true, config: { ...PLAIN, ...expected } }, url);
    if (result.ok) assertEquals(describePostgres(result.config), shown);
  }
});

const BAD: readonly [url: string, rule: string][] = [
  ["db", "postgres://user:password@host"],
  ["mysql://u:secret@db/tanks", "postgres://user:password@host"],
  ["host=db user=u password=secret", "postgres://user:password@host"],
  ["postgres://db/tanks", "name a user"],
  ["postgres://db/tanks?user=u&password=secret", "no parameter but sslmode"],
  ["postgres://db/tanks?password=a@secret", "no parameter but sslmode"],
  ["postgres://db/tanks#password=secret", "name a user"],
  ["postgres://u:secret@d%20b/tanks", "name a host"],
  ["postgres://u:secret@db;x/tanks", "name a host"],
  ["postgres://u:secret@db/tanks?host=a%20b", "name a host"],
  ["postgres://u:secret%E0@db/tanks", "% escapes"],
  ["postgres://u:secret@db:99999/tanks", "postgres://user:password@host"],
  ["postgres://u:secret@db:0/tanks", "port within 1..65535"],
  ["postgres://u:secret@db/tanks?port=x", "port within 1..65535"],
  ["postgres://u:secret@db/tanks?ssl=true", "no parameter but sslmode"],
  ["postgres://u:secret@db/tanks?sslmode=require&sslmode=disable", "each once"],
  ["postgres://u:secret@db/tanks?sslmode=prefer", "sslmode disable, require"],
  ["postgres://u:secret@db/tanks?sslrootcert=ca", "sslmode other than disable"],
  ["postgres://u:secret@db/tanks?sslmode=require&sslcert=c", "both sslcert and sslkey"],
  ["postgres://u:secret@/tanks?sslmode=require&host=/run", "no sslmode where"],
  ["postgres://u:secret@db/tanks?connect_timeout=0", "connect_timeout within 1..60"],
  ["postgres://u:secret@db/tanks?statement_timeout=1", "statement_timeout within 10..3600000"],
  ["postgres://u:secret@db/tanks?pool_max_conns=many", "pool_max_conns within 1..1000"],
];

Deno.test("parsePostgresUrl refuses what it cannot read, and shows no password", () => {
  for (const [url, rule] of BAD) {
    const result = parsePostgresUrl(url);
    if (result.ok) throw new Error(`accepted ${url}`);
    assertEquals(result.rule.includes(rule), true, `${url}: ${result.rule}`);
    assertEquals(result.shown.includes("secret"), false, result.shown);
  }
});

Deno.test("readPostgresConfig reads DATABASE_URL, names it, and needs none", () => {
  const read = (variables: Record<string, string>): PostgresConfig | undefined => {
    const reader = new ConfigReader(new Map(Object.entries(variables)));
    return reader.finish(readPostgresConfig(reader));
  };
  assertEquals(read({}), undefined);
  assertEquals(read({ DATABASE_URL: "postgres://u@db/tanks" }), PLAIN);
  const error = assertThrows(
    () => read({ DATABASE_URL: "postgres://u:secret@db/tanks?sslmode=prefer" }),
    ConfigError,
    "Cannot read DATABASE_URL: must have sslmode",
  );
  assertEquals(error.message.includes("secret"), false);
});
