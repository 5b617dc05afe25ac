import { assert, assertEquals } from "@std/assert";
import {
  MATCH_OWNER_TTL_MS,
  matchCheckpointKey,
  matchEpochKey,
  OWNED_MATCHES_KEY,
} from "../core/protocol/match_owner.ts";
import { CutPorts } from "../tests/clients/cut_ports.ts";
import { encodeCheckpoint, parseCheckpoint } from "./match_checkpoint.ts";
import { LEASE_RELIED_MS } from "./match_timing.ts";
import { PeerServers } from "./peer_servers.ts";
import {
  openMatch,
  ownerOf,
  type SharedPorts,
  type SurvivalServer,
  survivalServers,
} from "./survival_testing.ts";
import { openTestSessions } from "./testing.ts";

const openServer = survivalServers((shared) => new CutPorts(shared));

function openTwo(): { one: SurvivalServer; two: SurvivalServer; shared: SharedPorts } {
  const { server: one, shared } = openServer("one");
  const { server: two } = openServer("two", { game: one, shared });
  return { one, two, shared };
}

Deno.test("A match is its server's in the store while it goes on, and nobody's when it has ended", async () => {
  const { one, shared } = openTwo();
  const session = await openMatch(one);
  assertEquals(await ownerOf(shared, session), "one 1");
  await one.clock.advance(10_000);
  assertEquals(await ownerOf(shared, session), "one 1");
  assert(await shared.kvStore.get(matchCheckpointKey(session.id, 1)) !== undefined);
  one.sessions.leave("a", "left");
  await one.clock.advance(100);
  assertEquals(await shared.kvStore.keys("match", 10), [matchEpochKey(session.id)]);
  assert(await shared.kvStore.ttlMs(matchEpochKey(session.id)) !== undefined);
  assertEquals(await ownerOf(shared, session), "nobody");
});

Deno.test("A server that was cut off does not go on with a match that has ended on another", async () => {
  const { one, two, shared } = openTwo();
  const session = await openMatch(one);
  one.ports.cut(true);
  await one.clock.advance(6_000);
  assertEquals(await ownerOf(shared, session), "two 2");
  two.sessions.leave("a", "left");
  await one.clock.advance(100);
  one.ports.cut(false);
  await one.clock.advance(1_500);
  assertEquals(one.sessions.sessionCount, 0);
  assertEquals(await ownerOf(shared, session), "nobody");
});

Deno.test("A server that is cut off stops its match before another goes on with it", async () => {
  const { one, two, shared } = openTwo();
  const session = await openMatch(one);
  one.ports.cut(true);
  let stoppedMs = Infinity;
  let restoredMs = Infinity;
  for (let step = 0; step < 100; step++) {
    const { tick } = session.match.world;
    await one.clock.advance(100);
    const nowMs = one.clock.monotonicMs();
    if (session.match.world.tick === tick) stoppedMs = Math.min(stoppedMs, nowMs);
    if (two.sessions.sessionCount > 0) restoredMs = Math.min(restoredMs, nowMs);
  }
  assert(stoppedMs <= restoredMs, `stopped at ${stoppedMs}, restored at ${restoredMs}`);
  assert(restoredMs < 1_500 + MATCH_OWNER_TTL_MS + 1_500, `restored at ${restoredMs}`);
  assertEquals(await ownerOf(shared, session), "two 2");
  const written = one.events.length;
  one.ports.cut(false);
  await one.clock.advance(1_500);
  assertEquals([one.sessions.sessionCount, one.events.length], [0, written]);
  assertEquals(await ownerOf(shared, session), "two 2");
});

