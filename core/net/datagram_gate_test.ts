import { assertEquals } from "@std/assert";
import { ManualClock } from "../manual_clock.ts";
import { SourceFilter } from "./datagram_filter.ts";
import { DatagramGate } from "./datagram_gate.ts";
import {
  addressWords,
  HEADER_ARRIVAL,
  HEADER_CONNECTION,
  HEADER_LENGTH,
  HEADER_PORT,
  HEADER_TAG,
  HEADER_WORDS,
  TAG_BINARY,
  TAG_JSON,
  TAG_OTHER,
  writeSource,
} from "./datagram_header.ts";
import { SharedRing } from "./shared_ring.ts";
import {
  allocateUdpMemory,
  STATE_OWNER_ASLEEP,
  STATE_OWNER_WAKE,
  STATE_WAKE_AT,
  UdpCounters,
} from "./udp_memory.ts";

const SLOTS = 16;
const BATCH = 8;
const LOOPBACK = addressWords(Uint8Array.of(127, 0, 0, 1));

interface Offered {
  readonly port: number;
  readonly text: string;
}

/** A gate on a ring of 16 slots, and the consumer of that. */
class Bench {
  readonly clock = new ManualClock(5_000);
  readonly memory = allocateUdpMemory({
    datagramBytesMax: 100,
    inboundSlots: SLOTS,
    outboundSlots: 2,
    batch: BATCH,
  });
  readonly state = new Int32Array(this.memory.state);
  readonly counters = new UdpCounters(this.memory.counters);
  readonly consumer = new SharedRing(this.memory.inbound);
  readonly gate: DatagramGate;

  constructor(burst = 1_000) {
    this.gate = new DatagramGate({
      memory: this.memory,
      filter: new SourceFilter({ datagramBytesMax: 100, ratePerSecond: 10, burst }),
      seed: 7,
      clock: this.clock,
    });
  }

  /** Offers a lot as a backend does: in the slots that come next, or in spare ones. */
  offer(...datagrams: readonly Offered[]): void {
    const { gate } = this;
    const { ring } = gate;
    const untilEnd = SLOTS - ring.headIndex;
    const isTight = gate.begin() < datagrams.length || untilEnd < datagrams.length;
    const start = isTight ? SLOTS : ring.headIndex;
    for (const [at, { port, text }] of datagrams.entries()) {
      const base = (start + at) * HEADER_WORDS;
      ring.headers[base + HEADER_LENGTH] = text.length;
      writeSource(ring.headers, base, { words: LOOPBACK, port });
      ring.bytes.set(new TextEncoder().encode(text), (start + at) * ring.slotBytes);
    }
    for (const at of datagrams.keys()) gate.offer(start + at);
    gate.commit();
    gate.wakeOwner();
  }

  take(): Offered | undefined {
    const { consumer } = this;
    const index = consumer.peek();
    if (index < 0) return undefined;
    const base = index * HEADER_WORDS;
    const start = index * consumer.slotBytes;
    const length = consumer.headers[base + HEADER_LENGTH] ?? 0;
    const text = new TextDecoder().decode(consumer.bytes.slice(start, start + length));
    const port = consumer.headers[base + HEADER_PORT] ?? 0;
    consumer.advance();
    consumer.release();
    return { port, text };
  }

  takeAll(): Offered[] {
    const taken: Offered[] = [];
    for (let next = this.take(); next !== undefined; next = this.take()) taken.push(next);
    return taken;
  }
}

function lot(port: number, count: number, text = "x"): Offered[] {
  return Array.from({ length: count }, (_, index) => ({ port, text: `${text}${index}` }));
}

Deno.test("DatagramGate moves what is let in together over what is not", () => {
  const bench = new Bench();
  const tooLong = { port: 1, text: "y".repeat(101) };
  const good = lot(1, 4);
  for (let turn = 0; turn < 10; turn++) {
    const [first, second, third, fourth] = good;
    if (!first || !second || !third || !fourth) throw new Error("Cannot happen");
    bench.offer(tooLong, first, tooLong, tooLong, second, third, tooLong, fourth);
    assertEquals(bench.takeAll(), good);
  }
  assertEquals([bench.counters.get("received"), bench.counters.get("too_large")], [80, 40]);
});

