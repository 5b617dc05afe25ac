import { assert, assertEquals, assertThrows } from "@std/assert";
import { Rng } from "../rng.ts";
import { HEADER_LENGTH, HEADER_WORDS } from "./datagram_header.ts";
import { allocateRing, SharedRing } from "./shared_ring.ts";

const SLOT_BYTES = 8;

/** Both sides of a ring, and texts in and out of it. */
class Pair {
  readonly producer: SharedRing;
  readonly consumer: SharedRing;

  constructor(slotCount: number) {
    const memory = allocateRing({ slotCount, slotBytes: SLOT_BYTES });
    this.producer = new SharedRing(memory);
    this.consumer = new SharedRing(memory);
  }

  reserve(text: string): boolean {
    const bytes = new TextEncoder().encode(text);
    const index = this.producer.tryReserve(this.producer.spanOf(bytes.length));
    if (index < 0) return false;
    this.producer.headers[index * HEADER_WORDS + HEADER_LENGTH] = bytes.length;
    this.producer.bytes.set(bytes, index * SLOT_BYTES);
    return true;
  }

  put(text: string): boolean {
    const isIn = this.reserve(text);
    this.producer.commit();
    return isIn;
  }

  look(): string | undefined {
    const { consumer } = this;
    const index = consumer.peek();
    if (index < 0) return undefined;
    const length = consumer.headers[index * HEADER_WORDS + HEADER_LENGTH] ?? 0;
    const start = index * SLOT_BYTES;
    return new TextDecoder().decode(consumer.bytes.slice(start, start + length));
  }

  take(): string | undefined {
    const text = this.look();
    if (text !== undefined) this.consumer.advance();
    this.consumer.release();
    return text;
  }
}

Deno.test("SharedRing gives back what was put in, in its order, round and round", () => {
  const ring = new Pair(4);
  for (let turn = 0; turn < 10; turn++) {
    for (const text of ["a", "", "c"]) ring.put(`${text}${turn}`);
    assertEquals([ring.take(), ring.take(), ring.take()], [`a${turn}`, `${turn}`, `c${turn}`]);
    assertEquals(ring.take(), undefined);
  }
});

Deno.test("SharedRing takes as many as it has slots, and one more for each that is released", () => {
  const ring = new Pair(4);
  assertEquals(["1", "2", "3", "4", "5"].map((text) => ring.put(text)), [
    true,
    true,
    true,
    true,
    false,
  ]);
  assertEquals([ring.producer.freeSlots(), ring.consumer.usedSlots], [0, 4]);
  assertEquals(ring.look(), "1");
  ring.consumer.advance();
  assertEquals(ring.put("5"), false);
  ring.consumer.release();
  assertEquals([ring.put("5"), ring.put("6")], [true, false]);
  assertEquals([ring.take(), ring.take(), ring.take(), ring.take()], ["2", "3", "4", "5"]);
});

Deno.test("SharedRing shows nothing before it is committed", () => {
  const ring = new Pair(4);
  ring.reserve("a");
  ring.reserve("b");
  assertEquals(ring.look(), undefined);
  ring.producer.commit();
  assertEquals([ring.take(), ring.take()], ["a", "b"]);
});

Deno.test("SharedRing keeps what is longer than a slot together, wherever its end is", () => {
  const ring = new Pair(8);
  for (let turn = 0; turn < 20; turn++) {
    const long = String(turn % 10).repeat(3 * SLOT_BYTES - turn % 5);
    assertEquals(ring.put(long), true);
    assertEquals([ring.put("short"), ring.put("")], [true, true]);
    assertEquals([ring.take(), ring.take(), ring.take(), ring.take()], [
      long,
      "short",
      "",
      undefined,
    ]);
  }
  assertEquals(ring.put("x".repeat(9 * SLOT_BYTES)), false);
});

Deno.test("SharedRing goes back to what is not released", () => {
  const ring = new Pair(4);
  for (const text of ["a", "b", "c"]) ring.put(text);
  ring.take();
  ring.consumer.peek();
  ring.consumer.advance();
  assertEquals(ring.look(), "c");
  ring.consumer.rewind();
  assertEquals([ring.take(), ring.take()], ["b", "c"]);
});

