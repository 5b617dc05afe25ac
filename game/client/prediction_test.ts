import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { openSmallWorld, placeTank } from "../../tests/fixtures/small_world.ts";
import { AHEAD, openPlayingBench, TICK_MS } from "../../tests/network/client_bench.ts";
import type { TankInput } from "../simulation/tank_input.ts";
import type { World } from "../simulation/world.ts";
import { SnapshotFrame } from "../wire/snapshot_frame.ts";
import { SnapshotPrefix } from "../wire/snapshot_prefix.ts";
import { captureFrame } from "../wire/world_frame.ts";
import { type OwnMotion, ownMotionOf } from "./own_motion.ts";
import { PREDICTED_INPUTS_MAX, Prediction } from "./prediction.ts";

/** What the client of slot 0 is told once the server has applied so many inputs. */
function ownOf(world: World, inputSeq: number): OwnMotion {
  const frame = new SnapshotFrame();
  captureFrame(world, frame);
  const prefix = new SnapshotPrefix();
  prefix.inputSeq = inputSeq;
  prefix.ownSpeedMm = Math.round((world.tankAt(0)?.speedUmPerTick ?? 0) / 1_000);
  const own = ownMotionOf(frame, 0, prefix);
  if (own === undefined) throw new Error("Cannot find the own tank");
  return own;
}

function randomInput(rng: Rng): TankInput {
  const control = (): number => rng.below(255) - 127;
  return { throttle: control(), turn: control(), turret: rng.below(65_536), fire: false };
}

/** A world, and a prediction that is told of it late. */
function openRace(): { readonly world: World; readonly prediction: Prediction } {
  const world = openSmallWorld({ walls: [[20, 20, 4, 20], [36, 26, 2, 2]] });
  placeTank(world, { x: 30, y: 30 });
  world.step();
  const prediction = new Prediction(world.arena, world.tickRate);
  prediction.onSnapshot(ownOf(world, 0), 0);
  return { world, prediction };
}

Deno.test("Prediction is exactly where the server puts the tank, whatever the delay, along walls too", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const { world, prediction } = openRace();
    const rng = new Rng(seed);
    const delay = rng.below(12);
    const late: OwnMotion[] = [];
    let input = randomInput(rng);
    for (let seq = 1; seq <= 300; seq++) {
      if (rng.below(8) === 0) input = randomInput(rng);
      prediction.onInput(seq, input);
      world.setInput(0, input);
      world.step();
      late.push(ownOf(world, seq));
      const told = late[seq - 1 - delay];
      // One in three is lost.
      if (told !== undefined && rng.below(3) > 0) prediction.onSnapshot(told, seq * TICK_MS);
      const { xUm, yUm, heading, turret, speedUmPerTick } = world.tanks[0] ?? {};
      assertEquals(
        prediction.motion,
        { xUm, yUm, heading, turret, speedUmPerTick },
        `seed ${seed}, input ${seq}`,
      );
    }
    assertEquals(prediction.correctionCount, 0, `seed ${seed}`);
  }
});

Deno.test("Prediction corrects a push smoothly, and ends where the server says", () => {
  const { world, prediction } = openRace();
  const input: TankInput = { throttle: 127, turn: 0, turret: 0, fire: false };
  for (let seq = 1; seq <= 10; seq++) {
    prediction.onInput(seq, input);
    world.setInput(0, input);
    world.step();
  }
  const before = prediction.shownAt(0, 1);
  const tank = world.tankAt(0);
  assert(tank !== undefined && before !== undefined);
  tank.yUm += 1_000_000;
  prediction.onSnapshot(ownOf(world, 10), 0);
  assertEquals(prediction.correctionCount, 1);
  const at = (ms: number): number => prediction.shownAt(ms, 1)?.yUm ?? 0;
  assert(Math.abs(at(0) - before.yUm) < 10, "nothing jumps");
  for (let ms = 0; ms < 600; ms += 20) assert(at(ms + 20) > at(ms), "it goes one way");
  assert(Math.abs(at(80) - before.yUm - 500_000) < 10_000, "half of it in 80 ms");
  assert(Math.abs(at(1_000) - tank.yUm) < 10_000);
});

Deno.test("Prediction puts a tank that is far elsewhere there at once, as one that came back", () => {
  const { world, prediction } = openRace();
  const tank = world.tankAt(0);
  assert(tank !== undefined);
  world.step();
  tank.xUm += 5_000_000;
  prediction.onSnapshot(ownOf(world, 0), 100);
  assertEquals(prediction.shownAt(100, 1)?.xUm, Math.round(tank.xUm / 10_000) * 10_000);
});

