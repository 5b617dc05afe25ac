import { assert } from "@std/assert";
import { type JsonObject, type JsonValue, tryJsonObject, tryParseJson } from "../../core/json.ts";

/** The text as a JSON object. @throws AssertionError where it is none */
export function parseJsonObject(text: string): JsonObject {
  const object = tryJsonObject(tryParseJson(text));
  assert(object !== undefined, `no JSON object: ${text.slice(0, 300)}`);
  return object;
}

/** A field that must be a text. */
export function textAt(object: JsonObject, field: string): string {
  const value = object[field];
  assert(typeof value === "string", `${field} is no text: ${JSON.stringify(object)}`);
  return value;
}

/** A field that must be a finite number. */
export function numberAt(object: JsonObject, field: string): number {
  const value = object[field];
  const isNumber = typeof value === "number" && Number.isFinite(value);
  assert(isNumber, `${field} is no number: ${JSON.stringify(object)}`);
  return value;
}

/** A field that must be an object. */
export function objectAt(object: JsonObject, field: string): JsonObject {
  const value = tryJsonObject(object[field]);
  assert(value !== undefined, `${field} is no object: ${JSON.stringify(object)}`);
  return value;
}

/** A field that must be a list. */
export function listAt(object: JsonObject, field: string): readonly JsonValue[] {
  const value = object[field];
  assert(Array.isArray(value), `${field} is no list: ${JSON.stringify(object)}`);
  return value;
}

/** A field that must be a list of objects. */
export function objectsAt(object: JsonObject, field: string): JsonObject[] {
  return listAt(object, field).map((value) => {
    const item = tryJsonObject(value);
    assert(item !== undefined, `${field} holds more than objects: ${JSON.stringify(object)}`);
    return item;
  });
}
