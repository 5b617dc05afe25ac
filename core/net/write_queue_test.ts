import { assertEquals } from "@std/assert";
import { ManualClock } from "../manual_clock.ts";
import { type WriteFailure, WriteQueue, type WriteQueueOptions } from "./write_queue.ts";

const BYTES_MAX = 20;
const TIMEOUT_MS = 100;

/** A queue whose writes end when the test says so, with what came of it. */
class Bench {
  readonly clock = new ManualClock();
  readonly writes: string[] = [];
  readonly failures: WriteFailure[] = [];
  readonly queue: WriteQueue;
  #finishWrite: { resolve: (count: number) => void; reject: (error: Error) => void } | undefined;

  constructor(options: Partial<WriteQueueOptions> = {}) {
    this.queue = new WriteQueue({
      write: (bytes) => {
        this.writes.push(new TextDecoder().decode(bytes));
        const { promise, ...finish } = Promise.withResolvers<number>();
        this.#finishWrite = finish;
        return promise;
      },
      bytesMax: BYTES_MAX,
      timeoutMs: TIMEOUT_MS,
      clock: this.clock,
      onFailure: (reason) => this.failures.push(reason),
      ...options,
    });
  }

  /** The write under way takes so many bytes. */
  async take(count: number): Promise<void> {
    this.#finishWrite?.resolve(count);
    await this.settle();
  }

  async refuse(error: Error): Promise<void> {
    this.#finishWrite?.reject(error);
    await this.settle();
  }

  settle(): Promise<void> {
    return this.clock.advance(0);
  }
}

Deno.test("WriteQueue sends lines queued in one turn, or during a write, in one write", async () => {
  const bench = new Bench();
  bench.queue.push("a");
  bench.queue.push("b");
  await bench.settle();
  assertEquals(bench.writes, ["a\nb\n"]);
  bench.queue.push("c");
  bench.queue.push("танк");
  await bench.settle();
  assertEquals(bench.writes.length, 1);
  await bench.take(4);
  assertEquals(bench.writes, ["a\nb\n", "c\nтанк\n"]);
  assertEquals(bench.queue.byteCount, 11);
  await bench.take(11);
  assertEquals(bench.queue.byteCount, 0);
  bench.queue.push("d");
  await bench.settle();
  assertEquals(bench.writes.at(-1), "d\n");
  assertEquals(bench.failures, []);
  bench.queue.dispose();
});

Deno.test("WriteQueue writes the rest of what was written in part", async () => {
  const bench = new Bench();
  bench.queue.push("abcdef");
  await bench.settle();
  await bench.take(2);
  await bench.take(4);
  assertEquals(bench.writes, ["abcdef\n", "cdef\n", "\n"]);
  await bench.take(1);
  assertEquals(bench.queue.byteCount, 0);
  bench.queue.dispose();
});

Deno.test("WriteQueue fills to its bound exactly and fails above it, never from within push", async () => {
  const bench = new Bench();
  bench.queue.push("x".repeat(BYTES_MAX - 1));
  await bench.settle();
  assertEquals(bench.queue.byteCount, BYTES_MAX);
  bench.queue.push("");
  assertEquals(bench.failures, []);
  bench.queue.push("more");
  await bench.settle();
  assertEquals(bench.failures, ["slow_reader"]);
  assertEquals(bench.clock.timerCount, 0);
  await bench.take(BYTES_MAX);
  bench.queue.push("late");
  await bench.settle();
  assertEquals(bench.writes.length, 1);
});

Deno.test("WriteQueue fails when one batch takes longer than its time", async () => {
  const bench = new Bench();
  bench.queue.push("a");
  await bench.clock.advance(TIMEOUT_MS - 1);
  bench.queue.push("b");
  await bench.take(2);
  await bench.clock.advance(TIMEOUT_MS - 1);
  assertEquals(bench.failures, []);
  await bench.clock.advance(1);
  assertEquals(bench.failures, ["slow_reader"]);
});

Deno.test("WriteQueue counts a batch's time from its start, whatever part of it goes out", async () => {
  const bench = new Bench();
  bench.queue.push("abcdef");
  for (let count = 0; count < 5; count++) {
    await bench.clock.advance(TIMEOUT_MS / 5);
    await bench.take(1);
  }
  assertEquals(bench.failures, ["slow_reader"]);
});

Deno.test("WriteQueue fails once when the socket refuses", async () => {
  const bench = new Bench();
  bench.queue.push("a");
  await bench.settle();
  await bench.refuse(new Deno.errors.BrokenPipe("gone"));
  bench.queue.push("b");
  await bench.clock.advance(10 * TIMEOUT_MS);
  assertEquals(bench.failures, ["reset"]);
  assertEquals(bench.writes.length, 1);
});

Deno.test("WriteQueue lets those who wait for room go on, also when it is over", async () => {
  const bench = new Bench();
  const done: string[] = [];
  bench.queue.push("abcdefgh");
  await bench.settle();
  bench.queue.push("12345");
  void bench.queue.whenAtMost(6).then(() => done.push("six"));
  void bench.queue.whenAtMost(0).then(() => done.push("empty"));
  void bench.queue.whenAtMost(15).then(() => done.push("at once"));
  await bench.settle();
  assertEquals(done, ["at once"]);
  await bench.take(9);
  assertEquals(done, ["at once", "six"]);
  bench.queue.dispose();
  await bench.settle();
  assertEquals(done, ["at once", "six", "empty"]);
});
