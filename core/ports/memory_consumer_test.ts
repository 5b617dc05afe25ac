import { assertEquals } from "@std/assert";
import { MemoryConsumer } from "./memory_consumer.ts";

Deno.test("MemoryConsumer has room below its prefetch", () => {
  const consumer = new MemoryConsumer(() => Promise.resolve(), 2, () => {});
  const rooms = [consumer.hasRoom];
  for (let message = 0; message < 2; message++) {
    consumer.inHand.begin();
    rooms.push(consumer.hasRoom);
  }
  consumer.inHand.end();
  assertEquals([...rooms, consumer.hasRoom], [true, true, false, true]);
});

Deno.test("MemoryConsumer closes once, and waits for what is in its hand", async () => {
  let closedCount = 0;
  let isDone = false;
  const consumer = new MemoryConsumer(() => Promise.resolve(), 1, () => closedCount++);
  consumer.inHand.begin();
  const closing = consumer.close().then(() => isDone);
  assertEquals([closedCount, consumer.closing.aborted], [1, true]);
  isDone = true;
  consumer.inHand.end();
  assertEquals(await closing, true);
  await consumer.close();
  assertEquals(closedCount, 1);
});
