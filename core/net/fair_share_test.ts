import { assertEquals } from "@std/assert";
import { HEADER_HASH, HEADER_LENGTH, HEADER_WORDS } from "./datagram_header.ts";
import { FairShare } from "./fair_share.ts";
import { allocateRing, SharedRing } from "./shared_ring.ts";

Deno.test("FairShare counts exactly, however often the ring begins again", () => {
  const memory = allocateRing({ slotCount: 1_024, slotBytes: 8 });
  const producer = new SharedRing(memory);
  const consumer = new SharedRing(memory);
  const share = new FairShare(producer);
  // 0 is what the headers have that were never written.
  const hashes = [0, 6];
  /** Asks for one slot more than half of what is free; gives how many there were. */
  const take = (hash: number): number => {
    share.settle();
    let count = 0;
    for (; count < 600 && share.tryTake(hash); count++) {
      const base = producer.tryReserve() * HEADER_WORDS;
      producer.headers[base + HEADER_LENGTH] = 1;
      producer.headers[base + HEADER_HASH] = hash;
    }
    producer.commit();
    return count;
  };
  for (let round = 0; round < 20; round++) {
    assertEquals(hashes.map(take), [512, 256], `round ${round}`);
    for (let count = 0; count < 512 + 256; count++) {
      assertEquals(consumer.peek(), count, `round ${round}`);
      consumer.advance();
    }
    consumer.release();
  }
});
