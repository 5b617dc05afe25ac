import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import {
  applyToRoom,
  BACK_MS_MIN,
  type Room,
  ROOM_AGE_MS_MAX,
  ROOM_IDLE_MS,
  type RoomEvent,
  type RoomNotice,
  START_MS_MAX,
  START_RETRY_MS,
} from "./room.ts";
import { membersMax } from "./room_settings.ts";
import { formatRoom, tryParseRoom } from "./room_text.ts";
import { TEST_PLACE, testMember, testRoom } from "./testing.ts";

/** Applies events one after another at the time 1, each of which has to be taken. */
function after(room: Room, ...events: readonly RoomEvent[]): Room {
  return afterAt(1, room, events);
}

/** Applies events one after another at the time `nowMs`, each of which has to be taken. */
function afterAt(nowMs: number, room: Room, events: readonly RoomEvent[]): Room {
  return events.reduce((current, event) => {
    const step = applyToRoom(current, event, { nowMs, startId: "start-1" });
    assert(step.ok && step.room !== undefined, JSON.stringify(step));
    return step.room;
  }, room);
}

/** What an event brings at the time `nowMs`: a refusal, or the notices. */
function outcome(room: Room, event: RoomEvent, nowMs = 1): string | readonly RoomNotice[] {
  const step = applyToRoom(room, event, { nowMs, startId: "start-1" });
  return step.ok ? step.notices : step.refusal;
}

const join = (accountId: string): RoomEvent => ({ kind: "join", member: testMember(accountId) });
const back = (accountId: string, matchId: string): RoomEvent => ({
  kind: "join",
  member: testMember(accountId),
  after: matchId,
});
const leave = (accountId: string): RoomEvent => ({ kind: "leave", accountId });
const filled = (startId: string): RoomEvent => ({ kind: "filled", startId, place: TEST_PLACE });
const failed = (startId: string): RoomEvent => ({ kind: "failed", startId, problem: "no_servers" });

Deno.test("A room takes members until its match begins, each once", () => {
  const room = after(testRoom("a", { game_mode: "duel" }));
  assertEquals(outcome(room, join("b")), [{ kind: "player_joined", accountId: "b" }]);
  assertEquals(outcome(room, join("a")), []);
  const full = after(room, join("b"));
  assertEquals(full.state, { kind: "starting", startId: "start-1", sinceMs: 1 });
  assertEquals(outcome(full, join("b")), []);
  assertEquals(outcome(full, join("c")), "room_started");
  const open = after(full, failed("start-1"));
  assertEquals(open.state, {
    kind: "open",
    problem: "no_servers",
    retryAtMs: 1 + START_RETRY_MS,
  });
  assertEquals(outcome(open, join("c")), "room_full");
});

Deno.test("A room whose host leaves is the oldest member's, and the last one closes it", () => {
  const room = after(testRoom("a"), join("b"), join("c"));
  assertEquals(after(room, leave("b")).hostId, "a");
  const left = after(room, leave("a"));
  assertEquals([left.hostId, left.members.length], ["b", 2]);
  assertEquals(outcome(left, leave("a")), "not_member");
  assertEquals(outcome(after(left, leave("b")), leave("c")), [
    { kind: "player_left", accountId: "c" },
    { kind: "room_closed", reason: "empty" },
  ]);
});

Deno.test("A room obeys its host alone", () => {
  const room = after(testRoom("a"), join("b"));
  const orders = (accountId: string): RoomEvent[] => [
    { kind: "close", accountId },
    { kind: "start", accountId },
    { kind: "configure", accountId, changes: { team_size: 2 } },
  ];
  assertEquals(orders("b").map((event) => outcome(room, event)), Array(3).fill("not_host"));
  assertEquals(orders("c").map((event) => outcome(room, event)), Array(3).fill("not_member"));
  assertEquals(orders("a").map((event) => outcome(room, event)), [
    [{ kind: "room_closed", reason: "closed" }],
    [],
    [],
  ]);
});

Deno.test("A room's settings change while it is open, and never below its members", () => {
  const room = after(testRoom("a"), join("b"), join("c"));
  const configure = (changes: { readonly [name: string]: string | number }): RoomEvent => ({
    kind: "configure",
    accountId: "a",
    changes,
  });
  assertEquals(outcome(room, configure({ game_mode: "duel" })), "too_many_members");
  assertEquals(outcome(room, configure({ map: "the moon" })), "unknown_map");
  const changed = after(room, configure({ map: "steppe", team_size: 2 }));
  assertEquals([changed.settings.map, membersMax(changed.settings)], ["steppe", 4]);
  const begun = after(changed, { kind: "start", accountId: "a" });
  assertEquals(outcome(begun, configure({ team_size: 3 })), "room_started");
  // With as many places as there are members the match begins.
  const trio = after(room, configure({ game_mode: "ffa", team_size: 3 }));
  assertEquals(trio.state.kind, "starting");
});

