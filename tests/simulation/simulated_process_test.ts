import { assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import { Rng } from "../../core/rng.ts";
import { SimulatedProcess } from "./simulated_process.ts";

function openProcess(): { world: ManualClock; process: SimulatedProcess; faults: unknown[] } {
  const world = new ManualClock();
  const faults: unknown[] = [];
  const process = new SimulatedProcess({
    name: "one",
    world,
    rng: new Rng(1),
    skewMs: 0,
    onFault: (error) => void faults.push(error),
  });
  return { world, process, faults };
}

Deno.test("SimulatedProcess does what came while it was frozen afterwards, messages in order", async () => {
  const { world, process } = openProcess();
  const done: string[] = [];
  const startMs = process.clock.monotonicMs();
  process.clock.after(10, () => done.push("timer"));
  process.freeze();
  for (const name of ["a", "b", "c"]) process.enter(() => done.push(name));
  await world.advance(5_000);
  assertEquals(done, []);
  process.thaw();
  process.enter(() => done.push("later"));
  await world.advance(1);
  assertEquals(done.filter((name) => name !== "timer"), ["a", "b", "c", "later"]);
  assertEquals(done.length, 5);
  // Its time has leapt.
  assertEquals(Math.floor(process.clock.monotonicMs() - startMs), 5_001);
});

Deno.test("SimulatedProcess misses the turns of a timer while it is frozen", async () => {
  const { world, process } = openProcess();
  let turns = 0;
  process.clock.every(100, () => turns++);
  process.freeze();
  await world.advance(1_000);
  process.thaw();
  await world.advance(50);
  assertEquals(turns, 1);
});

Deno.test("SimulatedProcess does nothing once it is dead, and tells who watches", async () => {
  const { world, process } = openProcess();
  const done: string[] = [];
  process.clock.after(10, () => done.push("timer"));
  process.onDeath(() => done.push("death"));
  process.onDeath(() => done.push("taken back"))();
  process.kill();
  process.kill();
  process.enter(() => done.push("message"));
  await world.advance(1_000);
  assertEquals([done, process.isAlive], [["death"], false]);
});

Deno.test("SimulatedProcess goes on after a step that threw, and says so", () => {
  const { process, faults } = openProcess();
  const error = new Error("a fault of ours");
  process.enter(() => {
    throw error;
  });
  assertEquals([faults, process.isRunning], [[error], true]);
});
