import { assert, assertEquals } from "@std/assert";
import type { JsonObject, JsonValue } from "../../core/json.ts";

/** What a field must be: exactly this value, or one that passes. */
export type FieldShape = JsonValue | ((value: JsonValue | undefined) => boolean);

/** A reply's fields, in their order. */
export type ReplyShape = Readonly<Record<string, FieldShape>>;

/** Passes a text that is not empty. */
export function isText(value: JsonValue | undefined): boolean {
  return typeof value === "string" && value.length > 0;
}

/** Passes a finite number. */
export function isNumber(value: JsonValue | undefined): boolean {
  return typeof value === "number" && Number.isFinite(value);
}

/** Passes an object. */
export function isObject(value: JsonValue | undefined): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Passes a list. */
export function isList(value: JsonValue | undefined): boolean {
  return Array.isArray(value);
}

/**
 * Asserts that a reply has exactly these fields in this order. An additional `code`, which every
 * refusal may carry, must be a lower_snake word.
 */
export function assertReply(reply: JsonObject, shape: ReplyShape): void {
  const text = JSON.stringify(reply);
  const { code, ...rest } = reply;
  const fields = "code" in shape ? reply : rest;
  if (!("code" in shape) && code !== undefined) {
    assert(typeof code === "string" && /^[a-z]+(?:_[a-z]+)*$/.test(code), `bad code: ${text}`);
    assert(reply.status !== "success", `a success with a code: ${text}`);
  }
  assertEquals(Object.keys(fields), Object.keys(shape), `fields of ${text}`);
  for (const [field, expected] of Object.entries(shape)) {
    const actual = fields[field];
    if (typeof expected === "function") assert(expected(actual), `${field} in ${text}`);
    else assertEquals(actual, expected, `${field} in ${text}`);
  }
}
