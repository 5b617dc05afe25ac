import { assertEquals, assertStrictEquals } from "@std/assert";
import { errorResponse, jsonResponse, refusalResponse, secureResponse } from "./http_response.ts";

Deno.test("jsonResponse carries a value, a status and headers", async () => {
  const response = jsonResponse({ a: [1, "т"] }, { status: 202, headers: { "x-a": "b" } });
  assertEquals([response.status, response.headers.get("x-a")], [202, "b"]);
  assertEquals(response.headers.get("content-type"), "application/json");
  assertEquals(await response.text(), '{"a":[1,"т"]}');
});

Deno.test("errorResponse and refusalResponse have the one form of errors", async () => {
  const response = errorResponse(409, "room_full", "The room is full");
  assertEquals(response.status, 409);
  assertEquals(await response.json(), {
    error: { code: "room_full", message: "The room is full" },
  });
  const refusal = refusalResponse("not_found");
  assertEquals(refusal.status, 404);
  assertEquals(await refusal.json(), { error: { code: "not_found", message: "Not found" } });
});

Deno.test("secureResponse adds what is missing and keeps what is there", async () => {
  const plain = secureResponse(new Response("a"));
  assertEquals(plain.headers.get("cache-control"), "no-store");
  assertEquals(plain.headers.get("x-content-type-options"), "nosniff");
  assertEquals(await plain.text(), "a");
  const cached = secureResponse(new Response(null, { headers: { "cache-control": "max-age=9" } }));
  assertEquals(cached.headers.get("cache-control"), "max-age=9");
});

Deno.test("secureResponse copes with headers that cannot be changed", () => {
  const redirect = secureResponse(Response.redirect("http://localhost/a", 303));
  assertEquals([redirect.status, redirect.headers.get("location")], [303, "http://localhost/a"]);
  assertEquals(redirect.headers.get("cache-control"), "no-store");
});

Deno.test("secureResponse leaves an upgrade as it is", () => {
  const upgrade: Response = Object.create(Response.prototype, { status: { value: 101 } });
  assertStrictEquals(secureResponse(upgrade), upgrade);
});
