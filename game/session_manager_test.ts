import { assert, assertEquals } from "@std/assert";
import type { JoinRequest, JoinResult } from "./join_request.ts";
import type { Player } from "./player.ts";
import { TankPool } from "./tank_pool.ts";
import { openTestLink, openTestSessions, type TestSessions } from "./testing.ts";
import type { JoinRefusal } from "./wire/json_reply.ts";

Deno.test("SessionManager puts players into one open session, on different teams", () => {
  const test = openTestSessions();
  const ann = test.seat("ann");
  const bob = test.seat("bob");
  assertEquals(ann.match, bob.match);
  assertEquals([ann.tank.team, bob.tank.team].sort(), [1, 2]);
  assertEquals(test.sessions.sessionCount, 1);
  assertEquals(test.eventsOf("session_created").length, 1);
  assertEquals(test.eventsOf("player_joined_session").length, 2);
  test.loop.stop();
});

Deno.test("SessionManager opens another session when the first is full", () => {
  const test = openTestSessions();
  for (let index = 0; index < 11; index++) test.seat(`p${index}`);
  assertEquals(test.sessions.sessionCount, 2);
  test.loop.stop();
});

Deno.test("SessionManager refuses with the reason, and leaves nothing behind", () => {
  const pool = new TankPool({ tanksMax: 1, nextId: () => "t" });
  const test = openTestSessions({ pool, sessionsMax: 1 });
  assertEquals(join(test, "ann", { mode: "no such" }), refusal("unknown_mode"));
  assertEquals(join(test, "ann", { matchId: "no such" }), refusal("match_not_found"));
  test.seat("bob");
  assertEquals(join(test, "ann"), refusal("no_tanks"));
  assertEquals(join(test, "ann", { mode: "ffa" }), refusal("no_tanks"));
  assertEquals(test.sessions.sessionCount, 1);
  assertEquals(test.sessions.playerCount, 1);
  test.sessions.drain();
  assertEquals(join(test, "ann"), refusal("draining"));
  test.loop.stop();
});

Deno.test("SessionManager leaves no session behind that was made for who then finds no tank", () => {
  const pool = new TankPool({ tanksMax: 1, nextId: () => "t" });
  const test = openTestSessions({ pool });
  test.seat("bob");
  assertEquals(join(test, "ann", { mode: "ffa" }), refusal("no_tanks"));
  assertEquals([test.sessions.sessionCount, test.loop.size], [1, 1]);
  // One that was made on order waits for the others.
  test.sessions.createOnOrder({ matchId: "m1", mode: "ffa", players: ["ann", "eve"] });
  assertEquals(join(test, "ann", { matchId: "m1" }), refusal("no_tanks"));
  assert(test.sessions.findSession("m1") !== undefined);
  test.loop.stop();
});

Deno.test("SessionManager ends a session that cannot go on, and no other", () => {
  const test = openTestSessions();
  const ann = test.seat("ann");
  const eve = join(test, "eve", { mode: "ffa" });
  const session = test.sessions.findSession(ann.match.id);
  assert(session !== undefined && eve.kind === "joined");
  test.sessions.fail(session, new Error("a fault"));
  assertEquals([test.sessions.find("ann"), test.pool.inUse, test.loop.size], [undefined, 1, 1]);
  assertEquals(test.sessions.findSession(eve.player.match.id)?.players.size, 1);
  const reasons = [...test.eventsOf("player_left_session"), ...test.eventsOf("session_removed")];
  assertEquals(reasons.map(({ reason }) => reason), ["fault", "fault"]);
  test.loop.stop();
});

Deno.test("SessionManager ends a session that its last player has left", () => {
  const test = openTestSessions();
  test.seat("ann");
  test.seat("bob");
  assert(test.sessions.leave("ann", "left"));
  assertEquals(test.sessions.sessionCount, 1);
  assert(test.sessions.leave("bob", "left"));
  assertEquals(test.sessions.leave("bob", "left"), false);
  assertEquals(test.sessions.sessionCount, 0);
  assertEquals(test.pool.inUse, 0);
  assertEquals(test.loop.size, 0);
  assertEquals(test.eventsOf("session_removed").map(({ reason }) => reason), ["empty"]);
  test.loop.stop();
});

