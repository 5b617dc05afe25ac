import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import { RateLimiter } from "../../core/net/rate_limiter.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../../core/ports/memory_pub_sub.ts";
import { encodeMatchOwner, matchOwnerKey } from "../../core/protocol/match_owner.ts";
import { encodeRelayRefusal, encodeRelaySeat } from "../../core/protocol/match_relay.ts";
import { parseJsonObject } from "../../tests/clients/json_fields.ts";
import { openWebSocketMetrics } from "./websocket_metrics.ts";
import { askForSeat } from "./websocket_seat.ts";
import { AUTH_MS_MAX, SEARCH_MS_MAX, SILENCE_MS, WebSocketSession } from "./websocket_session.ts";

const AUTH = JSON.stringify({ type: "AUTH", match_id: "m", token: "ticket" });

interface Bench {
  readonly clock: ManualClock;
  readonly session: WebSocketSession;
  readonly sent: JsonObject[];
  readonly closes: number[];
  /** What the match's server was told, and asked. */
  readonly heard: string[];
  /** Epoch of the server that answers; 0: none has the match. */
  epoch: number;
  refusal: string | undefined;
  /** How long it takes to answer. */
  answerMs: number;
  push(kind: string, frame: JsonObject): Promise<void>;
  wait(ms: number): Promise<void>;
}

async function openBench(): Promise<Bench> {
  const clock = new ManualClock();
  const pubSub = new MemoryPubSub({ clock, log: silentLog });
  const kvStore = new MemoryKvStore({ clock });
  const sent: JsonObject[] = [];
  const closes: number[] = [];
  const heard: string[] = [];
  const socket = {
    bufferedAmount: 0,
    send: (text: string) => void sent.push(parseJsonObject(text)),
    close: (code: number) => void closes.push(code),
  };
  const session = new WebSocketSession(socket, {
    ...{ id: "s", pubSub, clock },
    frames: new RateLimiter({ ratePerSecond: 10, burst: 20, keysMax: 10, clock }),
    metrics: openWebSocketMetrics(new Metrics({ process: false }), () => 0),
    askForSeat: (request) => askForSeat(request, { kvStore, pubSub, clock, log: silentLog }),
  });
  const wait = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 250) {
      await clock.advance(Math.min(left, 250));
      session.check();
      await clock.advance(0);
    }
  };
  const bench: Bench = {
    ...{ clock, session, sent, closes, heard, epoch: 1, refusal: undefined, answerMs: 0, wait },
    push: async (kind, frame) => {
      pubSub.publish("match.m.state.p", kind + JSON.stringify(frame));
      await clock.advance(0);
    },
  };
  const owner = (): string =>
    encodeMatchOwner({ serverId: "g", epoch: bench.epoch, host: "", udpPort: 1 });
  pubSub.subscribe("match.m.input", ({ payload, respond }) => {
    heard.push(payload);
    if (!payload.startsWith("{") || bench.epoch === 0) return;
    const seat = { playerId: "p", tankId: "t", resumeToken: "r.1", epoch: bench.epoch };
    const { refusal, answerMs } = bench;
    const reply = refusal === undefined ? encodeRelaySeat(seat, "{}") : encodeRelayRefusal(refusal);
    if (answerMs === 0) respond(reply);
    else clock.after(answerMs, () => respond(reply));
  });
  await kvStore.set(matchOwnerKey("m"), owner());
  return bench;
}

async function openPlaying(): Promise<Bench> {
  const bench = await openBench();
  bench.session.onFrame(AUTH);
  await bench.wait(250);
  assertEquals(bench.sent.shift()?.type, "AUTH_OK");
  bench.heard.length = 0;
  return bench;
}

Deno.test("WebSocketSession gives a client five seconds to say who it is", async () => {
  const { session, closes, sent, wait } = await openBench();
  await wait(AUTH_MS_MAX - 250);
  assertEquals(closes, []);
  await wait(250);
  assertEquals([closes, sent], [[4401], [{ type: "AUTH_FAILED", reason: "No AUTH in time" }]]);
  session.onFrame(AUTH);
  assertEquals(sent.length, 1);
});