Deno.test("A server that loses the store alone plays on, and has its match still when it is back", async () => {
  const { one, two, shared } = openTwo();
  const subscribed = shared.pubSub.subscribe("match.*.input", ({ payload, respond }) => {
    if (payload === "?") respond("here");
  });
  shared.pubSub.subscribe("server.command.one", ({ respond }) => respond("here"));
  const session = await openMatch(one);
  one.ports.isStoreCut = true;
  const { tick } = session.match.world;
  await one.clock.advance(10_000);
  assert(session.match.world.tick > tick + 290, `${session.match.world.tick} after ${tick}`);
  assertEquals(two.sessions.sessionCount, 0);
  one.ports.isStoreCut = false;
  await one.clock.advance(1_500);
  assertEquals(await ownerOf(shared, session), "one 1");
  // The bus goes too, and the store with it: now it stops.
  await subscribed.close();
  one.ports.cut(true);
  await one.clock.advance(LEASE_RELIED_MS + 2_000);
  const stopped = session.match.world.tick;
  await one.clock.advance(1_000);
  assertEquals(session.match.world.tick, stopped);
});

Deno.test("Of many servers one goes on with a match, from a checkpoint of the last second", async () => {
  const { one, two, shared } = openTwo();
  const { server: three } = openServer("three", { game: one, shared });
  const session = await openMatch(one);
  one.ports.cut(true);
  await one.clock.advance(6_000);
  assertEquals(two.sessions.sessionCount + three.sessions.sessionCount, 1);
  const [after] = [...two.sessions.sessionList, ...three.sessions.sessionList];
  assertEquals([after?.id, after?.match.epoch], [session.id, 2]);
  const [restored] = [...two.eventsOf("match_restored"), ...three.eventsOf("match_restored")];
  // It was cut off at tick 45.
  assert(Number(restored?.tick) >= 15, JSON.stringify(restored));
});

Deno.test("Of servers that try at the same moment one goes on with a match", async () => {
  const { one, two, shared } = openTwo();
  const { server: three } = openServer("three", { game: one, shared });
  const session = await openMatch(one);
  one.ports.cut(true);
  // The lease has run out, and nobody has looked since.
  await one.clock.advance(2_900);
  assertEquals(await ownerOf(shared, session), "nobody");
  const restored = (): readonly unknown[] =>
    [two, three].flatMap((server) => server.eventsOf("match_restored"));
  for (let step = 0; step < 20 && restored().length === 0; step++) {
    await one.clock.advance(100);
    await Promise.all([two.restorer.look(), three.restorer.look()]);
  }
  assertEquals(restored().length, 1);
});

Deno.test("A server that has heard itself a moment ago plays on, and nobody takes its match meanwhile", async () => {
  const { one, two, shared } = openTwo();
  shared.pubSub.subscribe("server.command.one", ({ respond }) => respond("here"));
  const session = await openMatch(one);
  one.ports.isStoreCut = true;
  shared.pubSub.subscribe("match.*.input", ({ respond }) => {
    if (!one.ports.isBusCut) respond("here");
  });
  await one.clock.advance(2_800);
  // Its lease has run out, or is about to; and now the bus is away from all.
  one.ports.isBusCut = true;
  let stoppedMs = Infinity;
  let restoredMs = Infinity;
  for (let step = 0; step < 60; step++) {
    const { tick } = session.match.world;
    await one.clock.advance(100);
    const nowMs = one.clock.monotonicMs();
    if (session.match.world.tick === tick) stoppedMs = Math.min(stoppedMs, nowMs);
    if (two.sessions.sessionCount > 0) restoredMs = Math.min(restoredMs, nowMs);
  }
  assert(stoppedMs <= restoredMs, `stopped at ${stoppedMs}, restored at ${restoredMs}`);
  assert(restoredMs < Infinity);
});

Deno.test("A server goes on with a match that its owner hands over, and with no other", async () => {
  const { one, two, shared } = openTwo();
  const session = await openMatch(one);
  await one.keeper.save(session);
  one.keeper.hold(session);
  const offer = await one.keeper.offer(session, "two");
  assert(offer !== undefined);
  const order = { matchId: session.id, fromServerId: "one", epoch: 1, offer };
  const refused = { ok: false, reason: "match_over" } as const;
  assertEquals(await two.restorer.take({ ...order, epoch: 2 }), refused);
  assertEquals(await two.restorer.take({ ...order, fromServerId: "three" }), refused);
  assertEquals(await two.restorer.take({ ...order, matchId: "other" }), refused);
  assertEquals(await two.restorer.take({ ...order, offer: offer + 1 }), refused);
  const taken = await Promise.all([two.restorer.take(order), two.restorer.take(order)]);
  assertEquals(taken.filter(({ ok }) => ok).length, 1);
  assertEquals([two.sessions.sessionCount, await ownerOf(shared, session)], [1, "two 2"]);
  one.keeper.resume(session);
  await one.clock.advance(1_500);
  assertEquals(one.sessions.sessionCount, 0);
});

