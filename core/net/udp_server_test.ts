import { assert, assertEquals, assertThrows } from "@std/assert";
import { UDP_SENDS_IN_FLIGHT_MAX } from "../limits.ts";
import { type Log, silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import {
  startUdpServer,
  type UdpServer,
  type UdpServerOptions,
  type UdpSource,
} from "./udp_server.ts";

const HOSTNAME = "127.0.0.1";
const DATAGRAM_BYTES_MAX = 100;

interface Received {
  readonly text: string;
  readonly from: UdpSource;
}

/** A server and a client's socket, and what came of both. */
class Bench implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly dropped: string[] = [];
  readonly logged: string[] = [];
  readonly received: Received[] = [];
  readonly server: UdpServer;
  readonly client = Deno.listenDatagram({ transport: "udp", hostname: HOSTNAME, port: 0 });
  #wake = Promise.withResolvers<void>();

  constructor(options: Partial<UdpServerOptions> = {}) {
    const log: Log = { ...silentLog, warn: (event) => void this.logged.push(event) };
    const { onDatagram, ...others } = options;
    this.server = startUdpServer({
      hostname: HOSTNAME,
      port: 0,
      datagramBytesMax: DATAGRAM_BYTES_MAX,
      onDatagram: (bytes, from) =>
        this.#note(() => {
          this.received.push({ text: new TextDecoder().decode(bytes), from });
          onDatagram?.(bytes, from);
        }),
      drops: (reason) => this.#note(() => this.dropped.push(reason)),
      log,
      clock: this.clock,
      ...others,
    });
  }

  async give(...texts: string[]): Promise<void> {
    const to = { transport: "udp", ...this.server.address } as const;
    for (const text of texts) await this.client.send(new TextEncoder().encode(text), to);
  }

  /** Waits until the condition holds, looking whenever the server says something. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#wake.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
    this.client.close();
    assertEquals(this.clock.timerCount, 0);
  }

  #note(action: () => void): void {
    try {
      action();
    } finally {
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
    }
  }
}

/** A socket that receives as the test says. */
function receivingBy(receive: Deno.DatagramConn["receive"]): () => Deno.DatagramConn {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: HOSTNAME, port: 0 });
  return () => Object.assign(socket, { receive });
}

Deno.test("UdpServer hands over datagrams with their source and answers them", async () => {
  await using bench = new Bench({
    onDatagram: (bytes, from) => bench.server.send(bytes.slice().reverse(), from),
  });
  await bench.give("abc");
  const [reply, from] = await bench.client.receive();
  assertEquals(new TextDecoder().decode(reply), "cba");
  assert(from.transport === "udp");
  assertEquals(from.port, bench.server.address.port);
  assert(bench.client.addr.transport === "udp");
  assertEquals(bench.received.map(({ text, from }) => [text, from.hostname, from.port]), [
    ["abc", HOSTNAME, bench.client.addr.port],
  ]);
});

Deno.test("UdpServer hands over datagrams up to its bound, empty ones too, and drops longer ones", async () => {
  await using bench = new Bench();
  const longest = "x".repeat(DATAGRAM_BYTES_MAX);
  await bench.give("", longest, `${longest}x`, "x".repeat(5_000), "end");
  await bench.until(() => bench.received.length + bench.dropped.length === 5);
  assertEquals(bench.received.map(({ text }) => text), ["", longest, "end"]);
  assertEquals(bench.dropped, ["too_large", "too_large"]);
});

Deno.test("UdpServer goes on after a handler that throws, and logs no flood of it", async () => {
  await using bench = new Bench({
    onDatagram: (bytes) => {
      if (bytes.byteLength > 0) throw new Error("bad");
    },
  });
  await bench.give(..."0123456789", "");
  await bench.until(() => bench.received.length === 11);
  assertEquals(bench.dropped, Array(10).fill("handler_failed"));
  assertEquals(bench.logged, Array(3).fill("udp_handler_failed"));
});

Deno.test("UdpServer goes on when receiving fails, ever more slowly while it fails", async () => {
  let failuresLeft = 3;
  const socket = Deno.listenDatagram({ transport: "udp", hostname: HOSTNAME, port: 0 });
  const receive = socket.receive.bind(socket);
  socket.receive = (buffer) =>
    failuresLeft-- > 0
      ? Promise.reject(new Deno.errors.ConnectionRefused("Connection refused (os error 111)"))
      : receive(buffer);
  await using bench = new Bench({ listen: () => socket });
  for (const [index, retryMs] of [1, 2, 4].entries()) {
    await bench.until(() => bench.dropped.length === index + 1);
    await bench.clock.advance(retryMs);
  }
  await bench.give("a");
  await bench.until(() => bench.received.length === 1);
  assertEquals(bench.dropped, Array(3).fill("receive_failed"));
});