Deno.test("SessionManager moves the stream to whoever proves to be the player", () => {
  const test = openTestSessions();
  const first = openTestLink("first");
  const second = openTestLink("second");
  const joined = join(test, "ann", { accountId: "a1", link: first });
  assertEquals(joined.kind, "joined");
  assertEquals(join(test, "ann", { accountId: "a1", link: first }).kind, "resumed");
  assertEquals(join(test, "ann", { link: second }), refusal("authentication_required"));
  const stranger = join(test, "ann", { accountId: "a2", link: second });
  assertEquals(stranger, refusal("authentication_required"));
  assertEquals(test.sessions.find("ann")?.link, first);
  assertEquals(join(test, "ann", { accountId: "a1", link: second }).kind, "resumed");
  assertEquals(test.sessions.find("ann")?.link, second);
  assertEquals(test.sessions.findByAddress(first.address), undefined);
  assertEquals(test.sessions.findByAddress(second.address)?.playerId, "ann");
  test.loop.stop();
});

Deno.test("SessionManager lets silent players of datagrams leave, and no others", async () => {
  const test = openTestSessions();
  test.seat("udp");
  test.seat("tcp", openTestLink("tcp", { transport: "tcp" }));
  await test.clock.advance(14_999);
  test.sessions.expire();
  assertEquals(test.sessions.playerCount, 2);
  await test.clock.advance(1);
  test.sessions.expire();
  assertEquals(test.sessions.find("udp"), undefined);
  assertEquals(test.sessions.playerCount, 1);
  assertEquals(test.eventsOf("player_left_session").map(({ reason }) => reason), ["silent"]);
  test.loop.stop();
});

Deno.test("SessionManager takes out every player behind an address", () => {
  const test = openTestSessions();
  const link = openTestLink("shared");
  for (const playerId of ["a", "b", "c"]) test.seat(playerId, link);
  test.seat("d");
  assertEquals(test.sessions.findByAddress(link.address)?.playerId, "c");
  test.sessions.leaveAddress(link.address, "disconnected");
  assertEquals(test.sessions.playerCount, 1);
  test.loop.stop();
});

Deno.test("SessionManager gives an account its name back from a guest who took it", () => {
  const test = openTestSessions();
  assertEquals(join(test, "ann", { link: openTestLink("guest") }).kind, "joined");
  assertEquals(join(test, "ann", { accountId: "a1" }).kind, "joined");
  assertEquals(test.sessions.find("ann")?.accountId, "a1");
  assertEquals(test.sessions.playerCount, 1);
  const left = test.eventsOf("player_left_session").map(({ reason }) => reason);
  assertEquals(left, ["displaced"]);
  assertEquals(join(test, "ann", { link: openTestLink("guest") }).kind, "refused");
  test.loop.stop();
});

Deno.test("SessionManager brings an account to the other match that it has found since", () => {
  const test = openTestSessions();
  join(test, "ann", { accountId: "a1" });
  test.sessions.createOnOrder({ matchId: "m1", mode: "duel", players: ["a1"] });
  assertEquals(join(test, "ann", { accountId: "a1", matchId: "none" }).kind, "resumed");
  assertEquals(join(test, "ann", { accountId: "a1", matchId: "m1" }).kind, "joined");
  assertEquals(test.sessions.find("ann")?.match.id, "m1");
  test.loop.stop();
});

/** Why the server takes nobody, and what makes it so. */
const CLOSED: readonly (readonly [JoinRefusal, (test: ClosableSessions) => void])[] = [
  ["overloaded", (test) => test.admits = false],
  ["draining", (test) => test.sessions.drain()],
];

for (const [reason, close] of CLOSED) {
  Deno.test(`SessionManager leaves an account in its match when it refuses the other: ${reason}`, () => {
    const test = openClosable();
    join(test, "ann", { accountId: "a1" });
    const { id } = present(test, "ann").match;
    test.sessions.createOnOrder({ matchId: "m1", mode: "duel", players: ["a1"] });
    close(test);
    assertEquals(join(test, "ann", { accountId: "a1", matchId: "m1" }), refusal(reason));
    assertEquals([present(test, "ann").match.id, test.sessions.sessionCount], [id, 2]);
    assertEquals(test.eventsOf("player_left_session"), []);
    test.loop.stop();
  });

  Deno.test(`SessionManager leaves a guest whose name an account cannot take: ${reason}`, () => {
    const test = openClosable();
    const guest = test.seat("ann", openTestLink("guest"));
    close(test);
    assertEquals(join(test, "ann", { accountId: "a1" }), refusal(reason));
    assertEquals(test.sessions.find("ann"), guest);
    assertEquals(test.eventsOf("player_left_session"), []);
    test.loop.stop();
  });
}

Deno.test("SessionManager leaves an account in its match when the other is full", () => {
  const test = openTestSessions();
  join(test, "ann", { accountId: "a1" });
  test.sessions.createOnOrder({ matchId: "m1", mode: "duel", players: [] });
  for (const name of ["bob", "eve"]) join(test, name, { matchId: "m1" });
  assertEquals(join(test, "ann", { accountId: "a1", matchId: "m1" }), refusal("match_full"));
  assertEquals(present(test, "ann").match.mode, "team");
  test.loop.stop();
});