Deno.test("A match without a good checkpoint is nobody's", async () => {
  const { one, two, shared } = openTwo();
  const session = await openMatch(one);
  one.ports.cut(true);
  await shared.kvStore.set(matchCheckpointKey(session.id, 1), "nonsense");
  await one.clock.advance(8_000);
  assertEquals(two.sessions.sessionCount, 0);
  await shared.kvStore.sortedSetAdd(OWNED_MATCHES_KEY, "never-saved", 0);
  await one.clock.advance(3_000);
  const left = await shared.kvStore.sortedSetRange(OWNED_MATCHES_KEY, { min: 0, max: 1, limit: 9 });
  assertEquals(left, []);
});

Deno.test("PeerServers names who takes a match, the near and empty ones first", async () => {
  const { clock } = openTestSessions();
  const peers = new PeerServers({ clock, ownId: "self" });
  const status = {
    region: "eu",
    city: "",
    publicIp: undefined,
    currentPlayers: 0,
    runningMatches: 1,
    maxMatches: 2,
    udpPort: 1,
    tickP99Ms: 1,
    draining: false,
  };
  const hear = (serverId: string, more: Partial<typeof status> = {}): void =>
    peers.observe({ ...status, serverId, ...more });
  const names = (): string[] => peers.withRoom("eu").map(({ serverId }) => serverId);
  hear("self");
  hear("far", { region: "us", runningMatches: 0 });
  hear("near");
  hear("empty", { runningMatches: 0 });
  hear("full", { runningMatches: 2 });
  hear("ending", { draining: true });
  assertEquals(names(), ["empty", "near", "far"]);
  peers.countMatch("near");
  assertEquals(names(), ["empty", "far"]);
  await clock.advance(14_000);
  hear("far");
  await clock.advance(1_000);
  assertEquals(names(), ["far"]);
});

Deno.test("A server that stood still writes of nobody who leaves a match that is another's", async () => {
  const { one, two } = openTwo();
  await openMatch(one);
  one.ports.cut(true);
  await one.clock.advance(6_000);
  assertEquals(two.sessions.sessionCount, 1);
  one.sessions.leave("a", "disconnected");
  one.ports.cut(false);
  await one.clock.advance(1_500);
  assertEquals(one.eventsOf("player_left_session"), []);
});

Deno.test("A server that stood still does not end a match to which nobody came and that is another's", async () => {
  const { one, two } = openTwo();
  one.sessions.createOnOrder({ matchId: "ordered", mode: "team", players: ["a"] });
  await one.clock.advance(1_500);
  one.ports.cut(true);
  await one.clock.advance(6_000);
  assertEquals(two.sessions.sessionCount, 1);
  await one.clock.advance(60_000);
  one.sessions.expire();
  one.ports.cut(false);
  await one.clock.advance(1_500);
  const ends = ["session_removed", "match_record_ended"];
  assertEquals(ends.map((type) => one.eventsOf(type)), [[], []]);
  assertEquals(one.sessions.sessionCount, 0);
});

Deno.test("A server that stood still sees it before it ends a match to which nobody came", async () => {
  const { one, shared } = openTwo();
  one.sessions.createOnOrder({ matchId: "ordered", mode: "team", players: ["a"] });
  await one.clock.advance(1_500);
  const checkpoints = one.sessions.sessionList.map(encodeCheckpoint);
  const { server: late } = openServer("late", { game: one, shared }, { emptyMs: 0 });
  late.keeper.adopt("ordered", late.clock.monotonicMs() - LEASE_RELIED_MS);
  for (const checkpoint of checkpoints) late.sessions.restore(parseCheckpoint(checkpoint), 2);
  assertEquals(late.sessions.sessionCount, 1);
  late.sessions.expire();
  assertEquals(late.eventsOf("session_removed"), []);
});

