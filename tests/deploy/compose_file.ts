import { parse } from "yaml";
import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import { objectAt } from "../clients/json_fields.ts";

/** The root of the repository. */
export const ROOT = new URL("../../", import.meta.url);

/** `compose.yaml` as text and as data. */
export interface ComposeFile {
  /** As it is written. */
  readonly text: string;
  /** All of it, with anchors and merge keys resolved. */
  readonly data: JsonObject;
  /** The services by name. */
  readonly services: ReadonlyMap<string, JsonObject>;
}

const VARIABLE = /\$\$|\$\{(\w+)(?::([?-])([^}]*))?\}/g;

/** Reads `compose.yaml`. @throws Error where it is no YAML or has a service that is no object */
export async function readComposeFile(): Promise<ComposeFile> {
  const text = await Deno.readTextFile(new URL("compose.yaml", ROOT));
  const data = tryJsonObject(parse(text, { merge: true })) ?? {};
  const services = objectAt(data, "services");
  const names = Object.keys(services);
  return { text, data, services: new Map(names.map((name) => [name, objectAt(services, name)])) };
}

/** The one document of a YAML file. @throws Error where it is no object */
export async function readYamlFile(path: string): Promise<JsonObject> {
  const data = tryJsonObject(parse(await Deno.readTextFile(new URL(path, ROOT))));
  if (data === undefined) throw new Error(`Cannot read ${path}: it is no object`);
  return data;
}

/** A use of a variable in `compose.yaml`. */
export interface VariableUse {
  /** The variable. */
  readonly name: string;
  /** `?`: it must be set; `-`: there is a default; undefined: neither. */
  readonly operator: string | undefined;
}

/** Every use of a variable in a text. */
export function findVariables(text: string): VariableUse[] {
  return [...text.matchAll(VARIABLE)].flatMap(([, name, operator]) =>
    name === undefined ? [] : [{ name, operator }]
  );
}

/** What Compose makes of a text. @throws Error where a variable that must be set is not */
export function interpolate(text: string, env: ReadonlyMap<string, string>): string {
  return text.replaceAll(VARIABLE, (_, name?: string, operator?: string, rest = "") => {
    if (name === undefined) return "$";
    const value = env.get(name);
    if (value) return value;
    if (operator === "?") throw new Error(`${name} ${rest}`);
    return rest;
  });
}