Deno.test("UdpServer closed while it waits to receive again leaves no timer", async () => {
  const receive = (): Promise<never> => Promise.reject(new Error("broken"));
  await using bench = new Bench({ listen: receivingBy(receive) });
  await bench.until(() => bench.dropped.length === 1);
  await bench.clock.advance(0);
  assertEquals(bench.clock.timerCount, 1);
});

Deno.test("UdpServer counts sends that fail and never throws", async () => {
  await using bench = new Bench();
  const to = { hostname: HOSTNAME, port: 9 };
  bench.server.send(new Uint8Array(70_000), to);
  bench.server.send(new Uint8Array(1), { hostname: "2001:db8::1", port: 9 });
  bench.server.send(new Uint8Array(1), { hostname: HOSTNAME, port: 0 });
  await bench.until(() => bench.dropped.length === 3);
  assertEquals(bench.dropped, Array(3).fill("send_failed"));
  await bench.give("still here");
  await bench.until(() => bench.received.length === 1);
});

Deno.test("UdpServer drops what is sent above its bound of sends in flight", async () => {
  const sent: (() => void)[] = [];
  const socket = Deno.listenDatagram({ transport: "udp", hostname: HOSTNAME, port: 0 });
  const close = socket.close.bind(socket);
  let isClosed = false;
  socket.send = () => new Promise((resolve) => sent.push(() => resolve(1)));
  socket.close = () => {
    isClosed = true;
    close();
  };
  const bench = new Bench({ listen: () => socket });
  const to = { hostname: HOSTNAME, port: 9 };
  for (let count = 0; count < UDP_SENDS_IN_FLIGHT_MAX + 2; count++) {
    bench.server.send(Uint8Array.of(1), to);
  }
  assertEquals(sent.length, UDP_SENDS_IN_FLIGHT_MAX);
  assertEquals(bench.dropped, ["send_queue_full", "send_queue_full"]);
  sent.pop()?.();
  await bench.clock.advance(0);
  bench.server.send(Uint8Array.of(1), to);
  assertEquals([sent.length, bench.dropped.length], [UDP_SENDS_IN_FLIGHT_MAX, 2]);

  // Closing waits for what is in flight, and takes nothing more.
  const closing = bench[Symbol.asyncDispose]();
  bench.server.send(Uint8Array.of(1), to);
  assertEquals(sent.length, UDP_SENDS_IN_FLIGHT_MAX);
  await bench.clock.advance(0);
  assertEquals(isClosed, false);
  for (const finish of sent) finish();
  await closing;
});

Deno.test("UdpServer lets timers run while its socket is never empty", async () => {
  let receivedCount = 0;
  const from = { transport: "udp", hostname: HOSTNAME, port: 9 } as const;
  const receive = (buffer?: Uint8Array): Promise<[Uint8Array<ArrayBuffer>, Deno.Addr]> => {
    assert(buffer !== undefined);
    receivedCount++;
    return Promise.resolve([new Uint8Array(1), from]);
  };
  await using _bench = new Bench({ listen: receivingBy(receive) });
  await new Promise<void>((resolve) => void setTimeout(resolve, 1));
  assert(receivedCount > 0);
});

Deno.test("UdpServer closed receives nothing more and frees its port", async () => {
  const bench = new Bench();
  await bench.server.close();
  await bench.server.close();
  bench.server.send(Uint8Array.of(1), { hostname: HOSTNAME, port: 9 });
  Deno.listenDatagram({ transport: "udp", ...bench.server.address }).close();
  await bench[Symbol.asyncDispose]();
  assertEquals(bench.dropped, []);
});

Deno.test("UdpServer refuses a bound that no datagram can have", () => {
  for (const datagramBytesMax of [0, -1, NaN, 65_508]) {
    const start = (): UdpServer =>
      startUdpServer({
        hostname: HOSTNAME,
        port: 0,
        datagramBytesMax,
        onDatagram: () => {},
        drops: () => {},
        log: silentLog,
      });
    assertThrows(start, RangeError, "datagramBytesMax");
  }
});