Deno.test("A match needs somebody to play against", () => {
  const start: RoomEvent = { kind: "start", accountId: "a" };
  assertEquals(outcome(testRoom("a"), start), "not_enough_players");
  assertEquals(outcome(testRoom("a", { game_mode: "pve_heist" }), start), []);
  const alone = testRoom("a", { game_mode: "pve_heist", team_size: 1 });
  assertEquals(alone.state, { kind: "starting", startId: "start-0", sinceMs: 0 });
});

Deno.test("A room is filled by the start that is under way, and by no other", () => {
  const room = after(testRoom("a", { game_mode: "duel" }), join("b"));
  assertEquals(outcome(room, filled("start-0")), "room_started");
  assertEquals(outcome(room, failed("start-0")), "room_started");
  assertEquals(outcome(room, filled("start-1")), [{ kind: "room_filled", matchId: "m1" }]);
  const done = after(room, filled("start-1"));
  assertEquals(done.state, { kind: "filled", place: TEST_PLACE, sinceMs: 1 });
  assertEquals(outcome(done, filled("start-1")), "room_started");
  assertEquals(outcome(done, join("c")), "room_started");
  // As long as the match may last, and no longer, whatever happens in it.
  const endMs = 1 + room.settings.mode.rules.timeLimitMs + 60_000;
  assertEquals([done.expiresAtMs, after(done, leave("a")).expiresAtMs], [endMs, endMs]);
});

Deno.test("A room opens again for the first member who comes back from its match, and for those after", () => {
  const room = after(testRoom("a", { game_mode: "duel" }), join("b"), filled("start-1"));
  const { match_id: matchId } = TEST_PLACE;
  const backMs = 1 + BACK_MS_MIN;
  assertEquals(outcome(room, back("b", "another"), backMs), []);
  assertEquals(outcome(room, back("c", matchId), backMs), "room_started");
  assertEquals(outcome(room, back("b", matchId), backMs), [
    { kind: "player_left", accountId: "a" },
  ]);
  const open = afterAt(backMs, room, [back("b", matchId)]);
  assertEquals([open.hostId, open.state.kind, open.members.length], ["b", "open", 1]);
  const again = afterAt(backMs, open, [back("b", matchId), back("a", matchId)]);
  assertEquals(again.members.map(({ accountId }) => accountId), ["b", "a"]);
  assertEquals(again.state.kind, "starting");
});

Deno.test("A room whose match has only just been prepared keeps its members, whoever says to be back", () => {
  const room = after(testRoom("a", { game_mode: "duel" }), join("b"), filled("start-1"));
  const again = back("b", TEST_PLACE.match_id);
  for (const nowMs of [1, BACK_MS_MIN]) {
    const step = applyToRoom(room, again, { nowMs, startId: "start-2" });
    assertEquals(step, { ok: true, room, notices: [] });
  }
  // Who goes on asking gets in.
  assertEquals(afterAt(1 + BACK_MS_MIN, room, [again]).state.kind, "open");
});

Deno.test("A full room whose match could not be prepared tries again while members look", () => {
  const room = after(testRoom("a", { game_mode: "duel" }), join("b"), failed("start-1"));
  const lookAt = (nowMs: number, accountId = "b"): string => {
    const step = applyToRoom(room, { kind: "look", accountId }, { nowMs, startId: "start-2" });
    return step.ok && step.room !== undefined ? step.room.state.kind : "none";
  };
  assertEquals(lookAt(START_RETRY_MS), "open");
  assertEquals(lookAt(START_RETRY_MS + 1, "c"), "open");
  assertEquals(lookAt(START_RETRY_MS + 1), "starting");
});

Deno.test("A start that whoever began it does not bring to an end is begun anew", () => {
  const room = after(testRoom("a", { game_mode: "duel" }), join("b"));
  const look: RoomEvent = { kind: "look", accountId: "a" };
  const at = (nowMs: number): Room | undefined => {
    const step = applyToRoom(room, look, { nowMs, startId: "start-2" });
    return step.ok ? step.room : undefined;
  };
  assertEquals(at(START_MS_MAX), room);
  const anew = at(1 + START_MS_MAX);
  assert(anew !== undefined);
  assertEquals(anew.state, {
    kind: "starting",
    startId: "start-2",
    sinceMs: 1 + START_MS_MAX,
  });
  assertEquals(outcome(anew, filled("start-1")), "room_started");
});

