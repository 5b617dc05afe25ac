import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { type Room, ROOM_IDLE_MS } from "./room.ts";
import { RoomDirectory } from "./room_directory.ts";
import { TEST_PLACE, testMember, testRoom } from "./testing.ts";

const CODE = "ABCDEF";

interface Bench {
  readonly clock: ManualClock;
  readonly kvStore: MemoryKvStore;
  /** Two that share a store, as two matchmakers do. */
  readonly one: RoomDirectory;
  readonly other: RoomDirectory;
  /** A room of `a`'s, as it is at this time. */
  room(fields?: Parameters<typeof testRoom>[1]): Room;
}

function openBench(): Bench {
  const clock = new ManualClock();
  const kvStore = new MemoryKvStore({ clock });
  let ids = 0;
  const open = (): RoomDirectory =>
    new RoomDirectory({ kvStore, clock, newId: () => `start-${++ids}` });
  const room: Bench["room"] = (fields) => {
    const made = testRoom("a", fields);
    const nowMs = clock.nowMs();
    return { ...made, createdAtMs: nowMs, expiresAtMs: nowMs + ROOM_IDLE_MS };
  };
  return { clock, kvStore, one: open(), other: open(), room };
}

Deno.test("A room is added under a code that no other has", async () => {
  const { one, other, room } = openBench();
  assertEquals(await one.add(room({ name: "first" })), true);
  assertEquals(await other.add(room({ name: "second" })), false);
  assertEquals((await other.find(CODE))?.settings.name, "first");
  assertEquals(await one.find("ZZZZZZ"), undefined);
});

Deno.test("Many who join at once by several matchmakers get the places there are, and one starts", async () => {
  const { one, other, room } = openBench();
  await one.add(room());
  const joins = Array.from(
    { length: 40 },
    (_, index) =>
      (index % 2 === 0 ? one : other).change(CODE, {
        kind: "join",
        member: testMember(`p${index}`),
      }),
  );
  const changes = await Promise.all(joins);
  const taken = changes.filter(({ ok }) => ok);
  const starts = changes.flatMap((change) => change.ok && change.startId ? [change.startId] : []);
  assertEquals([taken.length, starts.length], [9, 1]);
  const found = await other.find(CODE);
  assertEquals([found?.members.length, found?.state.kind], [10, "starting"]);
  assertEquals(await other.change(CODE, { kind: "filled", startId: "x", place: TEST_PLACE }), {
    ok: false,
    refusal: "room_started",
  });
  const [startId = ""] = starts;
  const filled = await other.change(CODE, { kind: "filled", startId, place: TEST_PLACE });
  assert(filled.ok);
  assertEquals(filled.startId, undefined);
});

Deno.test("A room whose time has come is no more, and its end is told once", async () => {
  const { clock, one, other, room, kvStore } = openBench();
  await one.add(room());
  await clock.advance(ROOM_IDLE_MS - 1);
  assertEquals(await one.over(10), []);
  await clock.advance(1);
  assertEquals(await one.find(CODE), undefined);
  const join = await one.change(CODE, { kind: "join", member: testMember("b") });
  assertEquals(join, { ok: false, refusal: "unknown_room" });
  assertEquals(await one.over(10), [CODE]);
  const ends = await Promise.all([one.expire(CODE), other.expire(CODE)]);
  const notices = ends.flatMap((end) => end.ok ? end.notices : []);
  assertEquals(notices, [{ kind: "room_closed", reason: "expired" }]);
  assertEquals([await one.over(10), await kvStore.keys("", 10)], [[], []]);
});

Deno.test("A room that is used lives on, also where its old time is still noted", async () => {
  const { clock, kvStore, one, room } = openBench();
  await one.add(room());
  await clock.advance(ROOM_IDLE_MS / 2);
  await one.change(CODE, { kind: "join", member: testMember("b") });
  // As when the writers of two changes come in another order.
  await kvStore.sortedSetAdd("rooms:expiry", CODE, 0);
  assertEquals(await one.over(10), [CODE]);
  assertEquals((await one.expire(CODE)).ok, true);
  assertEquals(await one.over(10), []);
  assertEquals((await one.find(CODE))?.members.length, 2);
});

Deno.test("A room that nobody ends is gone from the store by itself", async () => {
  const { clock, kvStore, one, room } = openBench();
  await one.add(room());
  await clock.advance(ROOM_IDLE_MS + 60_001);
  assertEquals(await kvStore.get(`room:${CODE}`), undefined);
  assertEquals(await one.expire(CODE), { ok: false, refusal: "unknown_room" });
  assertEquals(await kvStore.keys("", 10), []);
});

Deno.test("An account is in one room at a time, until it leaves or the match begins", async () => {
  const { one, other, room } = openBench();
  await one.add(room({ game_mode: "duel" }));
  assertEquals(await one.bind("a", CODE), undefined);
  assertEquals(await other.bind("a", CODE), undefined);
  assertEquals(await other.bind("a", "QQQQQQ"), CODE);
  // Who was bound to a room without getting in is free.
  assertEquals(await one.bind("b", "ZZZZZZ"), undefined);
  assertEquals(await one.bind("b", CODE), undefined);
  const joined = await one.change(CODE, { kind: "join", member: testMember("b") });
  assert(joined.ok && joined.startId !== undefined);
  assertEquals(await other.bind("b", "QQQQQQ"), CODE);
  const { startId } = joined;
  await one.change(CODE, { kind: "filled", startId, place: TEST_PLACE });
  assertEquals(await other.bind("b", "QQQQQQ"), undefined);
});
