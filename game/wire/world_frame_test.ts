import { assert, assertEquals } from "@std/assert";
import { openSmallWorld, placeTank, stepTimes } from "../../tests/fixtures/small_world.ts";
import { cosOf, sinOf, TRIG_ONE } from "../simulation/trigonometry.ts";
import { EVENT_KINDS, EVENTS_KEPT_MAX, FrameEvents } from "./frame_events.ts";
import { OUTCOMES, SHELL, SnapshotFrame, TANK, TANK_FLAGS } from "./snapshot_frame.ts";
import { SHELLS_MAX } from "./snapshot_limits.ts";
import { captureEvents, captureFrame, cmFromUm, wireHeading, worldLayout } from "./world_frame.ts";

Deno.test("captureFrame takes over what clients see", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 10.004, y: 20.006, heading: 65_530 });
  placeTank(world, { x: 30, y: 30 });
  tank.hp = 75;
  tank.score = 70_000;
  tank.protectedTicks = 5;
  const frame = new SnapshotFrame();
  world.step();
  captureFrame(world, frame);
  assertEquals([frame.tick, frame.outcome, frame.winner, frame.shellCount], [
    1,
    OUTCOMES.none,
    0,
    0,
  ]);
  assertEquals([0, 1, 2].map((slot) => frame.hasTank(slot)), [true, true, false]);
  assertEquals([
    frame.tank(0, TANK.xCm),
    frame.tank(0, TANK.yCm),
    frame.tank(0, TANK.heading),
    frame.tank(0, TANK.turret),
  ], [
    1_000,
    2_001,
    0,
    0,
  ]);
  assertEquals([frame.tank(0, TANK.hp), frame.tank(0, TANK.score), frame.tank(0, TANK.team)], [
    75,
    65_535,
    tank.team,
  ]);
  assertEquals(frame.tank(0, TANK.flags), TANK_FLAGS.alive | TANK_FLAGS.protected);
  assertEquals([frame.tankId(0), frame.playerId(0)], [tank.tankId, tank.playerId]);
});

Deno.test("captureFrame gives a shell the same numbers for as long as it flies", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 10, y: 30, heading: 5_000 });
  world.fireOnce(tank.slot);
  const frame = new SnapshotFrame();
  const seen = new Set<string>();
  for (let step = 0; step < 20; step++) {
    world.step();
    captureFrame(world, frame);
    const [shell] = world.shells;
    assert(shell !== undefined && frame.shellCount === 1);
    const fields = [SHELL.tick, SHELL.slot, SHELL.xCm, SHELL.yCm, SHELL.heading] as const;
    seen.add(fields.map((field) => frame.shell(0, field)).join());
    // As the specification has a client compute it: within 7 cm after a second.
    const way = world.tuning.shellUmPerTick * (world.tick - frame.shell(0, SHELL.tick));
    const heading = frame.shell(0, SHELL.heading) * 16;
    const xUm = frame.shell(0, SHELL.xCm) * 10_000 + way * cosOf(heading) / TRIG_ONE;
    const yUm = frame.shell(0, SHELL.yCm) * 10_000 + way * sinOf(heading) / TRIG_ONE;
    assert(Math.hypot(xUm - shell.xUm, yUm - shell.yUm) < 70_000, `step ${step}`);
  }
  assertEquals([...seen], [`1,0,${frame.shell(0, SHELL.xCm)},${frame.shell(0, SHELL.yCm)},313`]);
});

Deno.test("captureEvents tells of hits, and captureFrame of the end", () => {
  const world = openSmallWorld({ rules: { scoreLimit: 1 } });
  placeTank(world, { x: 10, y: 30, team: 1 });
  const target = placeTank(world, { x: 20, y: 30, team: 2 });
  target.hp = 25;
  world.fireOnce(0);
  const events = new FrameEvents();
  for (let step = 0; step < 20; step++) {
    stepTimes(world, 1);
    captureEvents(world, events);
  }
  const told = Array.from({ length: events.count }, (_, index) => {
    const at = events.at(index);
    const { kind, slot, by, damage, hp } = events;
    return [kind[at], slot[at], by[at], damage[at], hp[at]];
  });
  assertEquals(told, [
    [EVENT_KINDS.shot, 0, 0, 0, 0],
    [EVENT_KINDS.damaged, 1, 0, 25, 0],
    [EVENT_KINDS.destroyed, 1, 0, 0, 0],
  ]);
  const frame = new SnapshotFrame();
  captureFrame(world, frame);
  assertEquals([frame.outcome, frame.winner, frame.teamScore(1)], [OUTCOMES.score, 1, 1]);
  assertEquals(frame.tank(1, TANK.flags), 0);
});

