import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { RELIABLE_HELD_MAX, ReliableInbox } from "./reliable_inbox.ts";
import { RELIABLE_WAITING_MAX, ReliableOutbox } from "./reliable_outbox.ts";

Deno.test("ReliableOutbox sends each message at once, and again until it is acknowledged", () => {
  const outbox = new ReliableOutbox();
  outbox.add("a");
  assertEquals(outbox.takeDue(0, 1)?.text, "a");
  assertEquals(outbox.takeDue(100, 2), undefined);
  assertEquals(outbox.takeDue(150, 3)?.number, 1);
  assertEquals(outbox.takeDue(300, 4), undefined, "the wait doubles");
  assertEquals(outbox.takeDue(450, 5)?.number, 1);
  outbox.onAck(7, 0);
  assertEquals(outbox.size, 1, "another datagram's acknowledgement");
  outbox.onAck(4, 1);
  assertEquals([outbox.size, outbox.takeDue(9_999, 8)], [0, undefined]);
});

Deno.test("ReliableOutbox takes an acknowledgement of any datagram that carried the message", () => {
  for (const acked of [1, 2, 3]) {
    const outbox = new ReliableOutbox();
    outbox.add("a");
    for (const [sequence, nowMs] of [[1, 0], [2, 200], [3, 1_000]] as const) {
      assert(outbox.takeDue(nowMs, sequence));
    }
    outbox.onAck(acked, 0);
    assertEquals(outbox.size, 0);
  }
});

Deno.test("ReliableOutbox holds a bounded number, and gives up what comes then", () => {
  const outbox = new ReliableOutbox();
  for (let count = 0; count < RELIABLE_WAITING_MAX + 3; count++) {
    assertEquals(outbox.add(`${count}`), count < RELIABLE_WAITING_MAX);
  }
  assertEquals(outbox.size, RELIABLE_WAITING_MAX);
  assertEquals(outbox.takeDue(0, 1)?.text, "0");
});

Deno.test("ReliableOutbox sends no more than the other side can hold back", () => {
  const outbox = new ReliableOutbox();
  for (let count = 0; count < RELIABLE_WAITING_MAX; count++) outbox.add(`${count}`);
  let sequence = 0;
  while (outbox.takeDue(0, sequence + 1) !== undefined) sequence++;
  assertEquals(sequence, RELIABLE_HELD_MAX);
  outbox.onAck(2, 0);
  assertEquals(outbox.takeDue(0, ++sequence), undefined, "the first is still missing");
  outbox.onAck(1, 0);
  assertEquals(outbox.takeDue(0, ++sequence)?.number, RELIABLE_HELD_MAX + 1);
});

Deno.test("ReliableInbox hands each message over once and in order", () => {
  const inbox = new ReliableInbox();
  assertEquals(inbox.take({ number: 2, text: "b" }), []);
  assertEquals(inbox.take({ number: 1, text: "a" }), ["a", "b"]);
  assertEquals(inbox.take({ number: 1, text: "a" }), []);
  assertEquals(inbox.take({ number: 3 + RELIABLE_HELD_MAX, text: "far" }), []);
  assertEquals(inbox.take({ number: 3, text: "c" }), ["c"]);
  assertEquals(inbox.delivered, 3);
});

Deno.test("Whatever is lost, doubled or late, messages arrive once and in order", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const rng = new Rng(seed);
    const outbox = new ReliableOutbox();
    const inbox = new ReliableInbox();
    const sent = Array.from({ length: 20 }, (_, index) => `m${index}`);
    const came: string[] = [];
    const late: { number: number; text: string }[] = [];
    for (const text of sent) outbox.add(text);
    for (let turn = 1; outbox.size > 0; turn++) {
      assert(turn < 20_000, `seed ${seed}`);
      const due = outbox.takeDue(turn * 33, turn);
      if (due !== undefined && rng.below(3) > 0) {
        if (rng.below(4) === 0) late.push(due);
        came.push(...inbox.take(due));
        if (rng.below(2) === 0) outbox.onAck(turn, 0);
      }
      const again = rng.below(5) === 0 ? late.shift() : undefined;
      if (again !== undefined) came.push(...inbox.take(again));
    }
    assertEquals(came, sent, `seed ${seed}`);
  }
});
