import { assertEquals, assertThrows } from "@std/assert";
import { readTlsOptions, type TlsVerify } from "./tls_options.ts";

const NO_FILES = { caFile: undefined, certFile: undefined, keyFile: undefined };

Deno.test("readTlsOptions asks of the certificate what it was told, and names a file it cannot read", () => {
  const optionsOf = (verify: TlsVerify): unknown[] => {
    const options = readTlsOptions(NO_FILES, verify);
    return [options.rejectUnauthorized, "checkServerIdentity" in options];
  };
  assertEquals(optionsOf("nothing"), [false, true]);
  assertEquals(optionsOf("authority"), [true, true]);
  assertEquals(optionsOf("host"), [true, false]);
  assertThrows(
    () => readTlsOptions({ ...NO_FILES, caFile: "/nowhere/ca.pem" }),
    Error,
    "Cannot read certificate /nowhere/ca.pem: ",
  );
});