Deno.test("WebSocketSession passes frames both ways, and says that its client is there", async () => {
  const { session, heard, sent, push, wait } = await openPlaying();
  session.onFrame('{"type":"PLAYER_INPUT","seq":1,"throttle":1}');
  await push("s", { type: "WORLD_STATE", base: null, events: [] });
  assertEquals(heard, ['s {"action":"input","seq":1,"throttle":1,"player_id":"p"}']);
  assertEquals(sent.map(({ type }) => type), ["WORLD_STATE"]);
  heard.length = 0;
  await wait(1_000);
  await push("f", { type: "CHAT" });
  await wait(1_000);
  assertEquals(heard, ['s {"action":"alive","player_id":"p"}']);
});

Deno.test("WebSocketSession looks for a silent match, and tells of another server only", async () => {
  const bench = await openPlaying();
  await bench.wait(SILENCE_MS + 250);
  assertEquals(bench.sent, []);
  assertEquals(bench.heard[0], '{"kind":"join","session":"s","token":"r.1"}');
  bench.epoch = 2;
  await bench.wait(SILENCE_MS + 250);
  assertEquals(bench.sent.map(({ type }) => type), ["MATCH_MOVED"]);
  await bench.push("s", { type: "WORLD_STATE", base: null, events: [] });
  assertEquals(bench.sent.map(({ type }) => type), ["MATCH_MOVED", "WORLD_STATE"]);
});

Deno.test("WebSocketSession moves at once where the match says that it has moved", async () => {
  const bench = await openPlaying();
  bench.epoch = 2;
  await bench.push("n", { kind: "moved" });
  await bench.wait(1);
  assertEquals(bench.sent.map(({ type }) => type), ["MATCH_MOVED"]);
});

Deno.test("WebSocketSession gives a match up that nobody has, or that does not know the player", async () => {
  const bench = await openPlaying();
  bench.epoch = 0;
  await bench.wait(SILENCE_MS + SEARCH_MS_MAX + 2_000);
  assertEquals([bench.sent.map(({ type }) => type), bench.closes], [["MATCH_LOST"], [4404]]);
  const refused = await openPlaying();
  refused.refusal = "Invalid token";
  await refused.wait(SILENCE_MS + 250);
  assertEquals(refused.sent, [{ type: "MATCH_LOST", reason: "Invalid token" }]);
});

Deno.test("WebSocketSession ends with its match, in good order", async () => {
  const bench = await openPlaying();
  await bench.push("o", { type: "MATCH_OVER" });
  await bench.push("n", { kind: "ended", session: "s", reason: "match_over" });
  assertEquals([bench.sent.map(({ type }) => type), bench.closes], [["MATCH_OVER"], [1000]]);
});

Deno.test("WebSocketSession closes a client that connects elsewhere, and no other", async () => {
  const bench = await openPlaying();
  await bench.push("n", { kind: "ended", session: "other", reason: "superseded" });
  assertEquals(bench.closes, []);
  await bench.push("n", { kind: "ended", session: "s", reason: "superseded" });
  assertEquals(bench.closes, [4409]);
});

Deno.test("WebSocketSession drops what is too much, and closes who goes on with it", async () => {
  const { session, heard, closes } = await openPlaying();
  for (let count = 0; count < 300; count++) session.onFrame('{"type":"PING"}');
  assertEquals(closes, [4429]);
  assertEquals(heard.length <= 22, true);
});

Deno.test("WebSocketSession tells the match when its client has gone", async () => {
  const { session, heard, clock } = await openPlaying();
  session.onClose();
  await clock.advance(0);
  assertEquals(heard, ['s {"action":"gone","player_id":"p"}']);
});

Deno.test("WebSocketSession tells a match that it looks for when its client has gone, and once it is found", async () => {
  const bench = await openPlaying();
  const { session, heard, push, wait } = bench;
  const gone = 's {"action":"gone","player_id":"p"}';
  bench.answerMs = 100;
  await push("n", { kind: "moved" });
  assertEquals(heard.map((said) => said.charAt(0)), ["{"]);
  session.onClose();
  await wait(250);
  assertEquals(heard.slice(1), [gone, gone]);
});

Deno.test("WebSocketSession whose player an operator has kicked is told so, and closed", async () => {
  const bench = await openBench();
  await bench.wait(250);
  bench.session.onFrame(AUTH);
  await bench.wait(250);
  bench.sent.length = 0;
  await bench.push("n", { kind: "ended", session: "s", reason: "kicked" });
  await bench.wait(250);
  assertEquals([bench.sent, bench.closes], [[{ type: "MATCH_LOST", reason: "kicked" }], [4410]]);
});
