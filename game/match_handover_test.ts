// Long because handing over has many ways to fail, each of which may cost a match.
import { assert, assertEquals } from "@std/assert";
import { matchEpochKey } from "../core/protocol/match_owner.ts";
import { serverCommandSubject } from "../core/protocol/server_command.ts";
import { CutPorts } from "../tests/clients/cut_ports.ts";
import {
  openMatch,
  ownerOf,
  type SharedPorts,
  statusOf,
  type SurvivalServer,
  survivalServers,
} from "./survival_testing.ts";
import { TankPool } from "./tank_pool.ts";

const openSurvivalServer = survivalServers((shared) => new CutPorts(shared));

interface Servers {
  readonly one: SurvivalServer;
  readonly two: SurvivalServer;
  readonly three: SurvivalServer;
  readonly shared: SharedPorts;
}

function openServers(poolOfTwo?: TankPool): Servers {
  const { server: one, shared } = openSurvivalServer("one", undefined, roomFor(100));
  const first = { game: one, shared };
  const { server: two } = openSurvivalServer("two", first, {
    ...roomFor(100),
    ...(poolOfTwo && { pool: poolOfTwo }),
  });
  const { server: three } = openSurvivalServer("three", first, roomFor(100));
  return { one, two, three, shared };
}

function roomFor(sessionsMax: number): { sessionsMax: number; pool: TankPool } {
  return { sessionsMax, pool: openPool(10 * sessionsMax) };
}

function openPool(tanksMax: number): TankPool {
  return new TankPool({ tanksMax, nextId: () => crypto.randomUUID() });
}

/** Moves the clock until the work is done; how long it took, in milliseconds. */
async function finish({ clock }: SurvivalServer, work: Promise<void>): Promise<number> {
  const startMs = clock.monotonicMs();
  let isDone = false;
  void work.then(() => isDone = true);
  while (!isDone) await clock.advance(10);
  return clock.monotonicMs() - startMs;
}

function ticksOf(server: SurvivalServer, matchId: string): number {
  return server.sessions.findSession(matchId)?.match.world.tick ?? -1;
}

Deno.test("A match in doubt whose hand-over fails is not stepped beside the server that has it", async () => {
  const { one, two, three, shared } = openServers();
  const session = await openMatch(one);
  one.ports.cut(true);
  await one.clock.advance(4_000);
  one.peers.observe(statusOf("two"));
  const { tick } = session.match.world;
  await finish(one, one.handover.handOverAll({ deadlineMs: 3_000 }));
  await one.clock.advance(4_000);
  assertEquals(two.sessions.sessionCount + three.sessions.sessionCount, 1);
  assertEquals(session.match.world.tick, tick, "stepped by its former owner");
  one.ports.cut(false);
  await one.clock.advance(1_500);
  assertEquals([one.sessions.sessionCount, one.fencedCount], [0, 1]);
  assert((await ownerOf(shared, session)).endsWith(" 2"));
});

Deno.test("A match in doubt stands still until it is handed over, though its lease is had again", async () => {
  const { one, two, shared } = openServers();
  const session = await openMatch(one);
  one.ports.cut(true);
  await one.clock.advance(2_600);
  one.ports.cut(false);
  one.peers.observe(statusOf("slow"));
  one.peers.observe(statusOf("two", { runningMatches: 1 }));
  // It takes its time, and does not take the match.
  shared.pubSub.subscribe(serverCommandSubject("slow"), ({ respond }) => {
    one.clock.after(1_500, () => respond('{"ok":false,"reason":"full"}'));
  });
  const { tick } = session.match.world;
  await finish(one, one.handover.handOverAll({ deadlineMs: 4_000 }));
  assertEquals(session.match.world.tick, tick);
  assertEquals(two.eventsOf("match_restored").map((event) => event.tick), [tick]);
  assertEquals(await ownerOf(shared, session), "two 2");
});

