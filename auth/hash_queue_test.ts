import { assertEquals, assertRejects } from "@std/assert";
import { ManualClock } from "../core/manual_clock.ts";
import { HashQueue, type HashQueueOptions } from "./hash_queue.ts";

const BUSY = { ok: false, reason: "busy" } as const;

interface Bench {
  readonly clock: ManualClock;
  readonly queue: HashQueue;
  readonly started: string[];
  run(name: string): Promise<unknown>;
  finish(name: string): void;
}

function openBench(bounds: Partial<HashQueueOptions> = {}): Bench {
  const clock = new ManualClock();
  const queue = new HashQueue({
    inFlightMax: 2,
    waitingMax: 2,
    waitMaxMs: 1_000,
    clock,
    ...bounds,
  });
  const started: string[] = [];
  const running = new Map<string, PromiseWithResolvers<string>>();
  const run = (name: string): Promise<unknown> =>
    queue.run(() => {
      started.push(name);
      const work = Promise.withResolvers<string>();
      running.set(name, work);
      return work.promise;
    });
  const finish = (name: string): void => running.get(name)?.resolve(name);
  return { clock, queue, started, run, finish };
}

Deno.test("HashQueue runs as many as it may and the rest in order", async () => {
  const { clock, queue, started, run, finish } = openBench();
  const outcomes = ["a", "b", "c", "d"].map(run);
  await clock.advance(0);
  assertEquals(started, ["a", "b"]);
  assertEquals(queue.depth, 2);
  finish("b");
  await clock.advance(0);
  assertEquals(started, ["a", "b", "c"]);
  finish("a");
  await clock.advance(0);
  assertEquals(started, ["a", "b", "c", "d"]);
  assertEquals(queue.depth, 0);
  finish("c");
  finish("d");
  assertEquals(
    await Promise.all(outcomes),
    ["a", "b", "c", "d"].map((value) => ({ ok: true, value })),
  );
});

Deno.test("HashQueue refuses what it has no room for", async () => {
  const { clock, started, run, finish } = openBench();
  const outcomes = ["a", "b", "c", "d"].map(run);
  assertEquals(await run("e"), BUSY);
  await clock.advance(0);
  for (const name of ["a", "b", "c", "d"]) {
    finish(name);
    await clock.advance(0);
  }
  await Promise.all(outcomes);
  assertEquals(started, ["a", "b", "c", "d"]);
  const after = run("f");
  await clock.advance(0);
  finish("f");
  assertEquals(await after, { ok: true, value: "f" });
});

Deno.test("HashQueue without a waiting room refuses at once", async () => {
  const { clock, run, finish } = openBench({ inFlightMax: 1, waitingMax: 0 });
  const first = run("a");
  assertEquals(await run("b"), BUSY);
  await clock.advance(0);
  finish("a");
  await first;
});

Deno.test("HashQueue refuses who waited too long and takes the next", async () => {
  const { clock, started, run, finish } = openBench({ inFlightMax: 1 });
  const first = run("a");
  const late = run("b");
  await clock.advance(600);
  const next = run("c");
  await clock.advance(600);
  finish("a");
  assertEquals(await late, BUSY);
  await clock.advance(0);
  assertEquals(started, ["a", "c"]);
  finish("c");
  await Promise.all([first, next]);
});

Deno.test("HashQueue passes a rejection on and gives the place away", async () => {
  const { clock, queue, run, finish } = openBench({ inFlightMax: 1 });
  const failing = queue.run(() => Promise.reject(new Error("no memory")));
  const next = run("a");
  await assertRejects(() => failing, Error, "no memory");
  await clock.advance(0);
  finish("a");
  assertEquals(await next, { ok: true, value: "a" });
});

Deno.test("HashQueue that is closed finishes what runs and refuses the rest", async () => {
  const { clock, queue, run, finish } = openBench({ inFlightMax: 1 });
  const first = run("a");
  const waiting = run("b");
  await clock.advance(0);
  queue.close();
  assertEquals(await waiting, BUSY);
  assertEquals(await run("c"), BUSY);
  finish("a");
  assertEquals(await first, { ok: true, value: "a" });
});

Deno.test("HashQueue goes round by owner, in order for each", async () => {
  const clock = new ManualClock();
  const queue = new HashQueue({ inFlightMax: 1, waitingMax: 10, waitMaxMs: 1_000, clock });
  const order: string[] = [];
  const run = (name: string): Promise<unknown> =>
    queue.run(() => Promise.resolve(order.push(name)), name.slice(0, 1));
  await Promise.all(["a1", "a2", "a3", "a4", "b1", "b2", "c1"].map(run));
  assertEquals(order, ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]);
  assertEquals(queue.depth, 0);
});

Deno.test("HashQueue that is full refuses the newest of whoever has most", async () => {
  const clock = new ManualClock();
  const queue = new HashQueue({ inFlightMax: 1, waitingMax: 4, waitMaxMs: 1_000, clock });
  const outcomes = new Map<string, string>();
  const run = async (name: string): Promise<void> => {
    const outcome = await queue.run(() => Promise.resolve(), name.slice(0, 1));
    outcomes.set(name, outcome.ok ? "ran" : outcome.reason);
  };
  await Promise.all(["a0", "a1", "a2", "a3", "a4", "a5", "b1", "b2", "b3", "c1"].map(run));
  const refused = [...outcomes].filter(([, outcome]) => outcome === "busy").map(([name]) => name);
  assertEquals(refused.sort(), ["a2", "a3", "a4", "a5", "b3"]);
});
