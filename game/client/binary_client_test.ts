import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { openSmallWorld, placeTank } from "../../tests/fixtures/small_world.ts";
import {
  AHEAD,
  type ClientBench,
  openClientBench,
  openPlayingBench,
  STILL,
  TICK_MS,
} from "../../tests/network/client_bench.ts";
import { DATAGRAM_TYPES } from "../wire/datagram.ts";
import { decodeInput, InputBatch } from "../wire/input_message.ts";
import { frameHash } from "../wire/frame_hash.ts";
import { BinaryClient } from "./binary_client.ts";
import { randomBytesOf } from "./testing.ts";

function statesOf({ events }: ClientBench): string[] {
  return events.flatMap((event) =>
    event.kind !== "state"
      ? []
      : [event.state.kind === "ended" ? `ended:${event.state.reason}` : event.state.kind]
  );
}

function clientHash({ client }: ClientBench): string {
  assert(client.snapshot !== undefined && client.layout !== undefined);
  return frameHash(client.snapshot, client.layout);
}

Deno.test("BinaryClient joins, plays and sees what the server sees", async () => {
  const bench = await openPlayingBench();
  assertEquals(statesOf(bench), ["connecting", "playing"]);
  bench.client.setInput(AHEAD);
  await bench.run(1_000);
  assert(bench.server.applied >= 28, `${bench.server.applied} inputs`);
  assertEquals(clientHash(bench), bench.hashes.get(bench.client.snapshot?.tick ?? 0));
  assertEquals(bench.client.frame?.tanks.size, 2);
  assert(bench.events.some(({ kind }) => kind === "snapshot"));
});

Deno.test("BinaryClient repeats HELLO and JOIN with growing pauses, and gives up in time", async () => {
  const bench = openClientBench({ client: { joinMs: 5_000 } });
  bench.there.cut();
  bench.client.join(0);
  await bench.run(10_000);
  assertEquals(statesOf(bench), ["connecting", "ended:no_answer"]);
  assertEquals(bench.sent.length, 7, "at 0, 250, 750, 1750, 2750, 3750 and 4750 ms");
  assertEquals(bench.client.dueMs, Infinity);
});

Deno.test("BinaryClient says why it was refused, from a closed set", async () => {
  const bench = openClientBench();
  bench.server.refusal = "no_tanks_available";
  bench.client.join(0);
  await bench.run(100);
  assertEquals(statesOf(bench), ["connecting", "ended:no_tanks_available"]);
});

Deno.test("BinaryClient proves its address anew where the challenge was too old", async () => {
  const bench = openClientBench();
  bench.server.refusal = "challenge_expired";
  bench.client.join(0);
  await bench.run(2);
  bench.server.refusal = undefined;
  await bench.run(1_000);
  assertEquals(bench.client.state.kind, "playing");
});

Deno.test("BinaryClient gives up where every challenge is too old", async () => {
  const bench = openClientBench();
  bench.server.refusal = "challenge_expired";
  bench.client.join(0);
  await bench.run(9_000);
  assertEquals(statesOf(bench), ["connecting", "ended:challenge_expired"]);
});

Deno.test("BinaryClient asks for what WELCOME had no room for of the arena", async () => {
  const world = openSmallWorld({
    walls: Array.from({ length: 400 }, (_, index) => [10 + (index % 20) * 2, 5, 0.5, 0.3] as const),
  });
  const tank = placeTank(world, { x: 30, y: 30 });
  const bench = openClientBench({
    server: { world, slot: tank.slot, arenaStartBytes: 100 },
    conditions: { lossShare: 0.3, delayMs: 20 },
  });
  bench.client.join(0);
  await bench.run(8_000);
  assertEquals(bench.client.state.kind, "playing");
  assertEquals(bench.client.match?.ground.walls.length, 400);
  assertEquals(bench.client.match?.ground.walls, world.arena.walls);
});