Deno.test("SharedRing goes on when its positions pass 2^31 and 2^32", () => {
  for (const start of [2 ** 31 - 2, 2 ** 32 - 2]) {
    const memory = allocateRing({ slotCount: 4, slotBytes: SLOT_BYTES });
    new Int32Array(memory.positions).fill(start | 0);
    const producer = new SharedRing(memory);
    const consumer = new SharedRing(memory);
    for (let count = 0; count < 4; count++) producer.tryReserve();
    assertEquals(producer.tryReserve(), -1);
    producer.commit();
    assertEquals(consumer.usedSlots, 4);
    for (let count = 0; count < 4; count++) {
      assertEquals(consumer.peek(), (start + count) % 4);
      consumer.advance();
    }
    consumer.release();
    assertEquals([consumer.peek(), producer.freeSlots()], [-1, 4]);
  }
});

Deno.test("SharedRing begins at its first slot again where it is empty and has come some way", () => {
  const ring = new Pair(1_024);
  const putAndTake = (count: number): void => {
    for (let index = 0; index < count; index++) ring.put(`${index}`);
    for (let index = 0; index < count; index++) assertEquals(ring.take(), `${index}`);
  };
  putAndTake(10);
  assertEquals(ring.producer.tryBeginAgain(), false);
  putAndTake(400);
  ring.put("in it");
  assertEquals(ring.producer.tryBeginAgain(), false);
  assertEquals(ring.take(), "in it");
  assertEquals(ring.producer.tryBeginAgain(), true);
  assertEquals([ring.producer.headIndex, ring.producer.freeSlots()], [0, 1_024]);
  assertEquals([ring.consumer.usedSlots, ring.look()], [0, undefined]);
  // All of its slots are free at once, those before it began again too.
  for (let index = 0; index < 1_024; index++) assertEquals(ring.put(`${index}`), true);
  assertEquals([ring.put("no room"), ring.consumer.usedSlots], [false, 1_024]);
  for (let index = 0; index < 1_024; index++) assertEquals(ring.take(), `${index}`);
});

Deno.test("SharedRing is a queue, however often it begins again and wherever its positions are", () => {
  for (const start of [0, 2 ** 31 - 700, 2 ** 32 - 700]) {
    const rng = new Rng(start + 1);
    const memory = allocateRing({ slotCount: 512, slotBytes: SLOT_BYTES });
    new Int32Array(memory.positions).fill(start | 0);
    const producer = new SharedRing(memory);
    const consumer = new SharedRing(memory);
    const queue: number[] = [];
    let put = 0;
    let looked = 0;
    let again = 0;
    for (let step = 0; step < 20_000; step++) {
      const dice = rng.below(8);
      if (dice === 0) again += producer.tryBeginAgain() ? 1 : 0;
      if (dice < 4) {
        const lot = rng.below(100);
        for (let index = 0; index < lot; index++) {
          const slot = producer.tryReserve();
          assertEquals(slot >= 0, queue.length < 512);
          if (slot < 0) break;
          producer.headers[slot * HEADER_WORDS + HEADER_LENGTH] = put % 1_000;
          queue.push(put++);
        }
        producer.commit();
      } else if (dice === 4) {
        consumer.rewind();
        looked = 0;
      } else {
        const lot = rng.below(400);
        for (let index = 0; index < lot && looked < queue.length; index++) {
          const slot = consumer.peek();
          const length = consumer.headers[slot * HEADER_WORDS + HEADER_LENGTH];
          assertEquals(length, (queue[looked] ?? 0) % 1_000, `step ${step}`);
          consumer.advance();
          looked++;
        }
        if (dice === 5) continue;
        consumer.release();
        queue.splice(0, looked);
        looked = 0;
      }
      assertEquals(consumer.usedSlots, queue.length, `step ${step}`);
      assertEquals(producer.freeSlots(), 512 - queue.length, `step ${step}`);
      if (looked === queue.length) assertEquals(consumer.peek(), -1);
    }
    assert(again > 20, `${again}`);
  }
});

Deno.test("allocateRing refuses sizes that a ring cannot have", () => {
  for (const slotCount of [0, 3, 1.5, NaN, 1 << 17]) {
    assertThrows(() => allocateRing({ slotCount, slotBytes: 8 }), RangeError, "Cannot allocate");
  }
  for (const slotBytes of [0, 7, 65_544]) {
    assertThrows(() => allocateRing({ slotCount: 4, slotBytes }), RangeError, "Cannot allocate");
  }
});