Deno.test("DatagramGate leaves one source half of the ring, two a third each", () => {
  const one = new Bench();
  for (let turn = 0; turn < 4; turn++) one.offer(...lot(1, BATCH));
  assertEquals(one.takeAll().length, SLOTS / 2);
  assertEquals(one.counters.get("inbound_full"), 4 * BATCH - SLOTS / 2);

  const two = new Bench();
  for (let turn = 0; turn < 40; turn++) two.offer(...lot(1 + turn % 2, 1));
  const taken = two.takeAll();
  // A third of 16 slots each, and what is left is for others.
  assertEquals([1, 2].map((port) => taken.filter((one) => one.port === port).length), [6, 5]);
});

Deno.test("DatagramGate gives a source its share again when the consumer has taken from it", () => {
  const bench = new Bench();
  for (let turn = 0; turn < 50; turn++) {
    bench.offer(...lot(1, BATCH, "a"));
    bench.offer(...lot(1, BATCH, "b"));
    assertEquals(bench.takeAll(), lot(1, BATCH, "a"));
  }
});

Deno.test("DatagramGate lets a quiet source in whoever floods", () => {
  const bench = new Bench();
  const quiet = { port: 9, text: "quiet" };
  for (let turn = 0; turn < 5; turn++) {
    for (let port = 1; port <= 3; port++) bench.offer(...lot(port, BATCH));
  }
  bench.offer(quiet);
  assertEquals(bench.takeAll().at(-1), quiet);
});

Deno.test("DatagramGate counts and drops what a source sends beyond its rate", async () => {
  const bench = new Bench(2);
  bench.offer(...lot(1, 5));
  bench.offer(...lot(2, 1));
  assertEquals(bench.takeAll(), [...lot(1, 2), ...lot(2, 1)]);
  assertEquals(bench.counters.get("source_rate"), 3);
  await bench.clock.advance(100);
  bench.offer(...lot(1, 5));
  assertEquals(bench.takeAll(), lot(1, 1));
});

Deno.test("DatagramGate says when a datagram came and what its first byte makes it", async () => {
  const bench = new Bench();
  await bench.clock.advance(250);
  const { gate, consumer } = bench;
  const tags: number[] = [];
  for (const first of [0x7b, 0xb1, 0x20, undefined]) {
    gate.begin();
    const index = gate.ring.headIndex;
    const base = index * HEADER_WORDS;
    gate.ring.headers[base + HEADER_LENGTH] = first === undefined ? 0 : 1;
    gate.ring.headers[base + HEADER_CONNECTION] = 5;
    gate.ring.bytes[index * gate.ring.slotBytes] = first ?? 0x7b;
    gate.offer(index);
    gate.commit();
    tags.push(consumer.headers[base + HEADER_TAG] ?? -1);
    assertEquals(consumer.headers[base + HEADER_CONNECTION], 0);
    const arrivals = new Float64Array(consumer.headers.buffer);
    assertEquals(arrivals[(base + HEADER_ARRIVAL) / 2], 5_250);
  }
  assertEquals(tags, [TAG_JSON, TAG_BINARY, TAG_OTHER, TAG_OTHER]);
});

Deno.test("DatagramGate wakes an owner that waits, once there is enough for it", () => {
  const bench = new Bench();
  const wakes = (): number => Atomics.load(bench.state, STATE_OWNER_WAKE);
  Atomics.store(bench.state, STATE_WAKE_AT, 3);
  bench.offer(...lot(1, 4));
  assertEquals(wakes(), 0);
  Atomics.store(bench.state, STATE_OWNER_ASLEEP, 1);
  bench.offer(...lot(1, 1));
  bench.offer(...lot(1, 1));
  assertEquals([wakes(), Atomics.load(bench.state, STATE_OWNER_ASLEEP)], [1, 0]);
  bench.takeAll();
  Atomics.store(bench.state, STATE_OWNER_ASLEEP, 1);
  bench.offer(...lot(1, 2));
  assertEquals(wakes(), 1);
});