Deno.test("A server whose match goes on after a doubt writes who left meanwhile", async () => {
  const { server: one } = openServer("one");
  const session = await openMatch(one);
  one.seat("b");
  await one.clock.advance(1_500);
  one.ports.cut(true);
  await one.clock.advance(LEASE_RELIED_MS + 500);
  one.sessions.leave("b", "disconnected");
  assertEquals(one.eventsOf("player_left_session"), []);
  one.ports.cut(false);
  await one.clock.advance(1_500);
  assertEquals(one.eventsOf("player_left_session").map(({ player_id }) => player_id), ["b"]);
  assertEquals(one.keeper.isOwned(session), true);
});

Deno.test("A match that has been begun is known, and one that the store says nothing of is not", async () => {
  const { one, two } = openTwo();
  const { id } = await openMatch(one);
  const isBegun = async (matchId: string): Promise<boolean> => {
    const asked = two.keeper.isBegun(matchId);
    await two.clock.advance(600);
    return await asked;
  };
  assertEquals([await isBegun(id), await isBegun("another")], [true, false]);
  two.ports.isStoreCut = true;
  assertEquals(await isBegun(id), false);
});

Deno.test("A match that is over when its server is killed is not played on elsewhere", async () => {
  const { one, two, shared } = openTwo();
  const session = await openMatch(one);
  // Its five minutes, of which a second and a half is over.
  await one.clock.advance(298_700);
  assertEquals(one.eventsOf("match_over").length, 1);
  // Its players are still told: nobody has closed it.
  assertEquals(one.sessions.findSession(session.id), session);
  assertEquals(await ownerOf(shared, session), "nobody");
  one.sessions.pause(session);
  one.ports.cut(true);
  await one.clock.advance(6_000);
  assertEquals([two.sessions.sessionCount, two.eventsOf("match_restored")], [0, []]);
});

Deno.test("A match whose end was not written when its server was killed ends elsewhere in the same way", async () => {
  const { one, two } = openTwo();
  const session = await openMatch(one);
  one.written = new Promise(() => {});
  await one.clock.advance(297_000);
  while (one.eventsOf("match_over").length === 0) await one.clock.advance(5);
  await one.clock.advance(50);
  one.sessions.pause(session);
  one.ports.cut(true);
  await one.clock.advance(6_000);
  const [[told], [written]] = [one.eventsOf("match_over"), two.eventsOf("match_over")];
  assertEquals(told?.event_id, `${session.id}:over`);
  const { epoch, ...result } = { ...written };
  assertEquals(epoch, 2);
  assertEquals({ ...result, epoch: 1, timestamp: told?.timestamp }, { ...told });
  assertEquals(two.eventsOf("match_over").length, 1);
  assertEquals(two.eventsOf("match_restored")[0]?.tick, told?.tick, "it is not played on");
});

Deno.test("A match whose end was not written when it was closed is not forgotten before it is", async () => {
  const { one, shared } = openTwo();
  const session = await openMatch(one);
  const written = Promise.withResolvers<void>();
  one.written = written.promise;
  await one.clock.advance(297_000);
  while (one.eventsOf("match_over").length === 0) await one.clock.advance(5);
  await one.clock.advance(50);
  one.sessions.close();
  await one.clock.advance(50);
  assertEquals(await shared.kvStore.get(matchEpochKey(session.id)), "1");
  assert(await shared.kvStore.get(matchCheckpointKey(session.id, 1)) !== undefined);
  written.resolve();
  await one.clock.advance(50);
  assertEquals(await shared.kvStore.get(matchEpochKey(session.id)), "0");
});

Deno.test("A server that stood still while it took a match steps it only when it has its lease anew", async () => {
  const { one, two } = openTwo();
  const session = await openMatch(one);
  const checkpoint = parseCheckpoint(encodeCheckpoint(session));
  two.keeper.adopt(session.id, two.clock.monotonicMs() - LEASE_RELIED_MS);
  const restored = two.sessions.restore(checkpoint, 2);
  two.keeper.guard();
  assertEquals(two.keeper.isOwned(restored), false);
});
