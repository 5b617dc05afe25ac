import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import type { MovedTo } from "./client_event.ts";
import type { EndReason } from "./client_state.ts";
import { JsonClient, type JsonClientOptions } from "./json_client.ts";

const ARENA = { name: "small", width: 60, height: 60, walls: [[10, 10, 4, 2]] };
const TANK = {
  tank_id: "t1",
  x: 5,
  y: 6,
  heading: 0,
  turret: 0,
  hp: 100,
  team: 1,
  score: 0,
  alive: true,
};
const JOINED = {
  status: "joined",
  session_id: "m1",
  tank_id: "t1",
  initial_state: { tick: 3, tick_rate: 30, arena: ARENA, you: TANK, tanks: [TANK] },
};

/** A client, and what it sends as objects. */
class Talk {
  readonly core: JsonClient;
  nowMs = 0;

  constructor(options: Partial<JsonClientOptions> = {}) {
    this.core = new JsonClient({ playerId: "p1", ...options });
  }

  /** What the client has sent since the last call. */
  sent(): JsonObject[] {
    return this.core.takeDatagrams().map((bytes) => JSON.parse(new TextDecoder().decode(bytes)));
  }

  /** What actions the client has sent since the last call. */
  actions(): string[] {
    return this.sent().map(({ action }) => String(action));
  }

  hear(message: JsonObject | string): void {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    this.core.receive(new TextEncoder().encode(text), this.nowMs);
  }

  /** Moves time on by so many ms, a millisecond at a time, as a timer would. */
  run(ms: number): void {
    for (let step = 0; step < ms; step++) {
      this.nowMs++;
      if (this.nowMs >= this.core.dueMs) this.core.advance(this.nowMs);
    }
  }

  get doing(): string {
    const { state } = this.core;
    return state.kind === "ended" ? state.reason : state.kind;
  }
}

function openPlaying(options: Partial<JsonClientOptions> = {}): Talk {
  const talk = new Talk(options);
  talk.core.join(0);
  talk.hear(JOINED);
  talk.sent();
  assertEquals(talk.doing, "playing");
  return talk;
}

function stateAt(tick: number, base: number | null, more: JsonObject = {}): JsonObject {
  return {
    ...{ type: "state", tick, base, ack_seq: 0, tanks: [], gone: [], shells: [], events: [] },
    ...more,
  };
}

Deno.test("JsonClient asks to join again until it is answered", () => {
  const talk = new Talk({ token: "abc", mode: "ffa" });
  talk.core.join(0);
  assertEquals(talk.sent(), [{ action: "join_game", player_id: "p1", token: "abc", mode: "ffa" }]);
  talk.run(1_000);
  assertEquals(talk.actions(), ["join_game", "join_game"]);
  talk.hear({ status: "challenge", challenge: "c1" });
  assertEquals(talk.sent()[0]?.challenge, "c1");
  talk.hear(JOINED);
  assertEquals([talk.doing, talk.core.match?.tankId, talk.core.match?.tickRate], [
    "playing",
    "t1",
    30,
  ]);
  assertEquals(talk.core.match?.ground.walls, [
    { xUm: 10_000_000, yUm: 10_000_000, widthUm: 4_000_000, heightUm: 2_000_000 },
  ]);
});

Deno.test("JsonClient ends with a reason from the closed set", () => {
  const table = [
    [{ status: "join_failed", reason: "No tanks available" }, "no_tanks_available"],
    [{ status: "join_failed", reason: "Authentication required" }, "authentication_required"],
    [{ status: "join_failed", reason: "something new" }, "protocol_error"],
    [{ ...JOINED, initial_state: { tick: 1, tick_rate: 30 } }, "protocol_error"],
    [{ ...JOINED, initial_state: { tick_rate: 0, arena: ARENA } }, "protocol_error"],
    [
      { ...JOINED, initial_state: { tick_rate: 30, arena: { ...ARENA, width: 1 } } },
      "protocol_error",
    ],
  ] as const;
  for (const [reply, reason] of table) {
    const talk = new Talk();
    talk.core.join(0);
    talk.hear(reply);
    assertEquals(talk.doing, reason);
    assertEquals(talk.core.dueMs, Infinity);
  }
  const nobody = new Talk({ joinMs: 3_000 });
  nobody.core.join(0);
  nobody.run(4_000);
  assertEquals(nobody.doing, "no_answer");
});

