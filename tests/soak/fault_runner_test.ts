import { assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import type { Fault } from "./fault_plan.ts";
import { type FaultRecord, type FaultTargets, runFaults } from "./fault_runner.ts";

/** A process that does what a test says, and how often it was started. */
class Subject {
  startCount = 0;
  killCount = 0;
  /** What goes wrong with the first starts. */
  failures: string[] = [];
  exitCode: number | string = 0;

  kill(): Promise<void> {
    this.killCount++;
    return Promise.resolve();
  }

  freeze(): Promise<void> {
    return Promise.reject(new Error("no such process"));
  }

  thaw(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<number> {
    const { exitCode } = this;
    return typeof exitCode === "number"
      ? Promise.resolve(exitCode)
      : Promise.reject(new Error(exitCode));
  }

  startAgain(): Promise<void> {
    this.startCount++;
    const failure = this.failures.shift();
    return failure === undefined ? Promise.resolve() : Promise.reject(new Error(failure));
  }
}

async function run(subject: Subject, ...kinds: readonly Fault["kind"][]): Promise<string[][]> {
  const clock = new ManualClock();
  const one = new Map([["one", subject]]);
  const targets: FaultTargets = {
    ...{ breakable: one, drainable: one, links: new Map(), disks: new Map() },
    brokers: { kafka: undefined },
  };
  const plan = kinds.map((kind, index) => ({
    ...{ kind, target: "one", atMs: 30_000 * index, lastsMs: 5_000 },
  }));
  const records: FaultRecord[] = [];
  const { signal } = new AbortController();
  const running = runFaults(plan, targets, { records, clock, signal, onFault: () => {} });
  await clock.advance(30_000 * (kinds.length + 1));
  await running;
  return records.map(({ troubles }) => [...troubles]);
}

Deno.test("runFaults tries a second time to start what does not start", async () => {
  const subject = new Subject();
  subject.failures = ["does not listen in time"];
  assertEquals(await run(subject, "kill"), [[]]);
  // Once for the fault, and once for what had half begun.
  assertEquals([subject.startCount, subject.killCount], [2, 2]);
});

Deno.test("runFaults goes on without what could not be started again, and says so", async () => {
  const subject = new Subject();
  subject.failures = ["does not listen in time", "does not listen in time"];
  const [first, ...others] = await run(subject, "kill", "kill", "drain");
  assertEquals(first?.length, 1);
  assertEquals(first?.[0]?.startsWith("kill one: could not be started again: "), true, first?.[0]);
  assertEquals(others, []);
  assertEquals(subject.startCount, 2);
});

Deno.test("runFaults has what is drained end with 0, in time, and starts it again", async () => {
  const subject = new Subject();
  assertEquals(await run(subject, "drain"), [[]]);
  assertEquals(subject.startCount, 1);
  subject.exitCode = 1;
  assertEquals(await run(subject, "drain"), [["drain one: ended with 1 when it was asked to end"]]);
  subject.exitCode = "it does not end in time";
  const [late = []] = await run(subject, "drain");
  assertEquals(late.length, 1);
  assertEquals(late[0]?.startsWith("drain one: did not end when it was asked to: "), true, late[0]);
  assertEquals(subject.startCount, 3);
});

Deno.test("runFaults goes on after a fault that could not be done", async () => {
  const [frozen = [], killed] = await run(new Subject(), "freeze", "kill");
  assertEquals(frozen.map((text) => text.startsWith("freeze one: could not be done: ")), [true]);
  assertEquals(killed, []);
});