Deno.test("A match that is handed over is not counted as fenced, however long the answer takes", async () => {
  const { one, two, shared } = openServers();
  const session = await openMatch(one);
  shared.pubSub.subscribe(serverCommandSubject("slow"), ({ payload, respond }) => {
    const order = JSON.parse(payload);
    const { match_id: matchId, epoch, offer } = order;
    const taking = { matchId, fromServerId: "one", epoch, offer };
    void slow.restorer.take(taking).then(() =>
      one.clock.after(1_500, () => respond('{"ok":true}'))
    );
  });
  const { server: slow } = openSurvivalServer("slow", { game: one, shared });
  // It hears the orders above, and obeys none by itself.
  slow.ports.isBusCut = true;
  one.peers.observe(statusOf("slow"));
  const askedS = one.clock.nowMs() / 1_000;
  await finish(one, one.handover.handOverAll({ deadlineMs: 4_000 }));
  assertEquals([one.sessions.sessionCount, one.fencedCount], [0, 0]);
  assertEquals([await ownerOf(shared, session), two.sessions.sessionCount], ["slow 2", 0]);
  // All that the first wrote of it is from before the other had it.
  const last = one.eventsOf("match_ticks").at(-1);
  const [restored] = slow.eventsOf("match_restored");
  assertEquals(last?.to_tick, restored?.tick);
  assertEquals(last?.timestamp, askedS);
});

Deno.test("An order that is obeyed after its server has given it up takes no match", async () => {
  const { one, two, shared } = openServers();
  const session = await openMatch(one);
  let order = "";
  shared.pubSub.subscribe(serverCommandSubject("late"), ({ payload }) => void (order = payload));
  const { server: late } = openSurvivalServer("late", { game: one, shared });
  // It hears the order above, and obeys none by itself.
  late.ports.isBusCut = true;
  one.peers.observe(statusOf("late"));
  await finish(one, one.handover.handOverAll({ deadlineMs: 1_000 }));
  await one.clock.advance(100);
  const { tick } = session.match.world;
  const { match_id: matchId, epoch, offer } = JSON.parse(order);
  const obeyed = await late.restorer.take({ matchId, fromServerId: "one", epoch, offer });
  assertEquals(obeyed, { ok: false, reason: "match_over" });
  await one.clock.advance(1_000);
  assert(session.match.world.tick > tick, "it goes on where it was");
  assertEquals(await ownerOf(shared, session), "one 1");
  // Afterwards it can be handed over as before.
  one.peers.observe(statusOf("two"));
  await finish(one, one.handover.handOverAll({ deadlineMs: 1_000 }));
  assertEquals([await ownerOf(shared, session), two.sessions.sessionCount], ["two 2", 1]);
});

Deno.test("An order that is being obeyed when its server gives it up takes no match, or its server stops", async () => {
  for (let delayMs = 0; delayMs <= 400; delayMs += 20) {
    const { one, shared } = openServers();
    const session = await openMatch(one);
    const { server: late } = openSurvivalServer("late", { game: one, shared });
    const { kvStore } = late.ports;
    const { compareAndSet } = kvStore;
    // Each of its writes takes this long to arrive.
    Object.assign(kvStore, {
      compareAndSet: async (...all: Parameters<typeof compareAndSet>) => {
        await new Promise<void>((resolve) => one.clock.after(delayMs, resolve));
        return await compareAndSet(...all);
      },
    });
    one.peers.observe(statusOf("late"));
    const done = one.handover.handOverAll({ deadlineMs: 400 });
    let steppedBoth = 0;
    let before = [ticksOf(one, session.id), ticksOf(late, session.id)];
    for (let step = 0; step < 300; step++) {
      await one.clock.advance(10);
      const now = [ticksOf(one, session.id), ticksOf(late, session.id)];
      if (now.every((tick, index) => tick > (before[index] ?? 0) && tick > 0)) steppedBoth++;
      before = now;
    }
    await done;
    assertEquals(steppedBoth, 0, `delayed by ${delayMs} ms`);
    assertEquals(one.sessions.sessionCount + late.sessions.sessionCount, 1, `${delayMs} ms`);
    if (one.sessions.sessionCount === 0) continue;
    // What has failed is in nobody's way.
    one.peers.observe(statusOf("two"));
    await finish(one, one.handover.handOverAll({ deadlineMs: 400 }));
    assertEquals(await ownerOf(shared, session), "two 2", `delayed by ${delayMs} ms`);
  }
});

