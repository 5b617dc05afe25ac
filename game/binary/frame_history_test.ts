import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { openSmallWorld, placeTank } from "../../tests/fixtures/small_world.ts";
import { FrameEvents } from "../wire/frame_events.ts";
import { frameHash } from "../wire/frame_hash.ts";
import { SnapshotDecoder } from "../wire/snapshot_decoder.ts";
import { SnapshotFrame } from "../wire/snapshot_frame.ts";
import { BASELINES_MAX } from "../wire/snapshot_limits.ts";
import { captureFrame } from "../wire/world_frame.ts";
import { encodedArena } from "./encoded_arena.ts";
import { FrameHistory } from "./frame_history.ts";
import { WHOLE_ARENA } from "./sight_grid.ts";

function openHistory(): {
  readonly history: FrameHistory;
  readonly world: ReturnType<typeof openSmallWorld>;
  step(): void;
} {
  const world = openSmallWorld();
  placeTank(world, { x: 20, y: 20 });
  placeTank(world, { x: 40, y: 40 });
  world.setInput(0, { throttle: 127, turn: 10, turret: 100, fire: true });
  const history = new FrameHistory(world);
  return {
    ...{ history, world },
    step: () => {
      world.step();
      history.observe();
      history.capture();
    },
  };
}

function bytesOf(body: ReturnType<FrameHistory["body"]>): string {
  assert(body !== undefined);
  return body.bytes.subarray(0, body.length).toHex();
}

Deno.test("FrameHistory has nothing before the first frame", () => {
  const { history } = openHistory();
  assertEquals(history.newestTick, 0);
  assertEquals(history.body({ tick: 0, cell: WHOLE_ARENA }, WHOLE_ARENA), undefined);
  assertEquals(history.cellOf(0), WHOLE_ARENA);
});

Deno.test("FrameHistory encodes a body once for all who are on one baseline", () => {
  const { history, step } = openHistory();
  step();
  step();
  const of = (tick: number): ReturnType<FrameHistory["body"]> =>
    history.body({ tick, cell: WHOLE_ARENA }, WHOLE_ARENA);
  const [full, delta] = [of(0), of(1)];
  assertEquals([full?.baselineTicks, delta?.baselineTicks], [0, 1]);
  assert((delta?.length ?? 99) < (full?.length ?? 0));
  assertStrictEquals(of(0), full);
  assertStrictEquals(of(1), delta);
  assertStrictEquals(of(77), full, "what was never sent is no baseline");
  const before = bytesOf(full);
  step();
  const next = of(0);
  assert(next !== undefined && bytesOf(next) !== before, "it is another frame");
  assertStrictEquals(next.bytes, full?.bytes, "in bytes that are used again");
});

Deno.test("FrameHistories take the shared bytes one after the other, and each has its own bodies", () => {
  const [one, other] = [openHistory(), openHistory()];
  one.step();
  other.step();
  other.step();
  const of = ({ history }: typeof one): string =>
    bytesOf(history.body({ tick: 0, cell: WHOLE_ARENA }, WHOLE_ARENA));
  const [ones, others] = [of(one), of(other)];
  assert(ones !== others);
  assertEquals([of(one), of(one), of(other), of(one)], [ones, ones, others, ones]);
});

Deno.test("FrameHistory forgets what nobody needs, but neither the newest nor what is needed", () => {
  const { history, world, step } = openHistory();
  const keptBack = (): number[] =>
    Array.from({ length: 40 }, (_, back) => back)
      .filter((back) => history.isKept(world.tick - back));
  for (let tick = 1; tick <= 50; tick++) step();
  assertEquals(keptBack().length, BASELINES_MAX);
  const decoder = new SnapshotDecoder(history.layout);
  const [then, now, seen] = [new SnapshotFrame(), new SnapshotFrame(), new SnapshotFrame()];
  for (let tick = 51; tick <= 100; tick++) {
    world.step();
    history.observe();
    history.capture(tick - 2);
    assertEquals(keptBack(), [0, 1, 2]);
    captureFrame(world, now);
    const body = history.body({ tick: tick - 1, cell: WHOLE_ARENA }, WHOLE_ARENA);
    assert(body !== undefined);
    if (tick > 51) {
      const options = {
        tick,
        baseline: then,
        start: 0,
        end: body.length,
        events: new FrameEvents(),
      };
      assertEquals(decoder.decode(body.bytes, seen, options), undefined);
      assertEquals(frameHash(seen, history.layout), frameHash(now, history.layout));
    }
    then.copyFrom(now);
  }
  world.step();
  history.capture(1_000);
  assertEquals(keptBack(), [0, 1], "of those before only the one that was the newest");
});

Deno.test("FrameHistory keeps 32 frames, each a baseline from which the newest is got back", () => {
  const { history, world, step } = openHistory();
  const decoder = new SnapshotDecoder(history.layout);
  const frames = new Map<number, SnapshotFrame>();
  for (let tick = 1; tick <= 100; tick++) {
    step();
    const frame = new SnapshotFrame();
    captureFrame(world, frame);
    frames.set(tick, frame);
  }
  for (let back = 1; back < 50; back++) {
    assertEquals(history.isKept(100 - back), back < BASELINES_MAX, `${back} back`);
    const body = history.body({ tick: 100 - back, cell: WHOLE_ARENA }, WHOLE_ARENA);
    assert(body !== undefined);
    assertEquals(body.baselineTicks, back < BASELINES_MAX ? back : 0);
    const seen = new SnapshotFrame();
    const refusal = decoder.decode(body.bytes, seen, {
      tick: 100,
      baseline: body.baselineTicks === 0 ? undefined : frames.get(100 - back),
      start: 0,
      end: body.length,
      events: new FrameEvents(),
    });
    assertEquals(refusal, undefined);
    const newest = frames.get(100);
    assert(newest !== undefined);
    assertEquals(frameHash(seen, history.layout), frameHash(newest, history.layout));
  }
});

Deno.test("An arena is encoded once", () => {
  const { arena } = openSmallWorld();
  assertStrictEquals(encodedArena(arena), encodedArena(arena));
  assert(encodedArena(openSmallWorld({ walls: [[20, 20, 2, 2]] }).arena) !== encodedArena(arena));
});
