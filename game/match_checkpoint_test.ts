import { assertEquals, assertThrows } from "@std/assert";
import { encodeCheckpoint, parseCheckpoint } from "./match_checkpoint.ts";
import { kickPlayers } from "./ops_kick.ts";
import { hashWorld } from "./simulation/state_hash.ts";
import { openTestLink, openTestSessions } from "./testing.ts";

const INPUT = { action: "input", throttle: 1, turn: 0.5, turretRad: 1, fire: true } as const;

Deno.test("A match goes on from its checkpoint as it was: world, players, places, tokens, inputs", async () => {
  const first = openTestSessions();
  first.sessions.createOnOrder({
    matchId: "m",
    mode: "team",
    players: ["a", "b", "late"],
    teams: new Map([["late", 2]]),
  });
  const a = first.seat("a");
  first.seat("b");
  first.sessions.setResumeToken(a, "r.token");
  first.sessions.command("a", { ...INPUT, seq: 7 });
  await first.clock.advance(2_000);
  const before = first.sessions.findSession("m");
  if (before === undefined) throw new Error("It is not there");
  const text = encodeCheckpoint(before);

  const second = openTestSessions();
  const after = second.sessions.restore(parseCheckpoint(text), 2);
  assertEquals(hashWorld(after.match.world), hashWorld(before.match.world));
  assertEquals([after.match.epoch, after.match.mode], [2, "team"]);
  assertEquals([...after.players.keys()], ["a", "b"]);
  assertEquals(after.places, before.places);
  const again = second.sessions.findByResumeToken("r.token");
  assertEquals([again?.playerId, again?.tank.tankId], ["a", a.tank.tankId]);
  assertEquals(again && after.match.appliedSeq(again.tank), 7);
  // Both go on alike.
  for (let tick = 0; tick < 30; tick++) {
    before.tick();
    after.tick();
  }
  assertEquals(hashWorld(after.match.world), hashWorld(before.match.world));
});

Deno.test("A restored match's players come back with their token or account, and leave otherwise", async () => {
  const first = openTestSessions();
  const a = first.seat("a");
  first.seat("b");
  first.sessions.setResumeToken(a, "r.token");
  await first.clock.advance(1_000);
  const session = first.sessions.findSession(a.match.id);
  if (session === undefined) throw new Error("It is not there");
  const second = openTestSessions();
  second.sessions.restore(parseCheckpoint(encodeCheckpoint(session)), 2);
  const request = { accountId: undefined, matchId: session.id, mode: undefined };
  const join = (playerId: string, resumes: boolean): string =>
    second.sessions.join({
      ...{ ...request, playerId, resumes },
      link: openTestLink(playerId, { transport: "tcp" }),
    }).kind;
  assertEquals([join("a", false), join("a", true)], ["refused", "resumed"]);
  await second.clock.advance(30_000);
  second.sessions.expire();
  assertEquals([...session.players.keys()], ["a", "b"]);
  assertEquals(second.sessions.playerCount, 1);
});

Deno.test("A restored match keeps out whom an operator has kicked, and knows the others' logins", () => {
  const first = openTestSessions();
  const { match } = first.seat("a");
  const link = openTestLink("b");
  const about = { playerId: "b", accountId: "acc-b", matchId: match.id, mode: undefined };
  first.sessions.join({ ...about, authSessionId: "s-b", link });
  assertEquals(kickPlayers({ matchId: match.id, playerId: "a" }, first.sessions).ok, true);
  const session = first.sessions.findSession(match.id);
  if (session === undefined) throw new Error("It is not there");
  const second = openTestSessions();
  const text = encodeCheckpoint(session);
  const after = second.sessions.restore(parseCheckpoint(text), 2);
  assertEquals(after.barred, ["a"]);
  assertEquals(second.sessions.find("b")?.authSessionId, "s-b");
  const again = { playerId: "a", accountId: undefined, matchId: match.id, mode: undefined };
  assertEquals(second.sessions.join({ ...again, link: openTestLink("a") }), {
    kind: "refused",
    refusal: "match_not_found",
  });
  // A server of a release before has written neither.
  const { barred: _barred, auth_sessions: _logins, ...before } = JSON.parse(text);
  const parsed = parseCheckpoint(JSON.stringify(before));
  assertEquals([parsed.barred, parsed.players[0]?.authSessionId], [[], undefined]);
});

Deno.test("A match's bots go on in its crew", async () => {
  const first = openTestSessions({ botCount: 3 });
  const { match } = first.seat("a");
  await first.clock.advance(500);
  const session = first.sessions.findSession(match.id);
  if (session === undefined) throw new Error("It is not there");
  const second = openTestSessions();
  const after = second.sessions.restore(parseCheckpoint(encodeCheckpoint(session)), 2);
  assertEquals([after.crew?.size, after.crew?.slots], [3, session.crew?.slots]);
  const places = after.match.world.tanks.map(({ xUm, yUm }) => [xUm, yUm]);
  await second.clock.advance(3_000);
  const moved = after.match.world.tanks.filter(({ xUm, yUm }, index) =>
    places[index]?.[0] !== xUm || places[index]?.[1] !== yUm
  );
  assertEquals(moved.length >= 3, true);
  second.sessions.release(after, undefined);
  assertEquals(second.pool.inUse, 0);
});

Deno.test("A restored match takes nobody out of the match that they have found since", async () => {
  const first = openTestSessions();
  const { match } = first.seat("a");
  first.seat("b");
  const session = first.sessions.findSession(match.id);
  if (session === undefined) throw new Error("It is not there");
  const checkpoint = parseCheckpoint(encodeCheckpoint(session));
  // The ids of two servers are not those of one.
  const second = openTestSessions({ newId: () => "another" });
  const present = second.seat("a");
  const after = second.sessions.restore(checkpoint, 2);
  assertEquals(second.sessions.find("a"), present);
  assertEquals([...after.players.keys()], ["b"]);
  assertEquals(after.match.world.tanks.map(({ playerId }) => playerId), ["b"]);
  await second.clock.advance(100);
});

Deno.test("A checkpoint that is none is refused, and leaves nothing behind", () => {
  for (const text of ["", "{}", '{"version":2}']) assertThrows(() => parseCheckpoint(text), Error);
  const { seat, sessions } = openTestSessions();
  const { match } = seat("a");
  const session = sessions.findSession(match.id);
  if (session === undefined) throw new Error("It is not there");
  const checkpoint = parseCheckpoint(encodeCheckpoint(session));
  const other = openTestSessions();
  const broken = { ...checkpoint, world: { ...checkpoint.world, tick: 5 } };
  assertThrows(() => other.sessions.restore(broken, 2), Error, "hash");
  assertEquals([other.sessions.sessionCount, other.pool.inUse], [0, 0]);
});

Deno.test("A released match writes nothing, and tells its players where it is", () => {
  const { seat, sessions, events } = openTestSessions();
  const moves: unknown[] = [];
  const link = { ...openTestLink("a"), tellMoved: (move: unknown): void => void moves.push(move) };
  const player = seat("a", link);
  sessions.setResumeToken(player, "r.x");
  const session = sessions.findSession(player.match.id);
  if (session === undefined) throw new Error("It is not there");
  const count = events.length;
  sessions.release(session, { host: "h", port: 1 });
  assertEquals(moves, [{ matchId: session.id, token: "r.x", host: "h", port: 1 }]);
  assertEquals([events.length, sessions.sessionCount, sessions.playerCount], [count, 0, 0]);
});
