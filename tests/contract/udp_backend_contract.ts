// Long because it is one contract: what a UDP socket in a thread of its own guarantees, whatever is beneath.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { silentLog } from "../../core/log.ts";
import type { ChosenUdpBackend } from "../../core/net/udp_choice.ts";
import { startUdpIo, type UdpIo, type UdpIoOptions } from "../../core/net/udp_io.ts";
import { eventually, inTime } from "./eventually.ts";

const HOSTNAME = "127.0.0.1";
const DATAGRAM_BYTES_MAX = 1_200;
const NO_LIMIT = { perSecond: 1_000_000, burst: 1_000_000 };
/** So many wait for `drain` that the thread never wakes its owner by itself. */
const ASK_ONLY = 1_000_000;

interface Received {
  readonly text: string;
  readonly hostname: string;
  readonly port: number;
}

/** A socket under test with what came of it. */
interface Subject extends AsyncDisposable {
  readonly io: UdpIo;
  readonly received: Received[];
  readonly drops: Map<string, number>;
}

/** A socket of the test's own. */
interface Client extends Disposable {
  readonly port: number;
  give(...texts: string[]): Promise<void>;
  take(): Promise<string>;
}

/** Registers the contract of {@linkcode UdpIo} for one backend; `undefined`: it is not to be had here. */
export function testUdpBackendContract(name: string, backend: ChosenUdpBackend | undefined): void {
  const prove = (rule: string, run: (backend: ChosenUdpBackend) => Promise<void>): void => {
    const suffix = backend === undefined ? " (skipped: it cannot be had here)" : "";
    Deno.test({
      name: `UdpIo (${name}) ${rule}${suffix}`,
      ignore: backend === undefined,
      fn: () => backend === undefined ? undefined : run(backend),
    });
  };
  for (const [rule, run] of CASES) prove(rule, run);
}