Deno.test("SessionManager gives an account the place of the guest under its name, where it is the only one", () => {
  const pool = new TankPool({ tanksMax: 2, nextId: () => "t" });
  const test = openTestSessions({ pool, sessionsMax: 1 });
  for (const name of ["ann", "bob"]) join(test, name, { mode: "duel" });
  const { id } = present(test, "bob").match;
  const joined = join(test, "ann", { accountId: "a1", mode: "duel", link: openTestLink("new") });
  assertEquals([joined.kind, present(test, "ann").match.id, pool.inUse], ["joined", id, 2]);
  // The last to leave does not end it under the one who comes.
  test.sessions.leave("bob", "left");
  test.sessions.leave("ann", "left");
  join(test, "ann", { mode: "duel" });
  join(test, "ann", { accountId: "a1", mode: "duel", link: openTestLink("new") });
  assertEquals([test.sessions.sessionCount, present(test, "ann").accountId], [1, "a1"]);
  assertEquals([test.eventsOf("session_created").length, test.loop.size], [2, 1]);
  test.loop.stop();
});

Deno.test("SessionManager makes an account a session in place of the one that it empties", () => {
  const test = openTestSessions({ sessionsMax: 1 });
  test.seat("ann", openTestLink("guest"));
  assertEquals(join(test, "ann", { accountId: "a1", mode: "no such" }), refusal("unknown_mode"));
  assertEquals(join(test, "ann", { accountId: "a1", mode: "ffa" }).kind, "joined");
  assertEquals([present(test, "ann").match.mode, test.sessions.sessionCount], ["ffa", 1]);
  // With somebody else in it, it stays.
  join(test, "bob", { mode: "ffa", link: openTestLink("guest") });
  assertEquals(join(test, "bob", { accountId: "b1", mode: "duel" }), refusal("no_tanks"));
  assertEquals(present(test, "bob").accountId, undefined);
  test.loop.stop();
});

Deno.test("SessionManager seats nobody in another match than the one that it has to be", () => {
  const test = openTestSessions();
  const link = openTestLink("first");
  join(test, "ann", { accountId: "a1", link });
  const { id } = present(test, "ann").match;
  test.sessions.createOnOrder({ matchId: "m1", mode: "duel", players: ["bob"] });
  const request = { accountId: "a1", matchOnly: true, link: openTestLink("second") };
  for (const matchId of ["m1", "none"]) {
    assertEquals(join(test, "ann", { ...request, matchId }), refusal("match_not_found"));
  }
  assertEquals(present(test, "ann").link, link);
  assertEquals(join(test, "ann", { ...request, matchId: id }).kind, "resumed");
  test.loop.stop();
});

Deno.test("SessionManager puts players and bots on the teams that were ordered", () => {
  const test = openTestSessions();
  const players = ["a", "b", "c"];
  const teams = new Map([["a", 2], ["b", 2], ["c", 9]]);
  test.sessions.createOnOrder({ matchId: "m1", mode: "team", players, teams, botTeams: [1, 2] });
  const seated = players.map((id) => join(test, id, { matchId: "m1" }));
  assertEquals(
    seated.map((each) => each.kind === "joined" ? each.player.tank.team : each.kind),
    // There is no ninth team: the world chooses the smallest.
    [2, 2, 1],
  );
  const tanks = test.sessions.findSession("m1")?.match.world.tanks ?? [];
  assertEquals(tanks.map(({ team }) => team), [1, 2, 2, 2, 1]);
  test.loop.stop();
});

Deno.test("SessionManager makes an ordered session once, for those on its list", () => {
  const test = openTestSessions();
  const order = { matchId: "m1", mode: "duel", players: ["ann", "acc-bob"] };
  assertEquals(test.sessions.createOnOrder(order), { ok: true, isNew: true });
  assertEquals(test.sessions.createOnOrder(order), { ok: true, isNew: false });
  assertEquals(join(test, "eve", { matchId: "m1" }), refusal("match_not_found"));
  assertEquals(join(test, "ann", { matchId: "m1" }).kind, "joined");
  assertEquals(join(test, "bob", { accountId: "acc-bob" }).kind, "joined");
  assertEquals(test.sessions.find("bob")?.match.id, "m1");
  const refusals = [
    test.sessions.createOnOrder({ matchId: "m2", mode: "no such", players: [] }),
    test.sessions.createOnOrder({ ...order, players: ["eve"] }),
  ];
  test.sessions.drain();
  refusals.push(test.sessions.createOnOrder({ ...order, matchId: "m3" }));
  assertEquals(refusals, [
    { ok: false, reason: "unknown_mode" },
    { ok: false, reason: "full" },
    { ok: false, reason: "draining" },
  ]);
  test.loop.stop();
});

