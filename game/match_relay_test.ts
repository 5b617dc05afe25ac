import { assertEquals } from "@std/assert";
import { sleep } from "../core/clock.ts";
import { silentLog } from "../core/log.ts";
import { RateLimiter } from "../core/net/rate_limiter.ts";
import { MemoryPubSub } from "../core/ports/memory_pub_sub.ts";
import { encodeRelayMessage, tryParseRelayReply } from "../core/protocol/match_relay.ts";
import { MatchChat } from "./binary/match_chat.ts";
import { routeDirect } from "./command_route.ts";
import { DROP_REASONS } from "./game_metrics.ts";
import { MatchRelay } from "./match_relay.ts";
import { MessageHandler, type TokenClaim } from "./message_handler.ts";
import { openTestLink, openTestSessions, type TestSessions } from "./testing.ts";

interface Bench extends TestSessions {
  readonly heard: string[];
  readonly dropped: string[];
  /** How long it takes to look into a token, in milliseconds. */
  tokenMs: number;
  join(session: string, token: string): Promise<unknown>;
  say(session: string, message: object): Promise<void>;
}

function openBench(): Bench {
  const game = openTestSessions({ resumeMs: 1_000 });
  const { clock, sessions } = game;
  const pubSub = new MemoryPubSub({ clock, log: silentLog });
  const heard: string[] = [];
  const dropped: string[] = [];
  const used = new Set<string>();
  const checkToken = async (token: string): Promise<TokenClaim | undefined> => {
    const known = sessions.findByResumeToken(token);
    if (known !== undefined) {
      const { playerId, accountId } = known;
      return { playerId, accountId, matchId: "m", resumes: true };
    }
    const [kind, playerId = ""] = token.split("-");
    const matchId = kind === "other" ? "other" : "m";
    const counts = kind !== "bad" && !used.has(token);
    if (kind === "once") used.add(token);
    if (counts && bench.tokenMs > 0) await sleep(clock, bench.tokenMs);
    return counts ? { playerId, accountId: playerId, matchId } : undefined;
  };
  const options = { sessions, route: routeDirect, clock, checkToken, tickRate: 30 };
  const relay = new MatchRelay({
    ...{ ...options, pubSub, log: silentLog, resumeMs: 1_000 },
    handler: new MessageHandler({ ...options, allowGuests: false }),
    chat: new MatchChat({ sessions, clock }),
    messages: new RateLimiter({ ratePerSecond: 100, burst: 100, keysMax: 10, clock }),
    metrics: { drops: dropCounters(dropped) },
    owns: () => true,
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  });
  sessions.watch(relay);
  sessions.createOnOrder({ matchId: "m", mode: "team", players: ["a", "b"] });
  pubSub.subscribe("match.m.state.>", ({ subject, payload }) => {
    if (!payload.startsWith("s")) heard.push(`${subject.split(".").at(-1)} ${payload}`);
  });
  const bench: Bench = {
    ...{ ...game, heard, dropped, tokenMs: 0 },
    join: async (session, token) => {
      const payload = JSON.stringify({ kind: "join", session, token });
      return tryParseRelayReply(
        await pubSub.request("match.m.input", payload, { deadlineMs: 1_000 }),
      );
    },
    say: async (session, message) => {
      pubSub.publish("match.m.input", encodeRelayMessage(session, JSON.stringify(message)));
      await clock.advance(0);
    },
  };
  return bench;
}

type Drops = ConstructorParameters<typeof MatchRelay>[0]["metrics"]["drops"];

function dropCounters(into: string[]): Drops {
  const all = DROP_REASONS.map((reason) => [
    reason,
    { value: 0, inc: (): void => void into.push(reason) },
  ]);
  return Object.fromEntries(all);
}

Deno.test("MatchRelay seats who shows a token for this match, and nobody else", async () => {
  const { join, sessions } = openBench();
  const seat = Object(await join("s1", "good-a"));
  assertEquals([seat.ok, seat.playerId, seat.epoch], [true, "a", 1]);
  const refused = { ok: false, reason: "Invalid token" };
  assertEquals(await join("s2", "bad-b"), refused);
  assertEquals(await join("s2", "other-b"), refused);
  assertEquals(await join("s2", "good-c"), { ok: false, reason: "Match not found" });
  assertEquals(sessions.playerCount, 1);
});

Deno.test("MatchRelay takes nobody's seat in another match for one that does not let them in", async () => {
  const { join, sessions } = openBench();
  sessions.createOnOrder({ matchId: "other", mode: "team", players: [] });
  const links = ["a", "b", "c"].map((playerId) => {
    const link = openTestLink(playerId);
    sessions.join({ playerId, accountId: playerId, matchId: "other", mode: undefined, link });
    return link;
  });
  // An operator has taken one of them out of it; it is not kept for another.
  sessions.findSession("m")?.bar({ playerId: "a", accountId: "a" });
  const refused = { ok: false, reason: "Match not found" };
  assertEquals([await join("s1", "good-a"), await join("s3", "good-c")], [refused, refused]);
  assertEquals([sessions.find("a")?.link, sessions.find("c")?.link], [links[0], links[2]]);
  assertEquals(Object(await join("s2", "good-b")).ok, true);
  assertEquals(sessions.find("b")?.match.id, "m");
});