const CASES: readonly (readonly [string, (backend: ChosenUdpBackend) => Promise<void>])[] = [
  ["hands over what one source sends in its order", async (backend) => {
    await using subject = await open(backend);
    using client = connect(subject.io);
    const texts = Array.from({ length: 500 }, (_, index) => String(index));
    for (let at = 0; at < texts.length; at += 50) {
      await client.give(...texts.slice(at, at + 50));
      await eventually(() => assertEquals(subject.received.length, at + 50));
    }
    assertEquals(subject.received.map(({ text }) => text), texts);
  }],
  ["names the source and reaches it, over IPv4", (backend) => proveAddress(backend, HOSTNAME)],
  ["names the source and reaches it, over IPv6", (backend) => proveAddress(backend, "::1")],
  ["hands over up to its bound, empty ones too, and drops longer ones", async (backend) => {
    await using subject = await open(backend);
    using client = connect(subject.io);
    const longest = "x".repeat(DATAGRAM_BYTES_MAX);
    await client.give("", longest, `${longest}x`, "x".repeat(5_000), "end");
    await eventually(() => assertEquals(subject.io.count("received"), 5));
    await eventually(() => assertEquals(subject.received.length, 3));
    assertEquals(subject.received.map(({ text }) => text), ["", longest, "end"]);
    subject.io.drain();
    assertEquals(Object.fromEntries(subject.drops), { too_large: 2 });
  }],
  ["sends datagrams that are longer than a slot, wherever in the ring", async (backend) => {
    await using subject = await open(backend, { outboundSlots: 16 });
    using client = connect(subject.io);
    for (let index = 0; index < 20; index++) {
      const text = String(index).repeat(3_000);
      subject.io.send(new TextEncoder().encode(text), { hostname: HOSTNAME, port: client.port });
      assertEquals(await client.take(), text);
    }
    assertEquals(subject.drops.size, 0);
  }],
  ["drops beyond a source's share of a full inbound ring, and counts it", async (backend) => {
    await using subject = await open(backend, { inboundSlots: 64, wakeAtSlots: ASK_ONLY });
    using client = connect(subject.io);
    await client.give(...Array.from({ length: 100 }, (_, index) => String(index)));
    await eventually(() => assertEquals(subject.io.count("received"), 100));
    subject.io.drain();
    // Half of the ring: then it holds as many slots as are free.
    assertEquals(subject.received.map(({ text }) => Number(text)), [...Array(32).keys()]);
    assertEquals(Object.fromEntries(subject.drops), { inbound_full: 68 });
    await client.give("again");
    await eventually(() => assertEquals(subject.io.count("received"), 101));
    subject.io.drain();
    assertEquals(subject.received.at(-1)?.text, "again");
  }],
  ["lets a flooding source push no quiet one out", async (backend) => {
    await using subject = await open(backend, { inboundSlots: 64, wakeAtSlots: ASK_ONLY });
    using noisy = connect(subject.io);
    using quiet = connect(subject.io);
    for (let lot = 1; lot <= 4; lot++) {
      await noisy.give(...Array<string>(100).fill("noise"));
      await quiet.give("quiet");
      await eventually(() => assertEquals(subject.io.count("received"), 101 * lot));
    }
    subject.io.drain();
    assertEquals(subject.received.filter(({ port }) => port === quiet.port).length, 4);
    assert(subject.io.count("inbound_full") >= 400 - 64);
  }],
  ["lets a source send at its rate and no faster", async (backend) => {
    const sourceRate = { perSecond: 0.001, burst: 5 };
    await using subject = await open(backend, { sourceRate });
    using noisy = connect(subject.io);
    using other = connect(subject.io);
    await noisy.give(...Array<string>(20).fill("noise"));
    await other.give("other");
    await eventually(() => assertEquals(subject.io.count("received"), 21));
    await eventually(() => assertEquals(subject.received.at(-1)?.text, "other"));
    assertEquals(subject.received.length, 6);
    assertEquals(subject.io.count("source_rate"), 15);
  }],
  ["drops what does not fit the outbound ring, and counts it", async (backend) => {
    await using subject = await open(backend, { outboundSlots: 16 });
    using client = connect(subject.io);
    const to = { hostname: HOSTNAME, port: client.port };
    // Nothing leaves the ring before it is full; then the thread may make room at any time.
    for (let index = 0; index < 20; index++) subject.io.send(Uint8Array.of(0x30 + index), to);
    const dropped = subject.drops.get("send_queue_full") ?? 0;
    assert(dropped >= 1 && dropped <= 4);
    const taken: string[] = [];
    while (taken.length < 20 - dropped) taken.push(await client.take());
    assertEquals(taken.slice(0, 16).join(""), "0123456789:;<=>?");
    subject.io.send(new TextEncoder().encode("again"), to);
    assertEquals(await client.take(), "again");
  }],
  ["answers everybody else while one floods", async (backend) => {
    await using subject = await open(backend, { echoes: true });
    using quiet = connect(subject.io);
    const flood = startFlood(subject.io);
    try {
      // The kernel may drop a datagram, whoever sent it: then it is sent again.
      for (let count = 0; count < 20; count++) await askUntilAnswered(quiet, `q${count}`);
    } finally {
      await flood.stop();
    }
    assert(subject.received.length > 20);
  }],
  ["goes on after sends that fail or reach nobody", async (backend) => {
    await using subject = await open(backend, { echoes: true });
    using client = connect(subject.io);
    const gone = connect(subject.io);
    gone[Symbol.dispose]();
    const one = Uint8Array.of(1);
    for (let count = 0; count < 10; count++) {
      subject.io.send(one, { hostname: HOSTNAME, port: gone.port });
    }
    subject.io.send(one, { hostname: HOSTNAME, port: 0 });
    subject.io.send(one, { hostname: "2001:db8::1", port: 9 });
    subject.io.send(one, { hostname: "no address", port: 9 });
    subject.io.send(new Uint8Array(65_508), { hostname: HOSTNAME, port: client.port });
    await client.give("still here");
    assertEquals(await client.take(), "still here");
    await eventually(() => {
      subject.io.drain();
      assertEquals(subject.drops.get("send_failed"), 4);
    });
    await eventually(() => assertEquals(subject.io.count("sent"), 11));
  }],
  ["goes on after a handler that throws", async (backend) => {
    await using subject = await open(backend, {
      onDatagram: ({ length }) => {
        if (length > 0) throw new Error("bad");
      },
    });
    using client = connect(subject.io);
    await client.give(..."0123456789", "");
    await eventually(() => assertEquals(subject.received.length, 11));
    assertEquals(Object.fromEntries(subject.drops), { handler_failed: 10 });
  }],
  ["takes commands for its filter", async (backend) => {
    await using subject = await open(backend, { echoes: true });
    using client = connect(subject.io);
    const key = crypto.getRandomValues(new Uint8Array(16));
    for (let id = 1; id <= 100; id++) {
      assert(subject.io.tryTell({ kind: "add_connection", id, key }));
      assert(subject.io.tryTell({ kind: "remove_connection", id }));
    }
    await client.give("still here");
    assertEquals(await client.take(), "still here");
  }],
  ["sends what it was given before it closes", async (backend) => {
    const subject = await open(backend);
    using client = connect(subject.io);
    const to = { hostname: HOSTNAME, port: client.port };
    for (let index = 0; index < 100; index++) subject.io.send(Uint8Array.of(index % 10 + 48), to);
    await inTime(subject.io.close());
    for (let index = 0; index < 100; index++) {
      assertEquals(await client.take(), String(index % 10));
    }
  }],
  ["closes in the middle of a flood, and its port is free at once", async (backend) => {
    const first = await open(backend, { echoes: true });
    const flood = startFlood(first.io);
    const { port } = first.io.address;
    try {
      await eventually(() => assert(first.received.length > 0));
      await inTime(first.io.close());
      const count = first.received.length;
      first.io.send(Uint8Array.of(1), { hostname: HOSTNAME, port });
      assertEquals(first.io.drain(), 0);
      await using second = await open(backend, { port });
      assertEquals(second.io.address.port, port);
      await eventually(() => assert(second.received.length > 0));
      assertEquals(first.received.length, count);
    } finally {
      await flood.stop();
    }
    await first.io.close();
  }],
  ["cannot listen on a port that is taken, and leaves nothing open", async (backend) => {
    await using first = await open(backend);
    const { port } = first.io.address;
    await assertRejects(() => open(backend, { port }), Error, `udp ${HOSTNAME}:${port}`);
  }],
  ["refuses a bound that no datagram can have", async (backend) => {
    for (const datagramBytesMax of [0, -1, NaN, 65_508]) {
      await assertRejects(() => open(backend, { datagramBytesMax }), RangeError, "BytesMax");
    }
  }],
];