Deno.test("Prediction forgets inputs whose numbers a new connection gives to others", () => {
  const { world, prediction } = openRace();
  const apply = (input: TankInput): void => {
    world.setInput(0, input);
    world.step();
  };
  for (let seq = 1; seq <= 60; seq++) {
    prediction.onInput(seq, AHEAD);
    if (seq <= 10) apply(AHEAD);
  }
  // The server has had ten of them, and gives the tank back.
  const back: TankInput = { throttle: -127, turn: 0, turret: 0, fire: false };
  for (let seq = 11; seq <= 13; seq++) prediction.onInput(seq, back);
  apply(back);
  prediction.onSnapshot(ownOf(world, 11), 0);
  apply(back);
  apply(back);
  const { xUm = NaN, yUm = NaN } = world.tanks[0] ?? {};
  const { motion } = prediction;
  assert(motion !== undefined);
  // A snapshot says places to the centimetre.
  assert(Math.hypot(motion.xUm - xUm, motion.yUm - yUm) < 50_000, `${motion.xUm} for ${xUm}`);
});

Deno.test("Prediction does not drive a destroyed tank", () => {
  const { world, prediction } = openRace();
  const tank = world.tankAt(0);
  assert(tank !== undefined);
  world.step();
  tank.alive = false;
  prediction.onSnapshot(ownOf(world, 0), 0);
  const { xUm } = prediction.motion ?? {};
  prediction.onInput(1, { throttle: 127, turn: 0, turret: 0, fire: false });
  assertEquals(prediction.motion?.xUm, xUm);
});

Deno.test("Prediction shows what lies between two inputs", () => {
  const { prediction } = openRace();
  prediction.onInput(1, { throttle: 127, turn: 0, turret: 0, fire: false });
  const [from, half, to] = [0, 0.5, 1].map((part) => prediction.shownAt(0, part)?.xUm ?? 0);
  assert(from !== undefined && half !== undefined && to !== undefined && to > from);
  assertEquals(half, (from + to) / 2);
  assertEquals(prediction.shownAt(0, 7)?.xUm, to);
});

Deno.test("Prediction takes no older snapshot, and keeps a bounded number of inputs", () => {
  const { world, prediction } = openRace();
  const old = ownOf(world, 0);
  world.step();
  prediction.onSnapshot(ownOf(world, 0), 0);
  for (let seq = 1; seq <= PREDICTED_INPUTS_MAX + 50; seq++) prediction.onInput(seq, AHEAD);
  const { motion } = prediction;
  prediction.onSnapshot({ ...old, xUm: 0 }, 0);
  assertEquals(prediction.motion, motion);
  const given = { ...ownOf(world, 0), tick: world.tick + 1 };
  prediction.onSnapshot(given, 0);
  assert(motion?.xUm !== prediction.motion?.xUm, "the oldest inputs are given up");
});

Deno.test("Prediction of a client agrees with the server over a bad network", async () => {
  for (const seed of [1, 2, 3]) {
    const bench = await openPlayingBench({
      seed,
      conditions: { delayMs: 50, lossShare: 0.05, jitterMs: 5 },
    });
    const { match } = bench.client;
    assert(match !== undefined);
    const prediction = new Prediction(match.ground, match.tickRate);
    bench.client.setInput(AHEAD);
    let read = 0;
    for (let turn = 0; turn < 300; turn++) {
      await bench.run(20);
      const nowMs = bench.clock.monotonicMs();
      for (; read < bench.events.length; read++) {
        const event = bench.events[read];
        if (event?.kind === "input") prediction.onInput(event.seq, event.input);
        if (event?.kind === "snapshot" && event.own) prediction.onSnapshot(event.own, nowMs);
      }
    }
    bench.client.setInput({ ...AHEAD, throttle: 0, turn: 0 });
    await bench.run(2_000);
    for (; read < bench.events.length; read++) {
      const event = bench.events[read];
      if (event?.kind === "input") prediction.onInput(event.seq, event.input);
      if (event?.kind === "snapshot" && event.own) prediction.onSnapshot(event.own, 1e6);
    }
    const { tank } = bench.server;
    assert(Math.abs((prediction.motion?.xUm ?? 0) - tank.xUm) <= 5_000, `seed ${seed}`);
    assert(Math.abs((prediction.motion?.yUm ?? 0) - tank.yUm) <= 5_000, `seed ${seed}`);
  }
});