Deno.test("A room ends when nothing has happened in it, and in any case in the end", () => {
  const room = testRoom("a");
  const expire: RoomEvent = { kind: "expire" };
  assertEquals(outcome(room, expire, ROOM_IDLE_MS - 1), []);
  const over = [{ kind: "room_closed", reason: "expired" }] as const;
  assertEquals(outcome(room, expire, ROOM_IDLE_MS), over);
  assertEquals(after(room, join("b")).expiresAtMs, 1 + ROOM_IDLE_MS);
  // Who looks keeps it, with a write now and then.
  let kept = room;
  let writes = 0;
  for (let nowMs = 0; nowMs < 2 * ROOM_AGE_MS_MAX; nowMs += 60_000) {
    if (nowMs >= kept.expiresAtMs) break;
    const look: RoomEvent = { kind: "look", accountId: "a" };
    const step = applyToRoom(kept, look, { nowMs, startId: "s" });
    assert(step.ok && step.room !== undefined);
    if (step.room !== kept) writes++;
    kept = step.room;
  }
  assertEquals(kept.expiresAtMs, ROOM_AGE_MS_MAX);
  assert(writes > 20 && writes < 60, `${writes} writes`);
  assertEquals(outcome(room, { kind: "look", accountId: "stranger" }, ROOM_IDLE_MS - 1), []);
});

/** An event that may or may not fit. */
function anyEvent(rng: Rng): RoomEvent {
  const accountId = `p${rng.below(8)}`;
  const startId = `start-${rng.below(6)}`;
  const changes = {
    ...(rng.below(2) === 0 && { game_mode: rng.pick(["duel", "team", "ffa", "pve_heist", "x"]) }),
    ...(rng.below(2) === 0 && { team_size: rng.below(7) }),
  };
  const events: readonly RoomEvent[] = [
    { kind: "join", member: testMember(accountId) },
    { kind: "join", member: testMember(accountId) },
    { kind: "join", member: testMember(accountId) },
    { kind: "leave", accountId },
    { kind: "close", accountId },
    { kind: "configure", accountId, changes },
    { kind: "start", accountId },
    { kind: "look", accountId },
    { kind: "filled", startId, place: TEST_PLACE },
    { kind: "failed", startId, problem: "unavailable" },
    { kind: "expire" },
  ];
  return rng.pick(events) ?? { kind: "expire" };
}

function assertSound(room: Room, before: Room, event: RoomEvent): void {
  const accounts = room.members.map(({ accountId }) => accountId);
  const what = `${JSON.stringify(event)} on ${formatRoom(before)}`;
  assert(accounts.length >= 1, what);
  assertEquals(new Set(accounts).size, accounts.length, what);
  assert(accounts.length <= membersMax(room.settings), what);
  assert(accounts.includes(room.hostId), what);
  assertEquals([room.code, room.createdAtMs], [before.code, before.createdAtMs], what);
  if (before.state.kind === "filled") assertEquals(room.state, before.state, what);
  assertEquals(tryParseRoom(formatRoom(room)), room, what);
}

Deno.test("A room stays sound whatever happens to it, in any order", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  const rng = new Rng(seed);
  const ends = { gone: 0, filled: 0, starting: 0, open: 0 };
  for (let life = 0; life < 400; life++) {
    let room: Room | undefined = testRoom("p0", rng.below(2) === 0 ? { game_mode: "duel" } : {});
    let nowMs = 0;
    for (let at = 0; at < 60 && room !== undefined; at++) {
      nowMs += rng.below(rng.below(20) === 0 ? ROOM_IDLE_MS : 5_000);
      const event = anyEvent(rng);
      const step = applyToRoom(room, event, { nowMs, startId: `start-${rng.below(6)}` });
      if (!step.ok) continue;
      const kinds = step.notices.map(({ kind }) => kind);
      assertEquals(kinds.includes("room_closed"), step.room === undefined, `seed ${seed}`);
      if (step.room !== undefined) assertSound(step.room, room, event);
      room = step.room;
    }
    ends[room?.state.kind ?? "gone"]++;
  }
  // Every way has been gone, or the property has not been tried.
  assert(Object.values(ends).every((count) => count > 0), `seed ${seed}: ${JSON.stringify(ends)}`);
});