async function proveAddress(backend: ChosenUdpBackend, hostname: string): Promise<void> {
  await using subject = await open(backend, { hostname, echoes: true });
  assertEquals(subject.io.address.hostname, hostname);
  using client = connect(subject.io, hostname);
  await client.give("who am I");
  assertEquals(await client.take(), "who am I");
  assertEquals(subject.received, [{ text: "who am I", hostname, port: client.port }]);
}

async function open(
  backend: ChosenUdpBackend,
  options: Partial<UdpIoOptions> & { readonly echoes?: boolean } = {},
): Promise<Subject> {
  const received: Received[] = [];
  const drops = new Map<string, number>();
  const { echoes = false, onDatagram, ...others } = options;
  const faults: Error[] = [];
  const io = await startUdpIo({
    hostname: HOSTNAME,
    port: 0,
    backend,
    datagramBytesMax: DATAGRAM_BYTES_MAX,
    sourceRate: NO_LIMIT,
    wakeAtSlots: 1,
    onDatagram: (datagram) => {
      const { bytes, length, source } = datagram;
      const { hostname, port } = source;
      received.push({ text: new TextDecoder().decode(bytes.slice(0, length)), hostname, port });
      if (echoes) io.send(bytes, source, length);
      onDatagram?.(datagram);
    },
    drops: (reason, count) => drops.set(reason, (drops.get(reason) ?? 0) + count),
    onFault: (error) => faults.push(error),
    log: silentLog,
    ...others,
  });
  return {
    io,
    received,
    drops,
    [Symbol.asyncDispose]: async () => {
      await inTime(io.close());
      assertEquals(faults, []);
    },
  };
}

function connect(io: UdpIo, hostname = HOSTNAME): Client {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  const to = { transport: "udp", ...io.address } as const;
  if (socket.addr.transport !== "udp") throw new TypeError("Cannot connect: no UDP socket");
  return {
    port: socket.addr.port,
    give: async (...texts) => {
      for (const text of texts) await socket.send(new TextEncoder().encode(text), to);
    },
    take: async () => new TextDecoder().decode((await inTime(socket.receive()))[0]),
    [Symbol.dispose]: () => socket.close(),
  };
}

/** Asks again and again until the answer comes; answers to earlier questions are passed over. */
async function askUntilAnswered(client: Client, question: string): Promise<void> {
  let isAnswered = false;
  const answered = (async () => {
    while (await client.take() !== question);
    isAnswered = true;
  })();
  await Promise.all([
    answered,
    eventually(async () => {
      if (!isAnswered) await client.give(question);
      assert(isAnswered);
    }),
  ]);
}

/** Sends as fast as it can from a socket of its own, and lets everybody else run in between. */
function startFlood(io: UdpIo): { stop(): Promise<void> } {
  const client = connect(io);
  let isOver = false;
  const flooding = (async () => {
    while (!isOver) await client.give(...Array<string>(50).fill("flood"));
  })();
  return {
    stop: async () => {
      isOver = true;
      await flooding;
      client[Symbol.dispose]();
    },
  };
}
