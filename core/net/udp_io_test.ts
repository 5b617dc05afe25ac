import { assertEquals } from "@std/assert";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import { HEADER_LENGTH, HEADER_WORDS } from "./datagram_header.ts";
import { SharedRing } from "./shared_ring.ts";
import { UdpInbox } from "./udp_inbox.ts";
import {
  allocateUdpMemory,
  STATE_WAKE_AT,
  STATE_WORKER_ASLEEP,
  UdpCounters,
} from "./udp_memory.ts";
import { UdpOutbox } from "./udp_outbox.ts";

const TO = { hostname: "10.0.0.1", port: 9 };

// What it does on sockets is proven in tests/contract/udp_backend_contract.ts: here are its two halves.

Deno.test("UdpOutbox wakes a thread that waits once for what one turn sends", async () => {
  const { outbox, consumer, state, wakes } = openOutbox();
  Atomics.store(state, STATE_WORKER_ASLEEP, 1);
  for (let count = 0; count < 10; count++) outbox.send(new Uint8Array(1), TO);
  assertEquals([wakes(), consumer.usedSlots], [0, 0]);
  await Promise.resolve();
  assertEquals([wakes(), consumer.usedSlots], [1, 10]);
  outbox.send(new Uint8Array(1), TO);
  await Promise.resolve();
  assertEquals([wakes(), consumer.usedSlots], [1, 11]);
});

Deno.test("UdpOutbox hands over lots of 64 before the end of a turn", () => {
  const { outbox, consumer } = openOutbox();
  const seen: number[] = [];
  for (let count = 0; count < 128; count++) {
    outbox.send(new Uint8Array(1), TO);
    seen.push(consumer.usedSlots);
  }
  assertEquals(seen, [...Array(63).fill(0), ...Array(64).fill(64), 128]);
});

Deno.test("UdpInbox hands over without being asked once so many wait", async () => {
  const { inbox, taken, put } = openInbox(3);
  put(2);
  await turn();
  assertEquals(taken.length, 0);
  put(2);
  inbox.setWakeAt(3);
  await turn();
  assertEquals(taken.length, 4);
  put(1);
  inbox.setWakeAt(1);
  await turn();
  assertEquals(taken.length, 5);
  inbox.close();
  await turn();
});

Deno.test("UdpInbox hands over a bounded number at once, and the rest the next time", () => {
  const { inbox, taken, put } = openInbox(1_000_000);
  put(6_000);
  assertEquals([inbox.drain(), inbox.drain(), inbox.drain()], [4_096, 1_904, 0]);
  assertEquals(taken, Array(6_000).fill(1));
  put(5);
  inbox.close();
  assertEquals(inbox.drain(), 0);
});

Deno.test("UdpInbox tells of each loss once", () => {
  const { inbox, counters, lost } = openInbox(1_000_000);
  counters.add("too_large", 2);
  counters.add("received", 5);
  inbox.drain();
  counters.add("too_large");
  counters.add("send_failed");
  inbox.drain();
  inbox.countDrops();
  assertEquals(lost, ["too_large 2", "too_large 1", "send_failed 1"]);
  inbox.close();
});

interface OutboxBench {
  readonly outbox: UdpOutbox;
  readonly consumer: SharedRing;
  readonly state: Int32Array;
  wakes(): number;
}

function openOutbox(): OutboxBench {
  const memory = openMemory();
  let wakes = 0;
  const outbox = new UdpOutbox({ memory, wake: () => wakes++, drops: () => {} });
  return {
    outbox,
    consumer: new SharedRing(memory.outbound),
    state: new Int32Array(memory.state),
    wakes: () => wakes,
  };
}

interface InboxBench {
  readonly inbox: UdpInbox;
  readonly counters: UdpCounters;
  /** The length of each datagram that was handed over. */
  readonly taken: number[];
  /** `<reason> <count>` of each loss that was told. */
  readonly lost: string[];
  /** Puts in so many datagrams of one byte. */
  put(count: number): void;
}

function openInbox(wakeAt: number): InboxBench {
  const memory = openMemory();
  Atomics.store(new Int32Array(memory.state), STATE_WAKE_AT, wakeAt);
  const producer = new SharedRing(memory.inbound);
  const taken: number[] = [];
  const lost: string[] = [];
  const inbox = new UdpInbox({
    memory,
    onDatagram: ({ length }) => taken.push(length),
    drops: (reason, count) => lost.push(`${reason} ${count}`),
    log: silentLog,
    clock: new ManualClock(),
  });
  return {
    inbox,
    counters: new UdpCounters(memory.counters),
    taken,
    lost,
    put: (count) => {
      for (let index = 0; index < count; index++) {
        producer.headers[producer.tryReserve() * HEADER_WORDS + HEADER_LENGTH] = 1;
      }
      producer.commit();
    },
  };
}

function openMemory(): ReturnType<typeof allocateUdpMemory> {
  return allocateUdpMemory({
    datagramBytesMax: 100,
    inboundSlots: 8_192,
    outboundSlots: 256,
    batch: 1,
  });
}

/** Lets timers and whatever waits for shared memory run. */
function turn(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 1));
}
