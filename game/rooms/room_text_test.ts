import { assertEquals, assertNotEquals } from "@std/assert";
import { applyToRoom, type Room } from "./room.ts";
import { formatRoom, tryParseRoom } from "./room_text.ts";
import { TEST_PLACE, testMember, testRoom } from "./testing.ts";

function eachState(): Room[] {
  const open = testRoom("a", { name: "Friday", map: "steppe" });
  const traveller = { pings: new Map([["EU", 20]]), position: { latitude: 59.9, longitude: 30 } };
  const states: readonly Room["state"][] = [
    open.state,
    { kind: "open", problem: "no_servers", retryAtMs: 5 },
    { kind: "starting", startId: "s", sinceMs: 3 },
    { kind: "filled", place: TEST_PLACE, sinceMs: 7 },
  ];
  return states.map((state) => ({
    ...open,
    members: [...open.members, { ...testMember("b"), traveller }],
    state,
  }));
}

Deno.test("A room's text is read back as the room, however it stands", () => {
  for (const room of eachState()) assertEquals(tryParseRoom(formatRoom(room)), room);
});

Deno.test("A filled room that was kept without the time of its match is one since long ago", () => {
  const state = { kind: "filled", place: TEST_PLACE } as const;
  const text = formatRoom({ ...testRoom("a"), state: { ...state, sinceMs: 7 } });
  const older = text.replace(',"since_ms":7', "");
  assertNotEquals(older, text);
  assertEquals(tryParseRoom(older)?.state, { ...state, sinceMs: 0 });
});

Deno.test("A room's text with a field missing is no room", () => {
  for (const room of eachState()) {
    const fields = JSON.parse(formatRoom(room));
    for (const name of ["code", "host", "members", "state", "created_at_ms", "expires_at_ms"]) {
      const { [name]: _left, ...rest } = fields;
      assertEquals(tryParseRoom(JSON.stringify(rest)), undefined, name);
    }
  }
  for (const text of ["", "null", "[]", '{"code":"A"}']) {
    assertEquals(tryParseRoom(text), undefined);
  }
});

Deno.test("A room of a mode that is no more is none", () => {
  const text = formatRoom(testRoom("a")).replace('"team"', '"chess"');
  assertEquals(tryParseRoom(text), undefined);
});

Deno.test("A room that has not changed has the same text, by which it is compared", () => {
  const [room] = eachState();
  if (room === undefined) throw new Error("no room");
  const step = applyToRoom(room, { kind: "look", accountId: "b" }, { nowMs: 1, startId: "s" });
  assertEquals(step.ok && step.room && formatRoom(step.room), formatRoom(room));
});