Deno.test("JsonClient applies states to the one that each is against, and acknowledges them", () => {
  const talk = openPlaying();
  const other = { ...TANK, tank_id: "t2", x: 9 };
  talk.hear(stateAt(10, null, { tanks: [TANK, other] }));
  talk.hear(stateAt(12, 10, { tanks: [{ tank_id: "t1", x: 7 }] }));
  const shells = [{ id: 4, x: 1, y: 2, heading: 3 }];
  talk.hear(stateAt(14, 12, { tanks: [{ tank_id: "t1", y: 8 }], gone: ["t2"], shells }));
  const { frame } = talk.core;
  assertEquals([...frame?.tanks.keys() ?? []], ["t1"]);
  const { xM, yM } = frame?.tanks.get("t1") ?? {};
  assertEquals([frame?.tick, xM, yM], [14, 7, 8]);
  assertEquals(frame?.shells, [{ id: "4", tick: 14, xM: 1, yM: 2, headingRad: 3 }]);
  const acks = talk.sent().flatMap(({ action, tick }) => action === "ack" ? [tick] : []);
  assertEquals(acks, [10, 12, 14]);
});

Deno.test("JsonClient makes nothing of a state that is old, broken, or against one that it lacks", () => {
  const talk = openPlaying();
  talk.hear(stateAt(10, null, { tanks: [TANK] }));
  talk.sent();
  const bad: (JsonObject | string)[] = [
    stateAt(9, null),
    stateAt(10, null),
    stateAt(12, 11),
    stateAt(12, 10, { tanks: [{ tank_id: "t9", x: 1 }] }),
    stateAt(12, 10, { tanks: [{ x: 1 }] }),
    stateAt(12, 10, { tanks: 5 }),
    stateAt(12, 10, { shells: [{ id: "x" }] }),
    stateAt(12, 10, { tanks: [{ tank_id: "t1", x: "far" }] }),
    { type: "state", tick: 12, base: null },
    "not json",
    "[1,2]",
    "null",
    '{"status":7}',
    "\u0000",
  ];
  for (const message of bad) talk.hear(message);
  talk.core.receive(Uint8Array.of(0xff, 0xfe), 0);
  assertEquals([talk.sent(), talk.core.frame?.tick, talk.doing], [[], 10, "playing"]);
});

Deno.test("JsonClient tells each event once, though states repeat it", () => {
  const talk = openPlaying();
  const hit = { tick: 11, event: "tank_took_damage", tank_id: "t1", by: "t2", damage: 25, hp: 75 };
  talk.hear(stateAt(10, null, { tanks: [TANK] }));
  talk.hear(stateAt(12, 10, { events: [hit] }));
  talk.hear(stateAt(14, 10, { events: [hit, { tick: 13, event: "tank_shot", tank_id: "t2" }] }));
  const happened = talk.core.takeEvents().flatMap((event) =>
    event.kind === "happened" ? event.events : []
  );
  assertEquals(happened.map(({ kind, tick }) => [kind, tick]), [["damaged", 11], ["shot", 13]]);
  assertEquals([happened[0]?.byTankId, happened[0]?.damage], ["t2", 25]);
});

Deno.test("JsonClient sends an input at once when it changes, and again now and then", () => {
  const talk = openPlaying();
  talk.core.setInput({ throttle: 127, turn: -127, turret: 16_384, fire: true });
  talk.run(350);
  const inputs = talk.sent().filter(({ action }) => action === "input");
  assertEquals(inputs.length, 4);
  const { seq, throttle, turn, turret, fire } = inputs[0] ?? {};
  assertEquals([seq, throttle, turn, turret, fire], [1, 1, -1, Math.PI / 2, true]);
  talk.core.setInput({ throttle: 0, turn: 0, turret: 0, fire: false });
  talk.run(1);
  assertEquals(talk.sent().map(({ seq }) => seq), [2]);
});