Deno.test("BinaryClient converges to the server's state over any network once inputs stop", async () => {
  for (let seed = 1; seed <= 24; seed++) {
    const conditions = {
      lossShare: 0.0125 * seed,
      delayMs: 50,
      jitterMs: seed % 3 === 0 ? 60 : 10,
      duplicateShare: 0.05,
      reorderShare: seed % 2 === 0 ? 0.1 : 0,
    };
    const bench = openClientBench({ seed, conditions });
    bench.client.join(0);
    bench.client.setInput(AHEAD);
    await bench.run(8_000);
    bench.client.setInput(STILL);
    await bench.run(4_000);
    assertEquals(bench.client.state.kind, "playing", `seed ${seed}`);
    const tick = bench.client.snapshot?.tick ?? 0;
    assertEquals(clientHash(bench), bench.hashes.get(tick), `seed ${seed}`);
    assert(bench.hashes.size - tick < 30, `seed ${seed}: ${bench.hashes.size - tick} ticks behind`);
    const seen = bench.client.frame?.tanks.get(bench.server.tank.tankId);
    assert(Math.abs((seen?.xM ?? 0) - bench.server.tank.xUm / 1e6) < 0.006, `seed ${seed}`);
    assert(Math.abs((seen?.yM ?? 0) - bench.server.tank.yUm / 1e6) < 0.006, `seed ${seed}`);
  }
});

Deno.test("BinaryClient does the same for the same seed", async () => {
  const runs = await Promise.all([1, 2].map(async () => {
    const bench = openClientBench({
      seed: 7,
      conditions: { lossShare: 0.2, delayMs: 40, jitterMs: 30, reorderShare: 0.1 },
    });
    bench.client.join(0);
    bench.client.setInput(AHEAD);
    await bench.run(5_000);
    return { sent: bench.sent, events: bench.events };
  }));
  assertEquals(runs[0], runs[1]);
});

Deno.test("BinaryClient has inputs come one to two ticks early, and little more", async () => {
  const bench = await openPlayingBench({ conditions: { delayMs: 40 } });
  bench.client.setInput(AHEAD);
  await bench.run(15_000);
  const early = bench.client.session?.pacer.earlyTicks ?? 0;
  assert(early > 0.8 && early < 2.5, `${early} ticks early`);
});

Deno.test("BinaryClient comes back to its tank after a partition", async () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const bench = await openPlayingBench({ seed, conditions: { lossShare: 0.15, delayMs: 30 } });
    bench.client.setInput(AHEAD);
    await bench.run(1_000);
    const { match } = bench.client;
    for (const link of [bench.there, bench.back]) link.cut();
    await bench.run(5_000);
    assertEquals(bench.client.state.kind, "resuming");
    for (const link of [bench.there, bench.back]) link.mend();
    const applied = bench.server.applied;
    await bench.run(8_000);
    assertEquals(bench.client.state.kind, "playing", `seed ${seed}`);
    assertEquals(bench.client.match?.tankId, match?.tankId);
    assertEquals(bench.client.match?.isResumed, true);
    assert(bench.server.applied > applied + 60, "what is held down goes on");
  }
});

Deno.test("BinaryClient gives its tank up when nobody answers for as long as it waits", async () => {
  const bench = await openPlayingBench({ client: { resumeMs: 4_000 } });
  bench.there.cut();
  bench.back.cut();
  await bench.run(6_000);
  assertEquals(statesOf(bench).at(-1), "ended:connection_lost");
});

Deno.test("BinaryClient repeats LEAVE until LEFT comes", async () => {
  const bench = await openPlayingBench({ seed: 3, conditions: { lossShare: 0.3, delayMs: 20 } });
  bench.client.leave(bench.clock.monotonicMs());
  await bench.run(4_000);
  assertEquals(statesOf(bench).slice(-2), ["leaving", "ended:asked"]);
});

Deno.test("BinaryClient stops asking to leave in time", async () => {
  const bench = await openPlayingBench();
  bench.there.cut();
  const before = bench.sent.length;
  bench.client.leave(bench.clock.monotonicMs());
  await bench.run(10_000);
  assertEquals(statesOf(bench).at(-1), "ended:no_answer");
  assert(bench.sent.length - before <= 12);
});