Deno.test("SessionManager keeps an ordered session for who is still to come", async () => {
  const test = openTestSessions();
  test.sessions.createOnOrder({ matchId: "m1", mode: "team", players: ["acc-ann", "acc-bob"] });
  assertEquals(join(test, "acc-bob", { accountId: "acc-eve", matchId: "m1" }).kind, "refused");
  assertEquals(join(test, "ann", { accountId: "acc-ann", matchId: "m1" }).kind, "joined");
  test.sessions.leave("ann", "left");
  assertEquals(join(test, "bob", { accountId: "acc-bob", matchId: "m1" }).kind, "joined");
  test.sessions.leave("bob", "left");
  await test.clock.advance(60_000);
  test.sessions.expire();
  assertEquals(test.sessions.sessionCount, 0);
  test.loop.stop();
});

Deno.test("SessionManager ends an ordered session that its players have left, and says so", async () => {
  const test = openTestSessions({ emptyMs: 5_000 });
  test.sessions.createOnOrder({ matchId: "m1", mode: "team", players: ["a", "b"] });
  test.seat("a");
  test.sessions.leave("a", "left");
  await test.clock.advance(5_000);
  test.sessions.expire();
  assertEquals(test.eventsOf("session_removed").map(({ reason }) => reason), ["empty"]);
  test.loop.stop();
});

Deno.test("SessionManager ends an ordered session to which nobody came", async () => {
  const test = openTestSessions();
  test.sessions.createOnOrder({ matchId: "m1", mode: "team", players: ["ann"] });
  await test.clock.advance(59_999);
  test.sessions.expire();
  assertEquals(test.sessions.sessionCount, 1);
  await test.clock.advance(1);
  test.sessions.expire();
  assertEquals(test.sessions.sessionCount, 0);
  assertEquals(test.eventsOf("session_removed").map(({ reason }) => reason), ["nobody_came"]);
  const late = { matchId: "m1", mode: "team", players: ["bob"] };
  assertEquals(test.sessions.createOnOrder(late), { ok: false, reason: "match_over" });
  await test.clock.advance(60_000);
  assertEquals(test.sessions.createOnOrder(late), { ok: true, isNew: true });
  test.loop.stop();
});

Deno.test("SessionManager tells everybody of the end, repeats it to datagrams, and lets go", async () => {
  const test = openTestSessions();
  const udp = openTestLink("udp");
  const tcp = openTestLink("tcp", { transport: "tcp" });
  const telnet = openTestLink("telnet", { transport: "tcp", wantsState: false });
  test.seat("udp", udp);
  test.seat("tcp", tcp);
  test.seat("telnet", telnet);
  await test.clock.advance(5 * 60_000 + 3_000);
  const overs = (link: typeof udp): number =>
    link.sent.filter((message) => message.includes("match_over")).length;
  assertEquals([overs(udp), overs(tcp), overs(telnet)], [4, 1, 0]);
  assertEquals(test.sessions.playerCount, 0);
  assertEquals(test.pool.inUse, 0);
  const [over] = test.eventsOf("match_over");
  assertEquals([over?.winner, over?.reason, over?.scores], [null, "time", { 1: 0, 2: 0 }]);
  test.loop.stop();
});

Deno.test("SessionManager ends everything on close", () => {
  const test = openTestSessions();
  for (let index = 0; index < 12; index++) test.seat(`p${index}`);
  test.sessions.close();
  assertEquals([test.sessions.sessionCount, test.sessions.playerCount, test.loop.size], [0, 0, 0]);
  assertEquals(test.eventsOf("session_removed").length, 2);
  assertEquals(test.eventsOf("player_left_session").length, 12);
  test.loop.stop();
});

function join(
  test: TestSessions,
  playerId: string,
  request: Partial<JoinRequest> = {},
): JoinResult {
  return test.sessions.join({
    playerId,
    accountId: undefined,
    matchId: undefined,
    mode: undefined,
    link: openTestLink(playerId),
    ...request,
  });
}

interface ClosableSessions extends TestSessions {
  admits: boolean;
}

function openClosable(): ClosableSessions {
  const test: ClosableSessions = {
    ...openTestSessions({ admits: () => test.admits }),
    admits: true,
  };
  return test;
}

function present(test: TestSessions, playerId: string): Player {
  const player = test.sessions.find(playerId);
  assert(player !== undefined);
  return player;
}

function refusal(reason: string): JoinResult {
  return { kind: "refused", refusal: reason } as JoinResult;
}
