import { assertEquals } from "@std/assert";
import { readJsonFields } from "./json_fields.ts";

const JSON_TYPE = "application/json";

async function read(body: BodyInit, type: string | undefined = JSON_TYPE): Promise<unknown> {
  const request = new Request("http://test/", { method: "POST", body });
  request.headers.delete("content-type");
  if (type !== "") request.headers.set("content-type", type);
  const result = await readJsonFields(request, { bytesMax: 20 });
  if (result.ok) return result.fields;
  const { error } = await result.response.json();
  return [result.response.status, error.code];
}

Deno.test("readJsonFields reads an object that says it is JSON", async () => {
  for (const type of [JSON_TYPE, "Application/JSON; charset=utf-8", "application/ld+json"]) {
    assertEquals(await read('{"a":1}', type), { a: 1 }, type);
  }
});

Deno.test("readJsonFields answers what is no object", async () => {
  const cases: readonly (readonly [BodyInit, string, readonly [number, string]])[] = [
    ['{"a":1}', "", [415, "unsupported_media_type"]],
    ['{"a":1}', "text/plain", [415, "unsupported_media_type"]],
    ['{"a":1}', "application/jsonp", [415, "unsupported_media_type"]],
    ["[]", JSON_TYPE, [400, "invalid_json"]],
    ["null", JSON_TYPE, [400, "invalid_json"]],
    ["", JSON_TYPE, [400, "invalid_json"]],
    ["{", JSON_TYPE, [400, "invalid_json"]],
    [new Uint8Array([0x22, 0xff, 0x22]), JSON_TYPE, [400, "invalid_encoding"]],
    [JSON.stringify({ a: "x".repeat(20) }), JSON_TYPE, [413, "body_too_large"]],
  ];
  for (const [body, type, answer] of cases) {
    assertEquals(await read(body, type), answer, `${type}: ${body}`);
  }
});