Deno.test("MatchRelay lets a player act through the connection that has the seat alone", async () => {
  const { join, say, sessions, dropped, clock } = openBench();
  const seat = Object(await join("s1", "good-a"));
  const input = { action: "input", player_id: "a", seq: 3, throttle: 1 };
  await say("s2", input);
  await say("s1", { action: "leave" });
  assertEquals(dropped, ["unknown_player", "unknown_action"]);
  await say("s1", input);
  await clock.advance(100);
  const player = sessions.find("a");
  assertEquals(player && player.match.appliedSeq(player.tank), 3);
  assertEquals(player?.resumeToken, seat.resumeToken);
});

Deno.test("MatchRelay keeps the seat for a while, and stops a tank whose client has gone", async () => {
  const { join, say, sessions, clock } = openBench();
  const seat = Object(await join("s1", "good-a"));
  await join("s9", "good-b");
  await say("s1", { action: "input", player_id: "a", seq: 1, throttle: 1 });
  await clock.advance(100);
  assertEquals(sessions.find("a")?.tank.input.throttle === 0, false);
  await say("s1", { action: "gone" });
  await clock.advance(900);
  assertEquals(sessions.find("a")?.tank.input.throttle, 0);
  await say("s9", { action: "alive" });
  const again = Object(await join("s2", seat.resumeToken));
  assertEquals([again.tankId, again.resumeToken], [seat.tankId, seat.resumeToken]);
  await clock.advance(900);
  await say("s2", { action: "alive" });
  await clock.advance(200);
  sessions.expire();
  assertEquals([sessions.find("a")?.playerId, sessions.find("b")], ["a", undefined]);
});

Deno.test("MatchRelay asked again through the same connection leaves it as it is", async () => {
  const { join, heard, sessions, clock } = openBench();
  const seat = Object(await join("s1", "good-a"));
  const again = Object(await join("s1", seat.resumeToken));
  await clock.advance(100);
  assertEquals([again.tankId, again.resumeToken], [seat.tankId, seat.resumeToken]);
  // A notice that the connection is superseded would have its gateway close it.
  assertEquals([heard, sessions.playerCount], [[], 1]);
});

Deno.test("MatchRelay gives a connection its seat again for a ticket that is used, and no other", async () => {
  const { join, sessions } = openBench();
  const seat = Object(await join("s1", "once-a"));
  const again = Object(await join("s1", "once-a"));
  assertEquals([again.ok, again.playerId], [true, "a"]);
  assertEquals([again.tankId, again.resumeToken], [seat.tankId, seat.resumeToken]);
  const refused = { ok: false, reason: "Invalid token" };
  assertEquals(await join("s2", "once-a"), refused);
  // Another's token through the same connection is looked into, and brings another's seat.
  assertEquals(await join("s1", "bad-b"), refused);
  assertEquals(Object(await join("s1", "once-b")).playerId, "b");
  // Who has left has to show a token anew.
  sessions.leave("b", "left");
  sessions.leave("a", "left");
  assertEquals(await join("s1", "once-b"), refused);
});

Deno.test("MatchRelay asked again before it has answered gives both answers the one seat", async () => {
  const bench = openBench();
  bench.tokenMs = 500;
  const answers = ["s1", "s2", "s1"].map((session) => bench.join(session, "once-a"));
  await bench.clock.advance(500);
  const [first, other, again] = (await Promise.all(answers)).map(Object);
  assertEquals([first.ok, first.playerId], [true, "a"]);
  assertEquals([again.tankId, again.resumeToken], [first.tankId, first.resumeToken]);
  assertEquals(other, { ok: false, reason: "Invalid token" });
});

Deno.test("MatchRelay brings chat, pongs and ends to the right players", async () => {
  const { join, say, heard } = openBench();
  await join("s1", "good-a");
  await join("s2", "good-b");
  await say("s1", { action: "chat", text: "hi" });
  await say("s1", { action: "chat", text: 7 });
  await say("s2", { action: "ping", t: 1 });
  await join("s3", "good-a");
  assertEquals(heard, [
    'a f{"type":"CHAT","from":"a","text":"hi"}',
    'b f{"type":"CHAT","from":"a","text":"hi"}',
    'b f{"type":"PONG","t":1,"tick":1}',
    'a n{"kind":"ended","session":"s1","reason":"superseded"}',
  ]);
});