Deno.test("JsonClient measures the way there and back", () => {
  const talk = openPlaying();
  talk.run(600);
  const ping = talk.sent().find(({ action }) => action === "ping");
  talk.nowMs += 70;
  talk.hear({ status: "pong", t: ping?.t ?? 0, tick: 5 });
  assert((talk.core.rttMs ?? 0) >= 70);
});

Deno.test("JsonClient asks whether it still plays when it hears nothing, and goes on where it does", () => {
  const talk = openPlaying({ silenceMs: 1_000, resumeMs: 3_000 });
  talk.run(1_001);
  assertEquals(talk.doing, "resuming");
  assert(talk.actions().includes("join_game"));
  talk.hear({ status: "already_in_session", session_id: "m1" });
  assertEquals([talk.doing, talk.core.match?.tankId], ["playing", "t1"]);
  talk.run(1_001);
  talk.hear(stateAt(20, null, { tanks: [TANK] }));
  assertEquals(talk.doing, "playing");
  talk.run(5_000);
  assertEquals(talk.doing, "connection_lost");
});

Deno.test("JsonClient asks for the reply that named its tank where that was lost", () => {
  const talk = new Talk({ token: "spent" });
  talk.core.join(0);
  const first = talk.sent();
  const already = { status: "already_in_session", session_id: "m1" };
  talk.hear(already);
  assertEquals(talk.sent(), first.map((join) => ({ ...join, repeat: true })));
  // A copy of the reply is no reason to ask again; that nothing comes is.
  talk.hear(already);
  assertEquals(talk.actions(), []);
  talk.run(250);
  assertEquals(talk.sent().map(({ repeat }) => repeat), [true]);
  talk.hear(JOINED);
  assertEquals([talk.doing, talk.core.match?.tankId], ["playing", "t1"]);
});

Deno.test("JsonClient asks anew about the match where it is in another than it was", () => {
  const talk = openPlaying({ silenceMs: 1_000 });
  talk.run(1_001);
  talk.sent();
  talk.hear({ status: "already_in_session", session_id: "m2" });
  assertEquals([talk.doing, talk.sent().map(({ repeat }) => repeat)], ["resuming", [true]]);
  talk.hear({ ...JOINED, session_id: "m2", tank_id: "t7" });
  const { match } = talk.core;
  assertEquals([talk.doing, match?.matchId, match?.tankId, match?.isResumed], [
    ...["playing", "m2", "t7"],
    false,
  ]);
});

Deno.test("JsonClient knows a tank that it had before from another one", () => {
  const talk = openPlaying({ silenceMs: 1_000 });
  assertEquals(talk.core.match?.isResumed, false);
  for (const [tankId, isResumed] of [["t1", true], ["t2", false], ["t2", true]] as const) {
    talk.run(1_001);
    assertEquals(talk.doing, "resuming");
    talk.hear({ ...JOINED, tank_id: tankId });
    assertEquals([talk.core.match?.tankId, talk.core.match?.isResumed], [tankId, isResumed]);
  }
});

Deno.test("JsonClient repeats leave_game until it is answered, or long enough", () => {
  const talk = openPlaying();
  talk.core.leave(0);
  talk.run(250);
  assertEquals(talk.actions(), ["leave_game", "leave_game"]);
  talk.hear({ status: "left_game", message: "You have left the game." });
  assertEquals(talk.doing, "asked");
  const deaf = openPlaying();
  deaf.core.leave(0);
  deaf.run(4_000);
  assertEquals(deaf.doing, "no_answer");
});

