import { assertEquals, assertThrows } from "@std/assert";
import {
  encodeRelayJoin,
  encodeRelayMessage,
  encodeRelayNotice,
  encodeRelayRefusal,
  encodeRelaySeat,
  matchInputSubject,
  playerStateSubject,
  tryParseRelayJoin,
  tryParseRelayNotice,
  tryParseRelayReply,
  trySplitRelayMessage,
} from "./match_relay.ts";

Deno.test("A relay's subjects keep plain ids, and make one word of any other", () => {
  assertEquals(matchInputSubject("m-1"), "match.m-1.input");
  assertEquals(playerStateSubject("m-1", "Игрок_1"), "match.m-1.state.Игрок_1");
  assertEquals(
    playerStateSubject("m", "a.b *>%\u3000"),
    "match.m.state.a%2eb%20%2a%3e%25%e3%80%80",
  );
  for (const id of ["", "\ud800"]) assertThrows(() => matchInputSubject(id), TypeError);
});

Deno.test("What a relay carries comes out as it went in", () => {
  const join = { session: "s", token: "t" };
  assertEquals(tryParseRelayJoin(encodeRelayJoin(join)), join);
  const seat = { playerId: "p", tankId: "t", resumeToken: "r.x", epoch: 2 };
  const reply = tryParseRelayReply(encodeRelaySeat(seat, '{"tick":1}'));
  assertEquals(reply, { ok: true, ...seat, initialState: { tick: 1 } });
  const refused = tryParseRelayReply(encodeRelayRefusal("Match is full"));
  assertEquals(refused, { ok: false, reason: "Match is full" });
  const split = trySplitRelayMessage(encodeRelayMessage("s", '{"a": 1}'));
  assertEquals(split, { session: "s", json: '{"a": 1}' });
  for (
    const notice of [
      { kind: "moved" },
      { kind: "ended", session: "s", reason: "left" },
    ] as const
  ) assertEquals(tryParseRelayNotice(encodeRelayNotice(notice).slice(1)), notice);
});

Deno.test("What is no message of a relay is none", () => {
  const bad = [
    "",
    "null",
    "{}",
    '{"kind":"join"}',
    '{"ok":true}',
    '{"ok":false}',
    '{"kind":"ended"}',
  ];
  for (const text of bad) {
    assertEquals(tryParseRelayJoin(text), undefined, text);
    assertEquals(tryParseRelayReply(text), undefined, text);
    assertEquals(tryParseRelayNotice(text), undefined, text);
  }
  for (const text of ["", " {}", "{}", `${"x".repeat(65)} {}`]) {
    assertEquals(trySplitRelayMessage(text), undefined, text);
  }
});
