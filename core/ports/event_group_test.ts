import { assertEquals } from "@std/assert";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import { GroupMember, type GroupMemberOptions, type GroupSource } from "./event_group.ts";
import type { EventHandler } from "./event_log.ts";

interface Numbered {
  readonly position: number;
}

/** A topic of events 1, 2, … `newest`. */
class Topic implements GroupSource<Numbered> {
  newest = 0;
  readCount = 0;
  commits: number[] = [];
  error: Error | undefined;
  commitError: Error | undefined;
  /** Holds up what was read. */
  gate: Promise<void> = Promise.resolve();

  load(): Promise<number> {
    return Promise.resolve(this.commits.at(-1) ?? 0);
  }

  async next(after: number): Promise<readonly Numbered[]> {
    this.readCount++;
    if (this.error) throw this.error;
    const count = Math.min(3, this.newest - after);
    await this.gate;
    return Array.from({ length: count }, (_, index) => ({ position: after + index + 1 }));
  }

  toEvent({ position }: Numbered): Parameters<EventHandler>[0] {
    return { topic: "t", key: "k", value: {}, position: String(position) };
  }

  commit(position: number): Promise<void> {
    const error = this.error ?? this.commitError;
    if (error) return Promise.reject(error);
    return Promise.resolve(void this.commits.push(position));
  }
}

function open(
  topic: Topic,
  handler: EventHandler,
  more: Pick<GroupMemberOptions, "sleepMsMax"> = {},
): { readonly clock: ManualClock; readonly member: GroupMember<Numbered> } {
  const clock = new ManualClock();
  const options = { clock, log: silentLog, onClose: () => {}, ...more };
  const member = new GroupMember(topic, handler, options);
  member.start();
  return { clock, member };
}

Deno.test("GroupMember sleeps until it is woken", async () => {
  const topic = new Topic();
  const seen: string[] = [];
  const { clock, member } = open(
    topic,
    ({ position }) => Promise.resolve(void seen.push(position)),
  );
  await clock.advance(1_000_000);
  assertEquals([topic.readCount, clock.timerCount], [1, 0]);
  topic.newest = 2;
  member.wake();
  await clock.advance(0);
  assertEquals(seen, ["1", "2"]);
  await member.close();
});

Deno.test("GroupMember looks again after its longest sleep, and leaves no timer", async () => {
  const topic = new Topic();
  const { clock, member } = open(topic, () => Promise.resolve(), { sleepMsMax: 1_000 });
  await clock.advance(0);
  topic.newest = 1;
  await clock.advance(999);
  assertEquals(topic.commits, []);
  await clock.advance(1);
  assertEquals([topic.commits, clock.timerCount], [[1], 1]);
  topic.newest = 2;
  member.wake();
  await clock.advance(0);
  assertEquals([topic.commits, clock.timerCount], [[1, 2], 1]);
  await member.close();
  assertEquals(clock.timerCount, 0);
});

Deno.test("GroupMember reads again when it is woken while it reads", async () => {
  const topic = new Topic();
  const gate = Promise.withResolvers<void>();
  topic.gate = gate.promise;
  const { clock, member } = open(topic, () => Promise.resolve());
  await clock.advance(0);
  // What it is reading does not have this yet.
  topic.newest = 1;
  member.wake();
  gate.resolve();
  await clock.advance(0);
  await clock.advance(0);
  assertEquals(topic.commits, [1]);
  await member.close();
});

Deno.test("GroupMember does not count an event as done that failed until it closed", async () => {
  const topic = new Topic();
  topic.newest = 2;
  const { clock, member } = open(topic, ({ position }) => {
    return position === "1" ? Promise.resolve() : Promise.reject(new Error("no"));
  });
  await clock.advance(1000);
  await member.close();
  assertEquals(topic.commits, [1]);
});

Deno.test("GroupMember commits after a page, and in between only when time has passed", async () => {
  const topic = new Topic();
  topic.newest = 6;
  const gates: (() => void)[] = [];
  const { clock, member } = open(topic, () => new Promise<void>((done) => gates.push(done)));
  const finish = async (afterMs: number): Promise<void> => {
    await clock.advance(afterMs);
    gates.shift()?.();
    await clock.advance(0);
  };
  await finish(300);
  assertEquals(topic.commits, [1]);
  await finish(10);
  assertEquals(topic.commits, [1]);
  await finish(10);
  assertEquals(topic.commits, [1, 3]);
  await finish(10);
  const closed = member.close();
  await finish(10);
  await closed;
  assertEquals(topic.commits, [1, 3, 5]);
});

Deno.test("GroupMember delivers a failed event again after delays that grow to a bound", async () => {
  const topic = new Topic();
  topic.newest = 2;
  const tries: [number, string][] = [];
  const { clock, member } = open(topic, ({ position }) => {
    tries.push([clock.monotonicMs(), position]);
    return tries.length < 12 ? Promise.reject(new Error("no")) : Promise.resolve();
  });
  await clock.advance(600_000);
  assertEquals(tries.map(([, position]) => position), [...Array(12).fill("1"), "2"]);
  const delays = tries.map(([atMs], index) => atMs - (tries[index - 1]?.[0] ?? 0));
  assertEquals(
    delays.slice(1, 12),
    [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000],
  );
  assertEquals(topic.commits.at(-1), 2);
  await member.close();
});

Deno.test("GroupMember outlives a store that fails", async () => {
  const topic = new Topic();
  topic.newest = 3;
  topic.error = new Error("locked");
  const seen: string[] = [];
  const { clock, member } = open(
    topic,
    ({ position }) => Promise.resolve(void seen.push(position)),
  );
  await clock.advance(350);
  assertEquals([seen, topic.readCount], [[], 3]);
  topic.error = undefined;
  await clock.advance(1000);
  assertEquals([seen, topic.commits.at(-1)], [["1", "2", "3"], 3]);
  await member.close();
});

Deno.test("GroupMember makes up for a commit that failed with the next one", async () => {
  const topic = new Topic();
  topic.newest = 2;
  const { clock, member } = open(topic, () => Promise.resolve());
  topic.commitError = new Error("no room");
  await clock.advance(0);
  assertEquals(topic.commits, []);
  topic.commitError = undefined;
  member.wake();
  await clock.advance(0);
  assertEquals(topic.commits, [2]);
  await member.close();
});
