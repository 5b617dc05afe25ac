import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError, ConfigReader } from "../config.ts";
import { describeMysql, type MysqlConfig, readMysqlConfig } from "./mysql_config.ts";

function read(variables: Record<string, string>): MysqlConfig | undefined {
  const reader = new ConfigReader(new Map(Object.entries(variables)));
  return reader.finish(readMysqlConfig(reader));
}

const PLAIN: MysqlConfig = {
  host: "db",
  port: 3306,
  database: "tzserver",
  username: "tzuser",
  password: "",
  tls: undefined,
};

Deno.test("readMysqlConfig needs no more than the host", () => {
  assertEquals(read({}), undefined);
  assertEquals(read({ DB_PORT: "1", DB_PASSWORD: "x" }), undefined);
  assertEquals(read({ DB_HOST: "db" }), PLAIN);
});

Deno.test("readMysqlConfig reads the rest, and shows it without user and password", () => {
  const variables = { DB_HOST: "::1", DB_PORT: "7", DB_USER: "u", DB_PASSWORD: "p", DB_NAME: "n" };
  const config = read({ ...variables, DB_TLS: "verify-ca", DB_TLS_CA_FILE: "ca" });
  assertEquals(config, {
    host: "::1",
    port: 7,
    database: "n",
    username: "u",
    password: "p",
    tls: { verify: "authority", caFile: "ca", certFile: undefined, keyFile: undefined },
  });
  assertEquals(config && describeMysql(config), "mysql+tls://[::1]:7/n");
  const socket = read({ DB_HOST: "/run/mysqld/mysqld.sock" });
  assertEquals(socket && describeMysql(socket), "mysql:/run/mysqld/mysqld.sock/tzserver");
  assertEquals(describeMysql(PLAIN), "mysql://db:3306/tzserver");
});

Deno.test("readMysqlConfig names the variable that is wrong", () => {
  const cases: [Record<string, string>, name: string][] = [
    [{ DB_HOST: "a b" }, "DB_HOST"],
    [{ DB_HOST: "mysql://u:secret@db/tanks" }, "DB_HOST"],
    [{ DB_HOST: "mysql://db/tanks?password=secret" }, "DB_HOST"],
    [{ DB_HOST: "a", DB_PORT: "0" }, "DB_PORT"],
    [{ DB_HOST: "a", DB_TLS: "yes" }, "DB_TLS"],
    [{ DB_HOST: "/socket", DB_TLS: "require" }, "DB_TLS"],
    [{ DB_HOST: "10.0.0.1", DB_TLS: "verify-full" }, "DB_TLS"],
    [{ DB_HOST: "::1", DB_TLS: "verify-full" }, "DB_TLS"],
    [{ DB_HOST: "a", DB_NAME: "x".repeat(65) }, "DB_NAME"],
  ];
  for (const [variables, name] of cases) {
    const error = assertThrows(() => read(variables), ConfigError, `Cannot read ${name}: must`);
    assertEquals(error.message.includes("secret"), false, error.message);
  }
});
