import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { Bot } from "../../game/bots/bot.ts";
import { BOT_SKILLS } from "../../game/bots/bot_skill.ts";
import { CONTROL_MAX } from "../../game/simulation/tank_input.ts";
import { HEADINGS_PER_TURN } from "../../game/simulation/units.ts";
import { SnapshotFrame } from "../../game/wire/snapshot_frame.ts";
import { captureFrame } from "../../game/wire/world_frame.ts";
import { openSmallWorld, placeTank } from "../fixtures/small_world.ts";
import { FrameWorld } from "./frame_world.ts";
import { openDriver, Wanderer } from "./tank_driver.ts";

/** Ticks between two inputs of ten a second. */
const TICKS_PER_INPUT = 3;

Deno.test("FrameWorld shows a bot enough of a match to fight it", () => {
  const world = openSmallWorld({ seed: 1 });
  const own = placeTank(world, { x: 10, y: 10 });
  const enemy = placeTank(world, { x: 45, y: 45 });
  const seen = new FrameWorld(world.arena, world.tickRate);
  const bot = new Bot(BOT_SKILLS.hard, new Rng(5));
  const frame = new SnapshotFrame();
  let hasMoved = false;
  for (let tick = 0; tick < 60 * world.tickRate && enemy.hp === 100; tick++) {
    if (tick % TICKS_PER_INPUT === 0) {
      captureFrame(world, frame);
      seen.show(frame);
      world.setInput(own.slot, bot.think(seen, own.slot));
    }
    world.step();
    hasMoved ||= Math.abs(seen.tankAt(own.slot)?.speedUmPerTick ?? 0) > 50_000;
  }
  assert(enemy.hp < 100, "the enemy was hit within a minute");
  assert(hasMoved, "its own speed was seen");
  assertEquals(seen.tanks.map(({ slot, team }) => [slot, team]), [
    [own.slot, own.team],
    [enemy.slot, enemy.team],
  ]);
});

Deno.test("FrameWorld forgets a tank that has gone, and takes no older snapshot", () => {
  const world = openSmallWorld({ seed: 1 });
  const tank = placeTank(world, { x: 10, y: 10 });
  placeTank(world, { x: 20, y: 20 });
  const seen = new FrameWorld(world.arena, world.tickRate);
  const [first, second] = [new SnapshotFrame(), new SnapshotFrame()];
  world.step();
  captureFrame(world, first);
  world.removeTank(tank.slot);
  world.step();
  captureFrame(world, second);
  seen.show(second);
  seen.show(first);
  assertEquals([seen.tick, seen.tanks.length, seen.tankAt(tank.slot)], [2, 1, undefined]);
});

Deno.test("Wanderer does the same for the same seed, within what an input may be", () => {
  const inputsOf = (seed: number): unknown[] => {
    const driver = new Wanderer(new Rng(seed));
    return Array.from({ length: 200 }, () => {
      const input = driver.next();
      assert(Math.abs(input.throttle) <= CONTROL_MAX && Math.abs(input.turn) <= CONTROL_MAX);
      assert(input.turret >= 0 && input.turret < HEADINGS_PER_TURN);
      return input;
    });
  };
  assertEquals(inputsOf(1), inputsOf(1));
  assert(JSON.stringify(inputsOf(1)) !== JSON.stringify(inputsOf(2)));
  assert(openDriver(undefined, new Rng(1)) instanceof Wanderer);
});
