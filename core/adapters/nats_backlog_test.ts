import { assertEquals } from "@std/assert";
import { Deque } from "../deque.ts";
import { ManualClock } from "../manual_clock.ts";
import { type BacklogListener, NatsBacklog } from "./nats_backlog.ts";

interface Named extends BacklogListener<number> {
  readonly name: string;
}

function open(lengthMax: number): {
  readonly backlog: NatsBacklog<number, Named>;
  readonly clock: ManualClock;
  readonly seen: string[];
  listen(name: string): Named;
} {
  const clock = new ManualClock();
  const seen: string[] = [];
  const onDrop = ({ name }: Named): void => void seen.push(`${name} drops`);
  const backlog = new NatsBacklog<number, Named>({ clock, lengthMax, onDrop });
  const listen = (name: string): Named => ({
    name,
    waiting: new Deque(),
    take: (message) => void seen.push(`${name}${message}`),
  });
  return { backlog, clock, seen, listen };
}

Deno.test("NatsBacklog delivers later, in the order of coming, whoever it is for", async () => {
  const { backlog, seen, listen } = open(10);
  const [a, b] = [listen("a"), listen("b")];
  backlog.push(a, 1);
  backlog.push(b, 2);
  backlog.push(a, 3);
  assertEquals(seen, []);
  await Promise.resolve();
  assertEquals(seen, ["a1", "b2", "a3"]);
  backlog.push(b, 4);
  await Promise.resolve();
  assertEquals(seen.slice(3), ["b4"]);
});

Deno.test("NatsBacklog drops the oldest of the listener that is behind, and of no other", async () => {
  const { backlog, seen, listen } = open(2);
  const [a, b] = [listen("a"), listen("b")];
  for (const message of [1, 2, 3, 4]) backlog.push(a, message);
  backlog.push(b, 5);
  assertEquals(seen, ["a drops", "a drops"]);
  await Promise.resolve();
  assertEquals(seen.slice(2), ["a3", "a4", "b5"]);
});

Deno.test("NatsBacklog lets timers run in a flood", async () => {
  const { backlog, clock, seen, listen } = open(10_000);
  const a = listen("a");
  for (let message = 0; message < 3_000; message++) backlog.push(a, message);
  await Promise.resolve();
  assertEquals([seen.length, clock.timerCount], [1_024, 1]);
  await clock.advance(0);
  assertEquals([seen.length, clock.timerCount], [3_000, 0]);
});

Deno.test("NatsBacklog forgets what waits, and leaves no timer", async () => {
  const { backlog, clock, seen, listen } = open(10_000);
  const [a, b] = [listen("a"), listen("b")];
  for (let message = 0; message < 3_000; message++) backlog.push(a, message);
  await Promise.resolve();
  backlog.clear();
  assertEquals([a.waiting.length, clock.timerCount], [0, 0]);
  backlog.push(b, 1);
  await Promise.resolve();
  assertEquals(seen.slice(1_024), ["b1"]);
});

Deno.test("NatsBacklog passes over a listener that forgot its messages", async () => {
  const { backlog, seen, listen } = open(10);
  const [a, b] = [listen("a"), listen("b")];
  backlog.push(a, 1);
  backlog.push(b, 2);
  a.waiting.clear();
  await Promise.resolve();
  assertEquals(seen, ["b2"]);
});
