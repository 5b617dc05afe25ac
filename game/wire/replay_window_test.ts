import { assert, assertEquals, assertFalse } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { epochOf, expandAck, isAcked, REPLAY_WINDOW_SIZE, ReplayWindow } from "./replay_window.ts";

Deno.test("ReplayWindow accepts what a plain set of all sequences would, over many epochs", () => {
  const rng = new Rng(11);
  const window = new ReplayWindow();
  const accepted = new Set<number>();
  let newest = 0;
  for (let round = 0; round < 200_000; round++) {
    const jump = rng.below(50) === 0 ? rng.below(2_000) : rng.below(20);
    const sequence = newest + jump - rng.below(300);
    const isFresh = sequence >= 1 && sequence > newest - REPLAY_WINDOW_SIZE &&
      !accepted.has(sequence);
    assertEquals(window.isFresh(sequence), isFresh);
    assertEquals(window.accept(sequence), isFresh, `round ${round}: ${sequence} at ${newest}`);
    if (isFresh) accepted.add(sequence);
    newest = window.newest;
    assertEquals(newest, Math.max(newest, isFresh ? sequence : 0));
    if (round % 100 !== 0) continue;
    assertEquals(window.ack, newest % 65_536);
    for (let back = 0; back < 32; back++) {
      assertEquals(((window.ackBits >>> back) & 1) === 1, accepted.has(newest - 1 - back));
    }
  }
  assert(epochOf(newest) > 10, "the sequences came round");
});

Deno.test("ReplayWindow expands 16 bits to what is nearest to the newest", () => {
  const window = new ReplayWindow();
  assertEquals(window.expand(1), 1);
  assertEquals(window.expand(32_767), 32_767);
  assert(window.expand(65_535) < 1, "nothing is before the first");
  window.accept(65_530);
  assertEquals(window.expand(65_535), 65_535);
  assertEquals(window.expand(0), 65_536);
  assertEquals(window.expand(3), 65_539);
  assertEquals(window.expand(65_000), 65_000);
  window.accept(65_539);
  assertEquals(window.expand(65_531), 65_531);
  assertEquals([epochOf(65_535), epochOf(65_536)], [0, 1]);
});

Deno.test("ReplayWindow forgets a connection", () => {
  const window = new ReplayWindow();
  for (let sequence = 1; sequence <= 300; sequence++) window.accept(sequence);
  window.reset();
  assertEquals([window.newest, window.ack, window.ackBits], [0, 0, 0]);
  assert(window.accept(200));
  assertEquals(window.ackBits, 0);
});

Deno.test("isAcked finds what a header acknowledges, also across the wrap", () => {
  const ack = expandAck(5, 65_545);
  assertEquals(ack, 65_541);
  assert(isAcked(ack, 0, 65_541));
  assert(isAcked(ack, 0x80000001, 65_540));
  assert(isAcked(ack, 0x80000001, 65_509));
  for (const sequence of [65_542, 65_539, 65_508, 65_510]) {
    assertFalse(isAcked(ack, 0x80000001, sequence), `${sequence}`);
  }
  assertEquals(expandAck(0, 40), 0);
  assertEquals(expandAck(50, 40), 0, "it was never sent");
  assertFalse(isAcked(0, 0xffffffff, 0));
});
