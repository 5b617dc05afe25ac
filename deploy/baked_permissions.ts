import { type JsonObject, tryJsonObject, tryParseJson } from "../core/json.ts";
import { CODE_HOST, DATA_FOLDERS, type ServiceTarget } from "./service_target.ts";

/** What stands before the length of the metadata of an executable, as `deno compile` writes it. */
const MAGIC = new TextEncoder().encode("d3n0l4nd");
const LENGTH_BYTES = 8;
const METADATA_BYTES_MAX = 10_000_000;

/**
 * The permissions that `deno compile` wrote into an executable, as Deno names them.
 *
 * @throws Error where there are none
 */
export function parseBakedPermissions(executable: Uint8Array<ArrayBuffer>): JsonObject {
  const view = new DataView(executable.buffer, executable.byteOffset, executable.byteLength);
  for (let at = findMagic(executable, 0); at >= 0; at = findMagic(executable, at + 1)) {
    const start = at + MAGIC.length + LENGTH_BYTES;
    if (start > executable.length) break;
    const length = Number(view.getBigUint64(start - LENGTH_BYTES, true));
    if (length > METADATA_BYTES_MAX) continue;
    const text = new TextDecoder().decode(executable.subarray(start, start + length));
    const permissions = tryJsonObject(tryJsonObject(tryParseJson(text))?.permissions);
    if (permissions !== undefined) return permissions;
  }
  throw new Error("Cannot read the permissions of an executable: it has none");
}

/** In what the permissions of an executable differ from those that its service is to have. */
export function findWrongPermissions(target: ServiceTarget, baked: JsonObject): string[] {
  const folders = DATA_FOLDERS.split(",");
  const expected: JsonObject = {
    // An empty list stands for everything.
    allow_net: [],
    allow_read: folders,
    allow_write: folders,
    allow_env: target.variables.split(","),
    ignore_env: [],
    allow_ffi: target.libraries?.split(",") ?? null,
    allow_run: null,
    allow_sys: null,
    allow_import: [CODE_HOST],
    prompt: false,
  };
  return Object.entries(expected).flatMap(([name, value]) => {
    const [is, should] = [baked[name], value].map((one) => JSON.stringify(one));
    return is === should ? [] : [`${name} is ${is} instead of ${should}`];
  });
}

function findMagic(bytes: Uint8Array, from: number): number {
  const [first = 0] = MAGIC;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (MAGIC.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}
