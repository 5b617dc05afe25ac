import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { systemClock } from "../clock.ts";
import { SourceFilter } from "./datagram_filter.ts";
import { DatagramGate } from "./datagram_gate.ts";
import { addressWords, HEADER_LENGTH, HEADER_WORDS, writeSource } from "./datagram_header.ts";
import { tryParseIp } from "./ip_address.ts";
import { openMmsgBackend } from "./mmsg_backend.ts";
import { EventWaker } from "./event_waker.ts";
import { findLibc } from "./libc_path.ts";
import { SharedRing } from "./shared_ring.ts";
import { encodeSocketName } from "./socket_name.ts";
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
  name: "MmsgBackend says why the kernel refuses a datagram",
  ignore,
  fn: async () => {
    using bench = new Bench();
    const backend = bench.open({ hostname: "127.0.0.1" });
    // Broadcasting wants an option that the socket does not have.
    bench.put(0, { hostname: "255.255.255.255", port: 9 });
    bench.put(1, { hostname: "127.0.0.1", port: 0 });
    await backend.run();
    assertEquals(bench.failures, [
      ["send_failed", `errno ${EACCES}`],
      ["send_failed", `errno ${EINVAL}`],
    ]);
    assertEquals([bench.counters.get("sent"), bench.counters.get("send_failed")], [0, 2]);
  },
});

Deno.test({
  name: "MmsgBackend counts an error that it receives, and goes on",
  ignore,
  fn: async () => {
    using bench = new Bench({ stopped: false });
    using descriptors = new Descriptors();
    const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const { addr } = socket;
    if (addr.transport !== "udp") throw new TypeError("Cannot receive: no UDP socket");
    const backend = bench.open({ hostname: "127.0.0.1" });
    // The kernel tells a connected socket that nobody listens there: here, on its own port 1.
    descriptors.connect(descriptorOf(backend.address), 1);
    bench.put(1, { hostname: "127.0.0.1", port: 1 });
    bench.onFailure = () => {
      bench.put(2, addr);
      bench.stop();
    };
    await backend.run();
    assertEquals(bench.failures, [["receive_failed", `errno ${ECONNREFUSED}`]]);
    assertEquals(bench.counters.get("receive_failed"), 1);
    assertEquals((await socket.receive())[0][0], 2);
    socket.close();
  },
});

Deno.test({
  name: "MmsgBackend gives up a socket that fails a hundred times in a row",
  ignore,
  fn: async () => {
    using bench = new Bench({ stopped: false });
    using descriptors = new Descriptors();
    const backend = bench.open({ hostname: "127.0.0.1" });
    // Something else in the socket's place, of which nothing can be received.
    descriptors.replace(descriptorOf(backend.address), bench.wakeDescriptor);
    await assertRejects(
      async () => await backend.run(),
      Error,
      `Cannot receive: errno ${ENOTSOCK}, 100 times in a row`,
    );
    assertEquals(bench.failures, Array(99).fill(["receive_failed", `errno ${ENOTSOCK}`]));
    assertEquals(bench.counters.get("receive_failed"), 99);
  },
});

Deno.test({
  name: "MmsgBackend wants an IP address, and one that is free",
  ignore,
  fn: async () => {
    using bench = new Bench();
    assertThrows(
      () => bench.open({ hostname: "localhost" }),
      Error,
      "Cannot bind localhost: must be an IP address",
    );
    const backend = bench.open({ hostname: "127.0.0.1" });
    const { port } = backend.address;
    const again = (): UdpBackend => bench.open({ hostname: "127.0.0.1", port });
    assertThrows(again, Error, `Cannot bind: errno ${EADDRINUSE}`);
    await backend.run();
    await again().run();
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

// Errors of Linux, the same on x86_64 and aarch64.
const EACCES = 13;
const EINVAL = 22;
const ENOTSOCK = 88;
const EADDRINUSE = 98;
const ECONNREFUSED = 111;

const DESCRIPTOR_SYMBOLS = {
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** What is done to a socket behind a backend's back. */
class Descriptors implements Disposable {
  readonly #libc = Deno.dlopen(libcPath, DESCRIPTOR_SYMBOLS);

  /** Connects it to a port of 127.0.0.1. */
  connect(descriptor: number, port: number): void {
    const name = encodeSocketName(tryParseIp("127.0.0.1") ?? new Uint8Array(), port);
    assertEquals(this.#libc.symbols.connect(descriptor, name, name.length), 0);
  }

  /** Puts what another descriptor stands for in its place. */
  replace(descriptor: number, other: number): void {
    assertEquals(this.#libc.symbols.dup2(other, descriptor), descriptor);
  }

  [Symbol.dispose](): void {
    this.#libc.close();
  }
}

/** The descriptor of the one UDP socket that listens on an IPv4 port. */
function descriptorOf({ port }: UdpSource): number {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  // Columns of proc(5): the second is the local address, the tenth the inode.
  const rows = Deno.readTextFileSync("/proc/net/udp").split("\n").map((row) =>
    row.trim().split(/ +/)
  );
  const inode = rows.find((columns) => columns[1]?.endsWith(`:${hexPort}`))?.[9];
  const folder = "/proc/self/fd";
  for (const { name } of Deno.readDirSync(folder)) {
    if (linkOf(`${folder}/${name}`) === `socket:[${inode}]`) return Number(name);
  }
  throw new Error(`Cannot find the socket of port ${port}`);
}

function linkOf(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    // A descriptor that was closed meanwhile, as that of the folder is.
    return undefined;
  }
}

/** A backend in this thread, told to stop unless it is to be done later. */
class Bench implements Disposable {
  readonly failures: [reason: string, error: string][] = [];
  /** Called after each failure. */
  onFailure = (): void => {};
  readonly counters: UdpCounters;
  readonly #memory: UdpMemory;
  readonly #outbound: SharedRing;
  readonly #waker = new EventWaker(libcPath);

  constructor({ stopped = true } = {}) {
    this.#memory = allocateUdpMemory({
      datagramBytesMax: 1_200,
      inboundSlots: 16,
      outboundSlots: 128,
      batch: 64,
    });
    this.counters = new UdpCounters(this.#memory.counters);
    this.#outbound = new SharedRing(this.#memory.outbound);
    if (stopped) this.stop();
  }

  /** A descriptor that is no socket. */
  get wakeDescriptor(): number {
    return this.#waker.descriptor;
  }

  /** Has the backend end. */
  stop(): void {
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
      onFailure: (reason, error) => {
        this.failures.push([reason, error]);
        this.onFailure();
      },
    });
  }

  [Symbol.dispose](): void {
    this.#waker.close();
  }
}