Deno.test("A match that the store does not let be offered is played on", async () => {
  const { one, shared } = openServers();
  shared.pubSub.subscribe(serverCommandSubject("one"), ({ payload, respond }) => {
    if (payload === "?") respond("here");
  });
  shared.pubSub.subscribe("match.*.input", ({ respond }) => respond("here"));
  const session = await openMatch(one);
  one.ports.isStoreCut = true;
  await one.clock.advance(5_000);
  one.peers.observe(statusOf("two"));
  await finish(one, one.handover.handOverAll({ deadlineMs: 1_000 }));
  const { tick } = session.match.world;
  await one.clock.advance(2_000);
  assert(session.match.world.tick > tick + 50, `${session.match.world.tick} after ${tick}`);
});

Deno.test("A server that begins to drain while it takes a match takes it no more, or hands it on", async () => {
  for (let turns = 0; turns < 40; turns++) {
    const { one, two, three, shared } = openServers();
    const session = await openMatch(one);
    one.peers.observe(statusOf("two"));
    two.peers.observe(statusOf("three"));
    one.keeper.hold(session);
    await one.keeper.save(session);
    const offer = await one.keeper.offer(session, "two");
    assert(offer !== undefined);
    const order = { matchId: session.id, fromServerId: "one", epoch: 1, offer };
    let isTaking = false;
    const { compareAndSet } = two.ports.kvStore;
    Object.assign(two.ports.kvStore, {
      compareAndSet: (...all: Parameters<typeof compareAndSet>) => {
        isTaking = true;
        return compareAndSet(...all);
      },
    });
    const taking = two.restorer.take(order);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    const hasBegun = isTaking;
    two.sessions.drain();
    await two.restorer.close();
    await finish(two, two.handover.handOverAll({ deadlineMs: 3_000 }));
    two.sessions.close();
    one.keeper.resume(session);
    await one.clock.advance(1_500);
    const counts = [one, two, three].map(({ sessions }) => sessions.sessionCount);
    assertEquals(counts, hasBegun ? [0, 0, 1] : [1, 0, 0], `after ${turns} turns`);
    assertEquals((await taking).ok, hasBegun, `after ${turns} turns`);
    assert(await shared.kvStore.get(matchEpochKey(session.id)) !== "0");
  }
});

Deno.test("A server without tanks for a match leaves it alone, and takes it when it has them", async () => {
  const { one, two, three, shared } = openServers(openPool(1));
  const guest = two.seat("guest");
  const session = await openMatch(one);
  one.peers.observe(statusOf("two"));
  await finish(one, one.handover.handOverAll({ deadlineMs: 1_000 }));
  await one.clock.advance(100);
  assertEquals(await ownerOf(shared, session), "one 1");
  assertEquals(await shared.kvStore.get(matchEpochKey(session.id)), "1");
  one.peers.observe(statusOf("three", { runningMatches: 1 }));
  await finish(one, one.handover.handOverAll({ deadlineMs: 1_000 }));
  assertEquals([await ownerOf(shared, session), one.fencedCount], ["three 2", 0]);
  // The lack passes, and then three dies.
  two.sessions.leave(guest.playerId, "left");
  three.ports.cut(true);
  one.sessions.drain();
  await one.clock.advance(6_000);
  assertEquals(await ownerOf(shared, session), "two 3");
});

Deno.test("A server that is offered more matches at once than it has room for takes no more than that", async () => {
  const { one, shared } = openServers();
  const { server: small } = openSurvivalServer("small", { game: one, shared }, { sessionsMax: 3 });
  for (let index = 0; index < 8; index++) {
    one.sessions.createOnOrder({ matchId: `m${index}`, mode: "team", players: [`p${index}`] });
  }
  await one.clock.advance(1_500);
  one.peers.observe(statusOf("small"));
  await finish(one, one.handover.handOverAll({ deadlineMs: 1_000 }));
  assertEquals([one.sessions.sessionCount, small.sessions.sessionCount], [5, 3]);
});

