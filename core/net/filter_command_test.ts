import { assertEquals, assertThrows } from "@std/assert";
import { CONNECTIONS_MAX } from "./connection_keys.ts";
import { SourceFilter } from "./datagram_filter.ts";
import { HEADER_WORDS } from "./datagram_header.ts";
import { type FilterCommand, readCommand, tryWriteCommand } from "./filter_command.ts";
import { allocateRing, SharedRing } from "./shared_ring.ts";

const KEY = Uint8Array.from({ length: 16 }, (_, index) => index);

Deno.test("readCommand reads what tryWriteCommand wrote, in its order", () => {
  const { producer, consumer } = openPair(4);
  const commands: readonly FilterCommand[] = [
    { kind: "add_connection", id: 0xffff_ffff, key: KEY },
    { kind: "remove_connection", id: 1 },
    { kind: "add_connection", id: 2, key: KEY.toReversed() },
  ];
  for (let turn = 0; turn < 5; turn++) {
    for (const command of commands) assertEquals(tryWriteCommand(producer, command), true);
    for (const command of commands) assertEquals(readCommand(consumer), command);
    assertEquals(readCommand(consumer), undefined);
  }
});

Deno.test("tryWriteCommand says that there is no room, and refuses what is no command", () => {
  const { producer, consumer } = openPair(1);
  const add = { kind: "add_connection", id: 1, key: KEY } as const;
  assertEquals(tryWriteCommand(producer, add), true);
  assertEquals(tryWriteCommand(producer, add), false);
  readCommand(consumer);
  const bad: readonly FilterCommand[] = [
    { ...add, key: KEY.subarray(1) },
    { ...add, key: new Uint8Array(17) },
  ];
  for (const command of bad) {
    assertThrows(() => tryWriteCommand(producer, command), RangeError, "Cannot add connection");
  }
  assertEquals(readCommand(consumer), undefined);
});

Deno.test("readCommand throws for what is no command", () => {
  const { producer, consumer } = openPair(1);
  producer.headers.fill(99, 0, HEADER_WORDS);
  producer.tryReserve();
  producer.commit();
  assertThrows(() => readCommand(consumer), Error, "kind is 99");
});

Deno.test("SourceFilter keeps connections up to its bound, and forgets those that are over", () => {
  const filter = new SourceFilter({ datagramBytesMax: 1, ratePerSecond: 1, burst: 1 });
  for (let id = 1; id <= CONNECTIONS_MAX + 10; id++) {
    filter.apply({ kind: "add_connection", id, key: KEY });
  }
  assertEquals(filter.connectionCount, CONNECTIONS_MAX);
  filter.apply({ kind: "remove_connection", id: 1 });
  filter.apply({ kind: "remove_connection", id: 1 });
  assertEquals(filter.connectionCount, CONNECTIONS_MAX - 1);
});

function openPair(
  slotCount: number,
): { readonly producer: SharedRing; readonly consumer: SharedRing } {
  const memory = allocateRing({ slotCount, slotBytes: 64 });
  return { producer: new SharedRing(memory), consumer: new SharedRing(memory) };
}
