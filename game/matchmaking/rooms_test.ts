import { assert, assertEquals } from "@std/assert";
import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import type { RoomReply, RoomView } from "../../core/protocol/room_messages.ts";
import { BACK_MS_MIN } from "../rooms/room.ts";
import { RoomDirectory } from "../rooms/room_directory.ts";
import type { GroupOrder, PlaceResult } from "./match_order.ts";
import { RoomEvents } from "./room_events.ts";
import { GUESSES_MAX, GUESSES_PERIOD_MS, RoomGuesses } from "./room_guesses.ts";
import { openRoomMetrics, type RoomMetrics } from "./room_metrics.ts";
import { Rooms } from "./rooms.ts";

const POSITION = { latitude: 60, longitude: 30 };

interface Bench {
  readonly clock: ManualClock;
  readonly kvStore: MemoryKvStore;
  readonly rooms: Rooms;
  readonly metrics: RoomMetrics;
  /** Matches that were asked for. */
  readonly orders: GroupOrder[];
  /** Events that others heard, without what differs each time. */
  readonly events: JsonObject[];
  /** What becomes of the next matches. */
  place: () => Promise<PlaceResult>;
  /** Asks for an account, whose token is its id. */
  ask(accountId: string, request: JsonObject): Promise<RoomReply>;
  /** Asks and gives the room. */
  room(accountId: string, request: JsonObject): Promise<RoomView>;
  /** Asks and gives the code of the refusal. */
  refusal(accountId: string, request: JsonObject): Promise<string>;
}

let matches = 0;
const prepared = (): Promise<PlaceResult> =>
  Promise.resolve({
    ok: true,
    kind: "new_match",
    place: {
      match_id: `m${++matches}`,
      websocket_url: "ws://h/ws",
      udp: { host: "h", port: 1 },
    },
  });
const noServers = (): Promise<PlaceResult> =>
  Promise.resolve({ ok: false, code: "no_servers", message: "None" });

function openBench(): Bench {
  const clock = new ManualClock();
  const kvStore = new MemoryKvStore({ clock });
  const metrics = openRoomMetrics(new Metrics({ process: false }));
  const orders: GroupOrder[] = [];
  const events: JsonObject[] = [];
  let ids = 0;
  const newId = (): string => `id-${++ids}`;
  const rooms = new Rooms({
    directory: new RoomDirectory({ kvStore, clock, newId }),
    guesses: new RoomGuesses(kvStore),
    verifier: {
      verify: (token) =>
        Promise.resolve(
          token === "bad" ? { ok: false, reason: "malformed" } : {
            ok: true,
            accountId: token,
            username: `name of ${token}`,
            sessionId: `login of ${token}`,
            expiresAtS: 1,
          },
        ),
    },
    matchmaker: {
      openMatch: (order) => {
        orders.push(order);
        return bench.place();
      },
      admit: (place, { accountId, playerId, authSessionId }) => {
        const token = `${accountId}/${playerId}/${authSessionId}`;
        return Promise.resolve({ ok: true, found: { ...place, token } });
      },
    },
    locate: ({ ip }) => ip === "1.2.3.4" ? POSITION : undefined,
    events: new RoomEvents({
      workQueue: {
        publishFanout: (exchange, message) => {
          assertEquals(exchange, "private_room.events");
          const { timestamp, event_id, server_id, code, ...event } = tryJsonObject(message) ?? {};
          const about = [timestamp, typeof event_id, server_id, typeof code];
          assertEquals(about, [clock.nowMs() / 1_000, "string", "mm-1", "string"]);
          events.push(event);
          return Promise.resolve();
        },
      },
      clock,
      serverId: "mm-1",
      newId,
      log: silentLog,
      dropped: metrics.eventsDropped,
    }),
    moment: () => ({ nowMs: clock.nowMs(), startId: newId() }),
    randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
    log: silentLog,
    metrics,
  });
  const ask: Bench["ask"] = (accountId, request) =>
    rooms.answer({ jwt_token: accountId, ...request });
  const bench: Bench = {
    clock,
    kvStore,
    rooms,
    metrics,
    orders,
    events,
    place: prepared,
    ask,
    room: async (accountId, request) => {
      const reply = await ask(accountId, request);
      assert(reply.ok && "room" in reply, JSON.stringify(reply));
      return reply.room;
    },
    refusal: async (accountId, request) => {
      const reply = await ask(accountId, request);
      return reply.ok ? "none" : reply.code;
    },
  };
  return bench;
}

const CREATE = { method: "create", game_mode: "duel" };