Deno.test("BinaryClient and server say things to one another once and in order, whatever is lost", async () => {
  const bench = await openPlayingBench({ seed: 5, conditions: { lossShare: 0.3, delayMs: 30 } });
  for (let index = 0; index < 10; index++) {
    bench.server.say(JSON.stringify({ type: "note", index }));
    assert(bench.client.say(`hello ${index}`));
  }
  await bench.run(20_000);
  assertEquals(
    bench.events.flatMap((event) => event.kind === "message" ? [event.message.index] : []),
    Array.from({ length: 10 }, (_, index) => index),
  );
  const repeated = bench.sent.slice(-300).filter((bytes) => bytes[1] === DATAGRAM_TYPES.message);
  assertEquals(repeated, [], "what is acknowledged is not said again");
  assertEquals(bench.server.heard.map((text) => JSON.parse(text).text), [
    ...Array.from({ length: 10 }, (_, index) => `hello ${index}`),
  ]);
});

Deno.test("BinaryClient measures the way to the server and its time", async () => {
  const bench = await openPlayingBench({ conditions: { delayMs: 50 } });
  const rttMs = bench.client.rttMs ?? 0;
  assert(Math.abs(rttMs - 100) < 3, `${rttMs} ms`);
  const nowMs = bench.clock.monotonicMs();
  const tick = bench.client.session?.serverTickAt(nowMs) ?? 0;
  assert(Math.abs(tick - nowMs / TICK_MS) < 2, `tick ${tick} at ${nowMs / TICK_MS}`);
});

Deno.test("BinaryClient repeats an input no longer than until it was applied", async () => {
  const bench = await openPlayingBench({ conditions: { delayMs: 40 } });
  bench.client.setInput(AHEAD);
  await bench.run(3_000);
  const batch = new InputBatch();
  const counts = bench.sent.slice(-40).flatMap((bytes) => {
    if (bytes[1] !== DATAGRAM_TYPES.input) return [];
    assertEquals(decodeInput(bytes, bytes.length - 8, batch), undefined);
    return [batch.count];
  });
  assert(counts.length > 30 && Math.max(...counts) <= 8, `${counts}`);
});

Deno.test("BinaryClient makes up for a short sleep only", async () => {
  const bench = await openPlayingBench({ client: { silenceMs: 60_000 } });
  bench.client.setInput(AHEAD);
  bench.client.takeEvents();
  bench.client.advance(bench.clock.monotonicMs() + 20_000);
  const inputs = bench.client.takeEvents().filter(({ kind }) => kind === "input");
  assertEquals(inputs.length, 8);
});

Deno.test("BinaryClient sends nothing once it has ended", async () => {
  const bench = await openPlayingBench();
  bench.client.advance(bench.clock.monotonicMs() + 100);
  bench.client.abandon();
  assertEquals([bench.client.takeDatagrams(), bench.client.dueMs], [[], Infinity]);
  bench.client.advance(bench.clock.monotonicMs() + 200);
  bench.client.join(bench.clock.monotonicMs());
  assertEquals(bench.client.takeDatagrams(), []);
  assertEquals(statesOf(bench), ["connecting", "playing"]);
});

Deno.test("BinaryClient puts snapshots together that no datagram has room for", async () => {
  const world = openSmallWorld({ rules: { tanksMax: 100 } });
  const { slot } = placeTank(world, { x: 30, y: 30 });
  for (let count = 1; count < 100; count++) placeTank(world, { x: 5 + count % 10 * 5, y: 5 });
  const bench = await openPlayingBench({
    server: { world, slot },
    conditions: { delayMs: 20, jitterMs: 20, lossShare: 0.1, reorderShare: 0.1 },
  });
  await bench.run(2_000);
  assertEquals(bench.client.frame?.tanks.size, 100);
  const parts = bench.events.filter((event) => event.kind === "snapshot" && !event.own);
  assert(parts.length > 0, "the first came in parts, which say nothing of the own inputs");
});

Deno.test("BinaryClient answers a challenge of its path", async () => {
  const bench = await openPlayingBench();
  bench.server.sendRaw(DATAGRAM_TYPES.pathChallenge, new Uint8Array(8).fill(7));
  await bench.run(10);
  assertEquals(bench.server.received.get(DATAGRAM_TYPES.pathResponse), 1);
});

Deno.test("BinaryClient refuses a request that no JOIN can carry when it is made", () => {
  const randomBytes = randomBytesOf(new Rng(1));
  for (const playerId of ["", "x".repeat(65)]) {
    let error: unknown;
    try {
      new BinaryClient({ playerId, randomBytes });
    } catch (caught) {
      error = caught;
    }
    assert(error instanceof RangeError);
  }
});