Deno.test("JsonClient ends with its match, and passes on what else is said", () => {
  const talk = openPlaying();
  talk.core.takeEvents();
  talk.hear({ type: "match_over", winner: 1, scores: {}, match_id: "m1" });
  assertEquals(talk.core.takeEvents().map(({ kind }) => kind), ["message", "state"]);
  assertEquals(talk.doing, "match_over");
  const left = openPlaying();
  left.core.abandon();
  assertEquals(left.doing, "closed");
});

Deno.test("JsonClient ends where the server has it no more, and says where its match goes on", () => {
  const udp = { host: "10.0.0.9", port: 9_999 };
  const moved = { type: "match_moved", match_id: "m1", udp, token: "back" };
  const to = { host: "10.0.0.9", port: 9_999, matchId: "m1", token: "back" };
  const table: [JsonObject, EndReason, MovedTo[]][] = [
    [{ type: "kicked", match_id: "m1", message: "Out." }, "kicked", []],
    [moved, "moved", [to]],
    // To the same host, and of a guest, who has no token.
    [{ ...moved, udp: { ...udp, host: "" }, token: null }, "moved", [
      { ...to, host: "", token: undefined },
    ]],
    [{ ...moved, udp: { ...udp, port: 0 } }, "protocol_error", []],
    [{ ...moved, udp: null }, "protocol_error", []],
  ];
  for (const [message, reason, places] of table) {
    const talk = openPlaying();
    talk.core.takeEvents();
    talk.hear(message);
    const events = talk.core.takeEvents();
    assertEquals([events[0]?.kind, talk.doing], ["message", reason]);
    assertEquals(events.flatMap((event) => event.kind === "moved" ? [event.to] : []), places);
    talk.run(5_000);
    assertEquals([talk.actions(), talk.core.dueMs], [[], Infinity]);
  }
});

Deno.test("JsonClient waits for what there is to do before the player has touched anything", () => {
  const talk = openPlaying({ silenceMs: 60_000 });
  let turns = 0;
  for (const endMs = talk.nowMs + 3_000; talk.nowMs < endMs; turns++) {
    assert(talk.core.dueMs > talk.nowMs, `due at ${talk.core.dueMs}`);
    talk.run(talk.core.dueMs - talk.nowMs);
  }
  assert(turns <= 5, `${turns} turns`);
  assertEquals(new Set(talk.actions()), new Set(["ping"]));
});

Deno.test("JsonClient drives to a place and shoots by name", () => {
  const talk = openPlaying();
  talk.core.moveTo(3, 4);
  talk.core.shoot();
  assertEquals(talk.sent(), [
    { action: "move", player_id: "p1", position: [3, 4] },
    { action: "shoot", player_id: "p1" },
  ]);
});

Deno.test("JsonClient knows the newest input that a state has applied, and the server's tick from pongs", () => {
  const talk = openPlaying();
  talk.core.setInput({ throttle: 127, turn: 0, turret: 0, fire: false });
  talk.hear(stateAt(10, null, { ack_seq: 1, tanks: [TANK] }));
  assertEquals([talk.core.appliedSeq, talk.core.serverTickAt(talk.nowMs)], [1, undefined]);
  talk.run(1_000);
  const ping = talk.sent().findLast(({ action }) => action === "ping");
  talk.hear({ status: "pong", t: ping?.t ?? null, tick: 40 });
  const tick = talk.core.serverTickAt(talk.nowMs + 100) ?? NaN;
  assert(tick > 42 && tick < 60, `${tick}`);
});

Deno.test("JsonClient acknowledges no state that overtook the reply to its join", () => {
  const talk = new Talk();
  talk.core.join(0);
  talk.hear(stateAt(10, null, { tanks: [TANK] }));
  assertEquals([talk.actions(), talk.core.frame], [["join_game"], undefined]);
  talk.hear(JOINED);
  talk.hear(stateAt(12, null, { tanks: [TANK] }));
  assertEquals([talk.actions().includes("ack"), talk.core.frame?.tick], [true, 12]);
});