Deno.test("Rooms bring those who fill one into a match of their own, each by a token of its own", async () => {
  const bench = openBench();
  const { code, ...opened } = await bench.room("ann", { ...CREATE, name: "Friday", ip: "1.2.3.4" });
  assertEquals([opened.state, opened.host, opened.match], ["open", "ann", undefined]);
  const joined = await bench.room("bob", {
    method: "join",
    code: code.toLowerCase(),
    pings: { EU: 9 },
  });
  assertEquals([joined.state, joined.match?.token], ["filled", "bob/name of bob/login of bob"]);
  const seen = await bench.room("ann", { method: "get", code });
  assertEquals(seen.match, { ...joined.match, token: "ann/name of ann/login of ann" });
  // Who knows the code without being a member is let in nowhere.
  const stranger = await bench.room("eve", { method: "get", code });
  assertEquals([stranger.state, stranger.match], ["filled", undefined]);
  assertEquals(bench.orders, [{
    gameMode: "duel",
    map: "proving_ground",
    accounts: ["ann", "bob"],
    teams: new Map([["ann", 1], ["bob", 2]]),
    botTeams: [],
    travellers: [{ pings: new Map(), position: POSITION }, { pings: new Map([["EU", 9]]) }],
    explain: false,
  }]);
  assertEquals(bench.events, [
    { event_type: "room_created", host: "ann", game_mode: "duel" },
    { event_type: "player_joined", account_id: "bob", host: "ann", members: ["ann", "bob"] },
    { event_type: "room_filled", match_id: joined.match?.match_id, members: ["ann", "bob"] },
  ]);
  assertEquals([bench.metrics.starts.filled.value, bench.metrics.requests.done.value], [1, 4]);
});

Deno.test("Rooms start when their host says so, with teams dealt out and bots where the mode has them", async () => {
  const bench = openBench();
  const { code } = await bench.room("ann", { method: "create", game_mode: "team" });
  assertEquals(await bench.refusal("ann", { method: "start", code }), "not_enough_players");
  for (const accountId of ["bob", "cem"]) await bench.room(accountId, { method: "join", code });
  assertEquals(await bench.refusal("bob", { method: "start", code }), "not_host");
  const started = await bench.room("ann", { method: "start", code });
  assertEquals([started.state, started.match?.token], ["filled", "ann/name of ann/login of ann"]);
  assertEquals(await bench.refusal("dan", { method: "join", code }), "room_started");
  const alone = await bench.room("eve", { method: "create", game_mode: "pve_heist", team_size: 1 });
  assertEquals(alone.state, "filled");
  assertEquals(
    bench.orders.map(({ teams, botTeams }) => [[...teams.values()], botTeams]),
    [[[1, 2, 1], []], [[1], undefined]],
  );
});

Deno.test("Rooms change hands when their host leaves, and end with the last or at the host's word", async () => {
  const bench = openBench();
  const { code } = await bench.room("ann", { method: "create" });
  await bench.room("bob", { method: "join", code });
  assertEquals(await bench.ask("ann", { method: "leave", code }), {
    ok: true,
    farewell: { code, state: "left" },
  });
  assertEquals((await bench.room("bob", { method: "get", code })).host, "bob");
  assertEquals(await bench.refusal("ann", { method: "close", code }), "not_member");
  assertEquals(await bench.ask("bob", { method: "close", code }), {
    ok: true,
    farewell: { code, state: "closed" },
  });
  assertEquals(await bench.refusal("bob", { method: "get", code }), "unknown_room");
  assertEquals(bench.events.slice(2), [
    { event_type: "player_left", account_id: "ann", host: "bob", members: ["bob"] },
    { event_type: "room_closed", reason: "closed", members: ["bob"] },
  ]);
  const last = await bench.room("bob", { method: "create" });
  await bench.ask("bob", { method: "leave", code: last.code });
  assertEquals(bench.events.at(-1)?.reason, "empty");
});

Deno.test("Rooms take an account that is in no other", async () => {
  const bench = openBench();
  const { code } = await bench.room("ann", CREATE);
  assertEquals(await bench.ask("ann", CREATE), {
    ok: false,
    code: "already_in_room",
    message: `Already in room ${code}`,
  });
  const other = await bench.room("bob", CREATE);
  assertEquals(await bench.refusal("ann", { method: "join", code: other.code }), "already_in_room");
  // Of the room that was refused nothing is left.
  assertEquals((await bench.kvStore.keys("room:", 10)).length, 2);
  assertEquals(await bench.kvStore.keys("room_of:ann", 10), ["room_of:ann"]);
  await bench.ask("ann", { method: "leave", code });
  assertEquals(await bench.kvStore.keys("room_of:ann", 10), []);
  await bench.room("ann", { method: "join", code: other.code });
  assertEquals(await bench.refusal("eve", { method: "join", code: other.code }), "room_started");
  assertEquals(await bench.kvStore.keys("room_of:eve", 10), []);
  // That match has begun, so that both may come together anew.
  await bench.room("ann", CREATE);
});

