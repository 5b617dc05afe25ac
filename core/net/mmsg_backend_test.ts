import { assertEquals } from "@std/assert";
import { systemClock } from "../clock.ts";
import { SourceFilter } from "./datagram_filter.ts";
import { DatagramGate } from "./datagram_gate.ts";
import { addressWords, HEADER_LENGTH, HEADER_WORDS, writeSource } from "./datagram_header.ts";
import { tryParseIp } from "./ip_address.ts";
import { openMmsgBackend } from "./mmsg_backend.ts";
import { EventWaker } from "./event_waker.ts";
import { findLibc } from "./libc_path.ts";
import { SharedRing } from "./shared_ring.ts";
import { type UdpBackend, WorkerLink } from "./udp_backend.ts";
import { allocateUdpMemory, STATE_STOP, UdpCounters, type UdpMemory } from "./udp_memory.ts";
import type { UdpSource } from "./udp_source.ts";

const libcPath = findLibc() ?? "";
const ignore = libcPath === "";

// What it does with a thread of its own is proven in tests/contract/udp_backend_contract.ts. Here it is
// told to stop before it begins, because it holds up the thread that it runs in.

for (const hostname of ["127.0.0.1", "::1"]) {
  Deno.test({
    name: `MmsgBackend on ${hostname} sends several lots of the longest datagrams before it stops`,
    ignore,
    fn: async () => {
      using bench = new Bench();
      const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
      const backend = bench.open({ hostname });
      assertEquals(backend.address.hostname, hostname);
      const { addr } = socket;
      if (addr.transport !== "udp") throw new TypeError("Cannot receive: no UDP socket");
      // A lot of 64 and one of 16; 80 of them fit the buffer of the kernel.
      for (let index = 0; index < 80; index++) bench.put(index, addr);
      await backend.run();
      for (let index = 0; index < 80; index++) {
        const [bytes, from] = await socket.receive();
        assertEquals(bytes, new Uint8Array(1_200).fill(index));
        assertEquals(from, { transport: "udp", ...backend.address });
      }
      assertEquals(bench.counters.get("sent"), 80);
      socket.close();
    },
  });
}

Deno.test({
  name: "MmsgBackend goes past a datagram that cannot be sent, wherever it is in a lot",
  ignore,
  fn: async () => {
    using bench = new Bench();
    const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const { addr } = socket;
    if (addr.transport !== "udp") throw new TypeError("Cannot receive: no UDP socket");
    const bad = { hostname: "127.0.0.1", port: 0 };
    for (const [index, to] of [bad, addr, bad, bad, addr, bad].entries()) bench.put(index, to);
    await bench.open({ hostname: "127.0.0.1" }).run();
    assertEquals([(await socket.receive())[0][0], (await socket.receive())[0][0]], [1, 4]);
    assertEquals([bench.counters.get("sent"), bench.counters.get("send_failed")], [2, 4]);
    assertEquals(bench.failures.length, 4);
    socket.close();
  },
});

Deno.test({
  name: "MmsgBackend shares its port with others that allow it",
  ignore,
  fn: async () => {
    using first = new Bench();
    using second = new Bench();
    const one = first.open({ hostname: "127.0.0.1", reusePort: true });
    const { port } = one.address;
    const two = second.open({ hostname: "127.0.0.1", port, reusePort: true });
    assertEquals(two.address, one.address);
    await one.run();
    await two.run();
  },
});

/** A backend in this thread, told to stop. */
class Bench implements Disposable {
  readonly failures: string[] = [];
  readonly counters: UdpCounters;
  readonly #memory: UdpMemory;
  readonly #outbound: SharedRing;
  readonly #waker = new EventWaker(libcPath);

  constructor() {
    this.#memory = allocateUdpMemory({
      datagramBytesMax: 1_200,
      inboundSlots: 16,
      outboundSlots: 128,
      batch: 64,
    });
    this.counters = new UdpCounters(this.#memory.counters);
    this.#outbound = new SharedRing(this.#memory.outbound);
    Atomics.store(new Int32Array(this.#memory.state), STATE_STOP, 1);
  }

  /** Puts in a datagram of 1200 equal bytes. */
  put(byte: number, { hostname, port }: UdpSource): void {
    const ring = this.#outbound;
    const index = ring.tryReserve();
    ring.headers[index * HEADER_WORDS + HEADER_LENGTH] = 1_200;
    ring.bytes.fill(byte, index * ring.slotBytes, index * ring.slotBytes + 1_200);
    const words = addressWords(tryParseIp(hostname) ?? new Uint8Array());
    writeSource(ring.headers, index * HEADER_WORDS, { words, port });
    ring.commit();
  }

  open(
    at: { readonly hostname: string; readonly port?: number; readonly reusePort?: boolean },
  ): UdpBackend {
    const memory = this.#memory;
    const filter = new SourceFilter({ datagramBytesMax: 1_200, ratePerSecond: 1, burst: 1 });
    return openMmsgBackend({
      port: 0,
      reusePort: false,
      ...at,
      libcPath,
      memory,
      wakeDescriptor: this.#waker.descriptor,
      link: new WorkerLink(memory, filter),
      gate: new DatagramGate({ memory, filter, seed: 0, clock: systemClock }),
      onFailure: (_reason, error) => void this.failures.push(error),
    });
  }

  [Symbol.dispose](): void {
    this.#waker.close();
  }
}