Deno.test("Matches are handed over past a server that does not answer, which is asked no more", async () => {
  const { one, two, shared } = openServers();
  for (let index = 0; index < 60; index++) {
    one.sessions.createOnOrder({ matchId: `m${index}`, mode: "team", players: [`p${index}`] });
  }
  await one.clock.advance(1_500);
  let askedCount = 0;
  shared.pubSub.subscribe(serverCommandSubject("frozen"), () => void askedCount++);
  one.peers.observe(statusOf("two", { runningMatches: 1, maxMatches: 100 }));
  one.peers.observe(statusOf("frozen", { maxMatches: 100 }));
  const tookMs = await finish(one, one.handover.handOverAll({ deadlineMs: 3_200 }));
  assertEquals([one.sessions.sessionCount, two.sessions.sessionCount], [0, 60]);
  assert(tookMs <= 3_200, `${tookMs} ms`);
  assert(askedCount <= 8, `asked ${askedCount} times`);
  one.peers.observe(statusOf("frozen"));
  assertEquals(one.peers.withRoom("eu").at(0)?.serverId, "frozen", "it is heard again");
});

Deno.test("A hand-over ends in time, though no server answers", async () => {
  const { one, shared } = openServers();
  for (let index = 0; index < 20; index++) {
    one.sessions.createOnOrder({ matchId: `m${index}`, mode: "team", players: [`p${index}`] });
  }
  await one.clock.advance(1_500);
  for (const name of ["a", "b", "c", "d"]) {
    shared.pubSub.subscribe(serverCommandSubject(name), () => {});
    one.peers.observe(statusOf(name));
  }
  const tookMs = await finish(one, one.handover.handOverAll({ deadlineMs: 3_200 }));
  assert(tookMs <= 3_200, `${tookMs} ms`);
  assertEquals(one.sessions.sessionCount, 20);
});

Deno.test("Matches that a server leaves behind go on elsewhere, from where they were", async () => {
  const { one, two, three } = openServers();
  const session = await openMatch(one);
  one.sessions.drain();
  await finish(one, one.handover.handOverAll({ deadlineMs: 100 }));
  await one.clock.advance(333);
  const { tick } = session.match.world;
  await finish(one, one.handover.leaveAll({ deadlineMs: 100 }));
  one.sessions.close();
  assertEquals(one.eventsOf("session_removed"), []);
  assertEquals(one.eventsOf("player_left_session"), []);
  await one.clock.advance(6_000);
  const restored = [two, three].flatMap((server) => server.eventsOf("match_restored"));
  assertEquals(restored.map((event) => event.tick), [tick]);
});

Deno.test("A server leaves its matches behind in time, though the store does not answer", async () => {
  const { one, two, three } = openServers();
  await openMatch(one);
  Object.assign(one.ports.kvStore, { set: () => new Promise<void>(() => {}) });
  one.sessions.drain();
  const tookMs = await finish(one, one.handover.leaveAll({ deadlineMs: 100 }));
  assert(tookMs <= 110, `${tookMs} ms`);
  assertEquals(one.sessions.sessionCount, 0);
  await one.clock.advance(6_000);
  assertEquals(two.sessions.sessionCount + three.sessions.sessionCount, 1);
});

/** A server of which no checkpoint reaches the store. */
function openMortal(serverId: string, one: SurvivalServer, shared: SharedPorts): SurvivalServer {
  const { server } = openSurvivalServer(serverId, { game: one, shared });
  const { set } = server.ports.kvStore;
  Object.assign(server.ports.kvStore, {
    set: (...all: Parameters<typeof set>) =>
      all[0].includes(":checkpoint:") ? Promise.reject(new Error("It has died")) : set(...all),
  });
  return server;
}

Deno.test("A match outlives servers that die one after another before their first checkpoint", async () => {
  const { server: one, shared } = openSurvivalServer("one");
  const session = await openMatch(one);
  let owner = one;
  for (const [index, name] of ["two", "three"].entries()) {
    const next = openMortal(name, one, shared);
    owner.ports.cut(true);
    await one.clock.advance(6_500);
    assertEquals(await ownerOf(shared, session), `${name} ${index + 2}`);
    owner = next;
  }
  openSurvivalServer("four", { game: one, shared });
  owner.ports.cut(true);
  await one.clock.advance(6_500);
  assertEquals(await ownerOf(shared, session), "four 4");
});