Deno.test("Rooms bring their members together again after a match, and into another one", async () => {
  const { room, orders, clock } = openBench();
  const { code } = await room("ann", { method: "create", game_mode: "duel" });
  const { match } = await room("bob", { method: "join", code });
  const back = { method: "join", code, after: match?.match_id };
  // Nobody has played yet: the match waits for both.
  assertEquals((await room("bob", back)).match?.match_id, match?.match_id);
  assertEquals((await room("ann", { method: "get", code })).match?.match_id, match?.match_id);
  await clock.advance(BACK_MS_MIN);
  const open = await room("bob", back);
  assertEquals([open.state, open.host, open.match], ["open", "bob", undefined]);
  const again = await room("ann", back);
  assertEquals([again.state, orders.length], ["filled", 2]);
  assert(again.match !== undefined && again.match.match_id !== match?.match_id);
});

Deno.test("Rooms say so when no server takes a match, and members try again by looking", async () => {
  const bench = openBench();
  bench.place = noServers;
  const { code } = await bench.room("ann", CREATE);
  const joined = await bench.room("bob", { method: "join", code });
  assertEquals([joined.state, joined.problem], ["open", "no_servers"]);
  assertEquals(await bench.refusal("ann", { method: "start", code }), "no_servers");
  bench.place = prepared;
  assertEquals((await bench.room("bob", { method: "get", code })).state, "open");
  await bench.clock.advance(2_000);
  assertEquals((await bench.room("bob", { method: "get", code })).state, "filled");
  assertEquals([bench.metrics.starts.failed.value, bench.metrics.starts.filled.value], [2, 1]);
});

Deno.test("Rooms that are left while their match is prepared do without it", async () => {
  const bench = openBench();
  const gate = Promise.withResolvers<PlaceResult>();
  bench.place = () => gate.promise;
  const { code } = await bench.room("ann", CREATE);
  const joining = bench.ask("bob", { method: "join", code });
  await bench.clock.advance(1);
  assertEquals((await bench.room("ann", { method: "get", code })).state, "starting");
  await bench.ask("ann", { method: "close", code });
  gate.resolve(await prepared());
  const reply = await joining;
  assertEquals([reply.ok, bench.metrics.starts.abandoned.value], [false, 1]);
});

Deno.test("Rooms in which nothing happens end, and say so", async () => {
  const bench = openBench();
  const { code } = await bench.room("ann", CREATE);
  await bench.clock.advance(15 * 60_000 - 1);
  await bench.rooms.expire();
  assertEquals(bench.events.length, 1);
  await bench.clock.advance(1);
  await bench.rooms.expire();
  assertEquals(bench.events.at(-1), {
    event_type: "room_closed",
    reason: "expired",
    members: ["ann"],
  });
  assertEquals(await bench.refusal("ann", { method: "get", code }), "unknown_room");
});

Deno.test("Rooms let nobody try codes without end", async () => {
  const bench = openBench();
  const { code } = await bench.room("ann", CREATE);
  for (let tried = 0; tried < GUESSES_MAX; tried++) {
    const wrong = { method: tried % 2 === 0 ? "join" : "get", code: "ZZZZZZ" };
    assertEquals(await bench.refusal("eve", wrong), "unknown_room");
  }
  // Not even the right one is told from a wrong one then.
  assertEquals(await bench.refusal("eve", { method: "get", code }), "too_many_attempts");
  assertEquals((await bench.room("ann", { method: "get", code })).state, "open");
  await bench.clock.advance(GUESSES_PERIOD_MS);
  await bench.room("eve", { method: "join", code });
});

Deno.test("Rooms refuse what is no request, and who does not say who asks", async () => {
  const bench = openBench();
  const { code } = await bench.room("ann", CREATE);
  const cases: readonly (readonly [JsonObject, string])[] = [
    [{ method: "explode", code }, "invalid_request"],
    [{ method: "get", code, jwt_token: undefined }, "missing_token"],
    [{ method: "get", code, jwt_token: "bad" }, "invalid_token"],
    [{ method: "get" }, "unknown_room"],
    [{ method: "get", code: "short" }, "unknown_room"],
    [{ method: "join", code, pings: [] }, "invalid_request"],
    [{ method: "create", game_mode: "chess" }, "unknown_mode"],
    [{ method: "create", region: 1 }, "invalid_request"],
    [{ method: "leave", code }, "not_member"],
    [{ method: "configure", code, map: "steppe" }, "not_member"],
  ];
  for (const [request, expected] of cases) {
    assertEquals(await bench.refusal("bob", request), expected, JSON.stringify(request));
  }
  const changed = await bench.room("ann", { method: "configure", code, map: "steppe" });
  assertEquals(changed.map, "steppe");
});

Deno.test("Rooms are unavailable while the store is, and no fault reaches a client", async () => {
  const bench = openBench();
  await bench.kvStore.close();
  assertEquals(await bench.refusal("ann", CREATE), "unavailable");
  await bench.rooms.expire();
});
