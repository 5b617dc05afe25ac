import { assertEquals, assertThrows } from "@std/assert";
import { findWrongPermissions, parseBakedPermissions } from "./baked_permissions.ts";

const TARGET = { name: "game", main: "game/main.ts", variables: "A_*,B", libraries: "/lib/c.so" };
const GOOD = {
  allow_net: [],
  allow_read: ["./data", "/data"],
  allow_write: ["./data", "/data"],
  allow_env: ["A_*", "B"],
  ignore_env: [],
  allow_ffi: ["/lib/c.so"],
  allow_run: null,
  allow_sys: null,
  allow_import: ["jsr.io:443"],
  prompt: false,
};

/** An executable: something that looks like metadata and is none, then metadata. */
function executableWith(metadata: unknown): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(metadata));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  const magic = new TextEncoder().encode("d3n0l4nd");
  const parts = [[1, 2], magic, [255, 255, 255, 255], magic, magic, length, json, [0, 9]];
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

Deno.test("parseBakedPermissions finds them in the middle of an executable", () => {
  assertEquals(parseBakedPermissions(executableWith({ permissions: GOOD })), GOOD);
});

Deno.test("parseBakedPermissions refuses an executable without any", () => {
  for (const bytes of [new Uint8Array(), executableWith({}), executableWith(1).subarray(0, 24)]) {
    assertThrows(() => parseBakedPermissions(bytes), Error, "it has none");
  }
});

Deno.test("findWrongPermissions names every one that is more or less than it should be", () => {
  assertEquals(findWrongPermissions(TARGET, GOOD), []);
  assertEquals(
    findWrongPermissions(TARGET, { ...GOOD, allow_env: ["A_*", "B", "C"], allow_run: [] }),
    [
      'allow_env is ["A_*","B","C"] instead of ["A_*","B"]',
      "allow_run is [] instead of null",
    ],
  );
});
