import { assertEquals } from "@std/assert";
import { FIND_REFUSALS, tryParseFindReply } from "./matchmaking_messages.ts";

const FOUND = {
  match_id: "m1",
  websocket_url: "ws://127.0.0.1:8080/ws",
  udp: { host: "127.0.0.1", port: 9999 },
  token: "t",
};

Deno.test("A find's reply is read with what it carries besides", () => {
  assertEquals(tryParseFindReply({ ok: true, found: FOUND }), { ok: true, found: FOUND });
  const explained = { ...FOUND, explanation: { candidates: [] } };
  assertEquals(tryParseFindReply({ ok: true, found: explained }), { ok: true, found: explained });
});

Deno.test("A find's refusal is one of a closed set", () => {
  for (const code of Object.keys(FIND_REFUSALS)) {
    const refusal = { ok: false, code, message: "No" };
    assertEquals<unknown>(tryParseFindReply(refusal), refusal);
  }
  for (const code of ["toString", "brand_new", 7, null]) {
    assertEquals(tryParseFindReply({ ok: false, code, message: "No" }), undefined);
  }
});

Deno.test("A find's reply that lacks something is none", () => {
  for (const field of ["match_id", "websocket_url", "udp", "token"]) {
    const found = { ...FOUND, [field]: undefined };
    assertEquals(tryParseFindReply({ ok: true, found }), undefined, field);
  }
  for (const value of [null, [], "ok", {}, { ok: true }, { ok: false, code: "no_servers" }]) {
    assertEquals(tryParseFindReply(value), undefined);
  }
});
