import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../manual_clock.ts";
import { openDatagramBackend } from "./datagram_backend.ts";
import { SourceFilter } from "./datagram_filter.ts";
import { DatagramGate } from "./datagram_gate.ts";
import { WorkerLink } from "./udp_backend.ts";
import { allocateUdpMemory, STATE_STOP, STATE_WORKER_ASLEEP } from "./udp_memory.ts";
import { STATE_WORKER_WAKE, UdpCounters } from "./udp_memory.ts";

const HOSTNAME = "127.0.0.1";

// What it does with a socket that works is proven in tests/contract/udp_backend_contract.ts.

Deno.test("DatagramBackend goes on when receiving fails, ever more slowly while it fails", async () => {
  let failuresLeft = 3;
  const { socket, receive } = openSocket();
  socket.receive = (buffer) =>
    failuresLeft-- > 0
      ? Promise.reject(new Deno.errors.ConnectionRefused("Connection refused (os error 111)"))
      : receive(buffer);
  const bench = new Bench(socket);
  for (const [index, retryMs] of [1, 2, 4].entries()) {
    await bench.until(() => bench.failures.length === index + 1);
    await bench.until(() => bench.clock.timerCount === 1);
    await bench.clock.advance(retryMs - 0.5);
    assertEquals(bench.clock.timerCount, 1);
    await bench.clock.advance(0.5);
  }
  const { addr } = socket;
  await socket.send(Uint8Array.of(1), addr);
  await bench.until(() => bench.counters.get("received") === 1);
  assertEquals(bench.failures, Array(3).fill("receive_failed"));
  assertEquals(bench.counters.get("receive_failed"), 3);
  await bench.stop();
});

Deno.test("DatagramBackend stopped while it waits to receive again leaves no timer", async () => {
  const { socket } = openSocket();
  socket.receive = () => Promise.reject(new Error("broken"));
  const bench = new Bench(socket);
  await bench.until(() => bench.failures.length === 1);
  await bench.until(() => bench.clock.timerCount === 1);
  await bench.stop();
});

Deno.test("DatagramBackend lets timers run while its socket is never empty", async () => {
  const { socket } = openSocket();
  const from = { transport: "udp", hostname: HOSTNAME, port: 9 } as const;
  socket.receive = () => Promise.resolve([new Uint8Array(1), from]);
  const bench = new Bench(socket);
  await new Promise<void>((resolve) => void setTimeout(resolve, 1));
  assert(bench.counters.get("received") > 0);
  await bench.stop();
});

Deno.test("DatagramBackend stopped gives up after a second what the system does not take", async () => {
  const { socket } = openSocket();
  socket.send = () => new Promise(() => {});
  const bench = new Bench(socket);
  const { outbound } = bench.link;
  outbound.tryReserve();
  outbound.commit();
  bench.wake();
  const stopped = bench.stop();
  await bench.until(() => bench.clock.timerCount === 1);
  await bench.clock.advance(1_000);
  await stopped;
});

/** A socket, and how it really receives. */
function openSocket(): {
  readonly socket: Deno.DatagramConn;
  readonly receive: Deno.DatagramConn["receive"];
} {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: HOSTNAME, port: 0 });
  return { socket, receive: socket.receive.bind(socket) };
}

/** A backend in this thread. */
class Bench {
  readonly clock = new ManualClock();
  readonly failures: string[] = [];
  readonly link: WorkerLink;
  readonly counters: UdpCounters;
  readonly #state: Int32Array;
  readonly #running: Promise<void>;

  constructor(socket: Deno.DatagramConn) {
    const memory = allocateUdpMemory({
      datagramBytesMax: 100,
      inboundSlots: 16,
      outboundSlots: 16,
      batch: 1,
    });
    const filter = new SourceFilter({ datagramBytesMax: 100, ratePerSecond: 1e9, burst: 1e9 });
    const { clock } = this;
    this.#state = new Int32Array(memory.state);
    this.counters = new UdpCounters(memory.counters);
    this.link = new WorkerLink(memory, filter);
    const backend = openDatagramBackend({
      hostname: HOSTNAME,
      port: 0,
      reusePort: false,
      link: this.link,
      gate: new DatagramGate({ memory, filter, seed: 0, clock }),
      onFailure: (reason) => void this.failures.push(reason),
      clock,
      listen: () => socket,
    });
    this.#running = backend.run();
  }

  wake(): void {
    Atomics.store(this.#state, STATE_WORKER_ASLEEP, 0);
    Atomics.add(this.#state, STATE_WORKER_WAKE, 1);
    Atomics.notify(this.#state, STATE_WORKER_WAKE);
  }

  /** Waits, a turn of the event loop at a time. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => void setTimeout(resolve, 0));
  }

  async stop(): Promise<void> {
    Atomics.store(this.#state, STATE_STOP, 1);
    this.wake();
    let hasEnded = false;
    const ended = this.#running.then(() => void (hasEnded = true));
    // What waits for shared memory does not keep a process alive; timers do.
    await this.until(() => hasEnded);
    await ended;
    assertEquals(this.clock.timerCount, 0);
  }
}
