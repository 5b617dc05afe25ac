import { assertEquals, assertRejects } from "@std/assert";
import { type BodyRefusal, BodyTooLarge, boundBody, declaredBytes, readJson } from "./http_body.ts";

const BYTES_MAX = 20;

function post(body: BodyInit, headers: HeadersInit = {}): Request {
  return new Request("http://localhost/", { method: "POST", body, headers });
}

function streamOf(...parts: (string | Error)[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull(controller): void {
      const part = parts.shift();
      if (part === undefined) controller.close();
      else if (part instanceof Error) controller.error(part);
      else controller.enqueue(new TextEncoder().encode(part));
    },
  });
}

Deno.test("readJson gives the value of a body, however it is split", async () => {
  const text = '{"name":"танк"}';
  for (const body of [text, streamOf(text), streamOf(...text), streamOf("", text, "")]) {
    assertEquals(await readJson(post(body), { bytesMax: BYTES_MAX }), {
      ok: true,
      value: { name: "танк" },
    });
  }
});

Deno.test("readJson says why a body is refused", async () => {
  const long = '"' + "x".repeat(BYTES_MAX - 1) + '"';
  const bodies: readonly [BodyInit, BodyRefusal][] = [
    ["", "invalid_json"],
    ["{", "invalid_json"],
    [Uint8Array.of(0x22, 0xff, 0x22), "invalid_encoding"],
    [long, "too_large"],
    [streamOf(...long), "too_large"],
    [streamOf("{", new Deno.errors.BadResource("gone")), "unreadable"],
  ];
  for (const [body, reason] of bodies) {
    assertEquals(await readJson(post(body), { bytesMax: BYTES_MAX }), { ok: false, reason });
  }
  assertEquals(await readJson(new Request("http://localhost/"), { bytesMax: BYTES_MAX }), {
    ok: false,
    reason: "invalid_json",
  });
});

Deno.test("readJson takes a body of exactly its bound", async () => {
  const text = '"' + "x".repeat(BYTES_MAX - 2) + '"';
  for (const body of [text, streamOf(...text)]) {
    assertEquals((await readJson(post(body), { bytesMax: BYTES_MAX })).ok, true);
  }
});

Deno.test("readJson reads nothing of a body that says it is too long", async () => {
  const headers = { "content-length": String(BYTES_MAX + 1) };
  const request = post(streamOf(new Error("must not be read")), headers);
  assertEquals(declaredBytes(request), BYTES_MAX + 1);
  assertEquals(await readJson(request, { bytesMax: BYTES_MAX }), {
    ok: false,
    reason: "too_large",
  });
});

Deno.test("boundBody fails when more than the bound is read", async () => {
  const text = "x".repeat(BYTES_MAX);
  assertEquals(await boundBody(post(streamOf(...text)), BYTES_MAX).text(), text);
  const long = boundBody(post(streamOf(...text, "x")), BYTES_MAX);
  await assertRejects(() => long.text(), BodyTooLarge);
  const json = boundBody(post(streamOf(...text, "x")), BYTES_MAX);
  assertEquals(await readJson(json, { bytesMax: 1_000 }), { ok: false, reason: "too_large" });
});
