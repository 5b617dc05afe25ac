import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError, ConfigReader } from "../config.ts";
import { type DatabaseTls, readDatabaseTls } from "./database_tls.ts";

function read(variables: Record<string, string>): DatabaseTls | undefined {
  const reader = new ConfigReader(new Map(Object.entries(variables)));
  return reader.finish(readDatabaseTls(reader, "DB_TLS"));
}

const NO_FILES = { caFile: undefined, certFile: undefined, keyFile: undefined };

Deno.test("readDatabaseTls reads the mode and the files", () => {
  const cases: [Record<string, string>, DatabaseTls | undefined][] = [
    [{}, undefined],
    [{ DB_TLS: "disable" }, undefined],
    [{ DB_TLS: "require" }, { verify: "nothing", ...NO_FILES }],
    [{ DB_TLS: "require", DB_TLS_CA_FILE: "ca" }, {
      verify: "authority",
      ...NO_FILES,
      caFile: "ca",
    }],
    [{ DB_TLS: "verify-ca" }, { verify: "authority", ...NO_FILES }],
    [{ DB_TLS: "verify-full", DB_TLS_CERT_FILE: "c", DB_TLS_KEY_FILE: "k" }, {
      verify: "host",
      caFile: undefined,
      certFile: "c",
      keyFile: "k",
    }],
  ];
  for (const [variables, expected] of cases) assertEquals(read(variables), expected);
});

Deno.test("readDatabaseTls names the variable that is wrong", () => {
  assertThrows(() => read({ DB_TLS: "true" }), ConfigError, "Cannot read DB_TLS: must be one of");
  assertThrows(
    () => read({ DB_TLS: "require", DB_TLS_CERT_FILE: "c" }),
    ConfigError,
    "Cannot read DB_TLS_KEY_FILE: must be set with DB_TLS_CERT_FILE",
  );
});
