import { assertEquals } from "@std/assert";
import { FIND_REFUSALS, findResponseOf, tryParseFindReply } from "./matchmaking_messages.ts";

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

Deno.test("A search is answered with 202 while it goes on, and read as it was sent", () => {
  const search = {
    search_id: "s1",
    state: "waiting",
    game_mode: "ranked_duel",
    waited_ms: 5,
    party_size: 2,
    party_accepted: 1,
  } as const;
  assertEquals(tryParseFindReply({ ok: true, search }), { ok: true, search });
  assertEquals(findResponseOf({ ok: true, search }), { status: 202, body: search });
  const stopped = { ...search, state: "stopped" } as const;
  assertEquals(findResponseOf({ ok: true, search: stopped }).status, 200);
  assertEquals(findResponseOf({ ok: true, found: FOUND }), { status: 200, body: FOUND });
  for (const field of Object.keys(search)) {
    assertEquals(tryParseFindReply({ ok: true, search: { ...search, [field]: null } }), undefined);
  }
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