Deno.test("FrameEvents keeps the newest", () => {
  const events = new FrameEvents();
  for (let tick = 1; tick <= EVENTS_KEPT_MAX + 5; tick++) events.add(EVENT_KINDS.shot, tick, 1);
  assertEquals(events.count, EVENTS_KEPT_MAX);
  assertEquals(events.tick[events.at(0)], 6);
  assertEquals(events.tick[events.at(events.count - 1)], EVENTS_KEPT_MAX + 5);
  events.clear();
  assertEquals(events.count, 0);
});

Deno.test("Positions and headings are rounded to what the wire has", () => {
  assertEquals([4_999, 5_000, 15_000, 999_996_000].map(cmFromUm), [0, 1, 2, 100_000]);
  assertEquals([0, 7, 8, 65_527, 65_528, 65_535].map(wireHeading), [0, 0, 1, 4_095, 0, 0]);
});

Deno.test("worldLayout has room for every position, slot and team", () => {
  const layout = worldLayout(openSmallWorld({ rules: { teamCount: 0, tanksMax: 100 } }));
  assertEquals([layout.slotBits, layout.teamBits, layout.teamMax], [7, 7, 100]);
  assertEquals([layout.xCmMax, layout.xBits, layout.yBits], [6_000, 13, 13]);
});

Deno.test("captureFrame keeps shells in the order in which their shooters fired, lag included", () => {
  const world = openSmallWorld();
  placeTank(world, { x: 10, y: 10 });
  placeTank(world, { x: 10, y: 30 });
  placeTank(world, { x: 10, y: 50 });
  stepTimes(world, 10);
  world.fireOnce(1);
  stepTimes(world, 2);
  world.setViewLag(2, 5);
  world.setViewLag(0, 1);
  world.fireOnce(2);
  world.fireOnce(0);
  world.step();
  const frame = new SnapshotFrame();
  captureFrame(world, frame);
  const fired = Array.from({ length: frame.shellCount }, (_, index) => [
    frame.shell(index, SHELL.tick),
    frame.shell(index, SHELL.slot),
    frame.shell(index, SHELL.yCm),
  ]);
  assertEquals(fired, [[8, 2, 5_000], [11, 1, 3_000], [12, 0, 1_000]]);
});

Deno.test("A frame knows the tanks and drivers of the one before, and those that are others", () => {
  const world = openSmallWorld();
  const [first, second] = [placeTank(world, { x: 10, y: 10 }), placeTank(world, { x: 10, y: 30 })];
  const [before, after] = [new SnapshotFrame(worldLayout(world)), new SnapshotFrame()];
  const same = (): (readonly [boolean, boolean])[] => {
    captureFrame(world, after, before);
    const known = [0, 1].map((slot) =>
      [after.hasSameTank(before, slot), after.hasSamePlayer(before, slot)] as const
    );
    captureFrame(world, before, after);
    return known;
  };
  captureFrame(world, before);
  assertEquals(same(), [[true, true], [true, true]]);
  second.playerId = "another";
  assertEquals(same(), [[true, true], [true, false]]);
  second.tankId = "another";
  assertEquals(same(), [[true, true], [false, true]]);
  world.removeTank(0);
  assertEquals(same()[0], [false, false]);
  assertEquals([after.hasTank(0), after.tankId(0), after.tankId(1)], [false, "", "another"]);
  world.addTank(first, "back");
  assertEquals(same()[0], [false, false]);
  assertEquals([before.playerId(0), after.playerId(0)], ["back", "back"]);
  captureFrame(world, after);
  assertEquals(after.hasSameTank(before, 0), true, "by its name, where the number says nothing");
});

Deno.test("A frame makes room for as many shells as the wire has", () => {
  const [frame, copy] = [0, 1].map(() => new SnapshotFrame({ slotCount: 2, teamMax: 2 }));
  assert(frame !== undefined && copy !== undefined);
  frame.setNames(1, "t", "p");
  frame.setTank(1, TANK.flags, 3);
  frame.setTeamScore(2, 7);
  frame.shellCount = SHELLS_MAX;
  for (let index = 0; index < SHELLS_MAX; index++) {
    frame.setShell(index, SHELL.tick, index);
    frame.setShell(index, SHELL.heading, 4_095 - index);
  }
  copy.copyFrom(frame);
  for (const one of [frame, copy]) {
    assertEquals([one.tankId(1), one.tank(1, TANK.flags), one.teamScore(2)], ["t", 3, 7]);
    for (let index = 0; index < SHELLS_MAX; index++) {
      const fields = [one.shell(index, SHELL.tick), one.shell(index, SHELL.heading)];
      assertEquals(fields, [index, 4_095 - index]);
    }
  }
});
