import { assertEquals, assertRejects } from "@std/assert";
import { sendAndReset } from "../../tests/clients/reset_client.ts";
import { eventually, inTime } from "../../tests/contract/eventually.ts";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import { AddressRanges } from "./address_ranges.ts";
import { ProxiedListener } from "./proxied_listener.ts";
import type { TcpListener, TcpSocket } from "./tcp_listener.ts";
import { startTcpServer, type TcpServer } from "./tcp_server.ts";

const HOSTNAME = "127.0.0.1";
const HEADER = "PROXY TCP4 192.0.2.7 192.0.2.1 4000 8888\r\n";

/** A server behind a proxy that says to each client who it is, and echoes. */
class Bench implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly dropped: string[] = [];
  readonly server: TcpServer;
  #wake = Promise.withResolvers<void>();

  constructor(trusted: string) {
    this.server = startTcpServer({
      hostname: HOSTNAME,
      port: 0,
      proxyProtocol: { trusted: AddressRanges.tryParse(trusted) ?? AddressRanges.NONE },
      lineBytesMax: 100,
      connectionsMax: 10,
      connectionsPerAddressMax: 2,
      idleTimeoutMs: 30_000,
      writeTimeoutMs: 5_000,
      writeQueueBytesMax: 1_000,
      pipelinedLinesMax: 16,
      clock: this.clock,
      log: silentLog,
      drops: (reason) => {
        this.dropped.push(reason);
        this.#wake.resolve();
      },
      protocol: (connection) => ({
        open: () => connection.write(`${connection.remote.hostname} ${connection.remote.port}`),
        onLine: (line) => connection.write(new TextDecoder().decode(line)),
        onLineTooLong: () => {},
        onIdle: () => {},
        onClose: () => {},
      }),
    });
  }

  async dropReasons(count: number): Promise<string[]> {
    while (this.dropped.length < count) {
      await inTime(this.#wake.promise);
      this.#wake = Promise.withResolvers();
    }
    return this.dropped;
  }

  connect(): Promise<Deno.TcpConn> {
    return Deno.connect(this.server.address);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close({ drainMs: 0 });
  }
}

async function send(conn: Deno.TcpConn, text: string): Promise<void> {
  await conn.write(new TextEncoder().encode(text));
}

/** All that comes until `length` bytes are there or the server closes. */
async function read(conn: Deno.TcpConn, length: number): Promise<string> {
  const bytes = new Uint8Array(length);
  let count = 0;
  while (count < length) {
    const more = await inTime(conn.read(bytes.subarray(count)).catch(() => null));
    if (more === null) break;
    count += more;
  }
  return new TextDecoder().decode(bytes.subarray(0, count));
}

const GREETING = "192.0.2.7 4000\n";

Deno.test("ProxiedListener tells the server who is behind the proxy, however the header is split", async () => {
  await using bench = new Bench("127.0.0.1");
  for (let cut = 0; cut <= HEADER.length + 2; cut++) {
    using conn = await bench.connect();
    const sent = `${HEADER}hi\n`;
    await send(conn, sent.slice(0, cut));
    await send(conn, sent.slice(cut));
    assertEquals(await read(conn, GREETING.length + 3), `${GREETING}hi\n`);
    await conn.closeWrite();
    assertEquals(await read(conn, 1), "");
  }
  assertEquals(bench.dropped, []);
});

Deno.test("ProxiedListener counts connections by the clients' addresses", async () => {
  await using bench = new Bench("127.0.0.1");
  using first = await bench.connect();
  using second = await bench.connect();
  for (const conn of [first, second]) {
    await send(conn, HEADER);
    assertEquals(await read(conn, GREETING.length), GREETING);
  }
  using third = await bench.connect();
  await send(third, HEADER);
  assertEquals(await read(third, 1), "");
  using other = await bench.connect();
  await send(other, "PROXY TCP4 192.0.2.8 192.0.2.1 4000 8888\r\n");
  assertEquals(await read(other, GREETING.length), "192.0.2.8 4000\n");
  assertEquals(bench.dropped, ["connections_per_address_max"]);
});

Deno.test("ProxiedListener lets a proxy speak for itself", async () => {
  await using bench = new Bench("127.0.0.1");
  using conn = await bench.connect();
  await send(conn, "PROXY UNKNOWN\r\n");
  const { hostname, port } = conn.localAddr;
  const greeting = `${hostname} ${port}\n`;
  assertEquals(await read(conn, greeting.length), greeting);
});

Deno.test("ProxiedListener closes whoever is no proxy of ours, and what begins with no header", async () => {
  await using strict = new Bench("192.0.2.1");
  using stranger = await strict.connect();
  await send(stranger, HEADER).catch(() => {});
  assertEquals(await read(stranger, 1), "");
  assertEquals(await strict.dropReasons(1), ["proxy_untrusted"]);

  await using bench = new Bench("127.0.0.1");
  using direct = await bench.connect();
  await send(direct, '{"action":"login"}\n');
  assertEquals(await read(direct, 1), "");
  assertEquals(await bench.dropReasons(1), ["proxy_header"]);
});

Deno.test("ProxiedListener waits 5 s for a header and keeps nobody waiting meanwhile", async () => {
  await using bench = new Bench("127.0.0.1");
  using slow = await bench.connect();
  await send(slow, HEADER.slice(0, 20));
  using quick = await bench.connect();
  await send(quick, HEADER);
  assertEquals(await read(quick, GREETING.length), GREETING);
  await bench.clock.advance(4_999);
  assertEquals(bench.dropped, []);
  await bench.clock.advance(1);
  assertEquals(await read(slow, 1), "");
  assertEquals(await bench.dropReasons(1), ["proxy_header"]);
});

Deno.test("ProxiedListener counts a connection that ends without a byte as nothing", async () => {
  await using bench = new Bench("127.0.0.1");
  (await bench.connect()).close();
  using conn = await bench.connect();
  await send(conn, HEADER);
  assertEquals(await read(conn, GREETING.length), GREETING);
  assertEquals(bench.dropped, []);
});

Deno.test("ProxiedListener leaves nothing open when its server closes while a header is awaited", async () => {
  const bench = new Bench("127.0.0.1");
  using conn = await bench.connect();
  await send(conn, HEADER.slice(0, 20));
  using served = await bench.connect();
  await send(served, HEADER);
  assertEquals(await read(served, GREETING.length), GREETING);
  await bench[Symbol.asyncDispose]();
  assertEquals(await read(conn, 1), "");
  assertEquals(bench.dropped, []);
});

Deno.test("ProxiedListener counts a header that breaks off, by its end or by a reset", async () => {
  await using bench = new Bench("127.0.0.1");
  using ended = await bench.connect();
  await send(ended, HEADER.slice(0, 20));
  await ended.closeWrite();
  assertEquals(await read(ended, 1), "");
  assertEquals(await bench.dropReasons(1), ["proxy_header"]);
  await sendAndReset(bench.server.address, HEADER.slice(0, 20));
  assertEquals(await bench.dropReasons(2), ["proxy_header", "proxy_header"]);
});

Deno.test("ProxiedListener counts a connection that is reset without a byte as nothing", async () => {
  await using bench = new Bench("127.0.0.1");
  await sendAndReset(bench.server.address, "");
  using conn = await bench.connect();
  await send(conn, HEADER);
  assertEquals(await read(conn, GREETING.length), GREETING);
  assertEquals(bench.dropped, []);
});

Deno.test("ProxiedListener closes and counts who says nothing for 5 s", async () => {
  await using bench = new Bench("127.0.0.1");
  using conn = await bench.connect();
  await eventually(() => assertEquals(bench.clock.timerCount, 1));
  await bench.clock.advance(5_000);
  assertEquals(await read(conn, 1), "");
  assertEquals(await bench.dropReasons(1), ["proxy_header"]);
});

/** Without a server: a test accepts by itself. */
function proxied(
  inner: TcpListener,
): { readonly listener: ProxiedListener; readonly clock: ManualClock; readonly dropped: string[] } {
  const clock = new ManualClock();
  const dropped: string[] = [];
  const trusted = AddressRanges.tryParse(HOSTNAME) ?? AddressRanges.NONE;
  const drops = (reason: string): void => void dropped.push(reason);
  return { listener: new ProxiedListener(inner, { trusted, drops, clock }), clock, dropped };
}

Deno.test("ProxiedListener tells of its listener's error once, and accepts again at the next call", async () => {
  const inner = Deno.listen({ hostname: HOSTNAME, port: 0 });
  const errors = [new Error("no files left")];
  const { listener } = proxied({
    addr: inner.addr,
    accept: () => {
      const error = errors.shift();
      return error === undefined ? inner.accept() : Promise.reject(error);
    },
    close: () => inner.close(),
  });
  await assertRejects(() => listener.accept(), Error, "no files left");
  using client = await Deno.connect({ hostname: HOSTNAME, port: inner.addr.port });
  await send(client, HEADER);
  const socket = await listener.accept();
  assertEquals(socket.remoteAddr, { transport: "tcp", hostname: "192.0.2.7", port: 4_000 });
  await socket.closeWrite();
  assertEquals(await read(client, 1), "");
  const waiting = listener.accept();
  listener.close();
  await assertRejects(() => waiting, Deno.errors.BadResource);
  await assertRejects(() => listener.accept(), Deno.errors.BadResource);
  socket.close();
});

Deno.test("ProxiedListener keeps who came while nobody accepted, and closes them when it closes", async () => {
  const inner = Deno.listen({ hostname: HOSTNAME, port: 0 });
  const { listener, clock, dropped } = proxied(inner);
  const accepting = listener.accept();
  /** Has read its header and is kept. */
  const come = async (): Promise<Deno.TcpConn> => {
    const client = await Deno.connect({ hostname: HOSTNAME, port: inner.addr.port });
    await send(client, HEADER.slice(0, 20));
    await eventually(() => assertEquals(clock.timerCount, 1));
    await send(client, HEADER.slice(20));
    await eventually(() => assertEquals(clock.timerCount, 0));
    return client;
  };
  using first = await come();
  using second = await come();
  using third = await come();
  (await accepting).close();
  assertEquals(await read(first, 1), "");
  (await listener.accept()).close();
  assertEquals(await read(second, 1), "");
  listener.close();
  assertEquals(await read(third, 1), "");
  await assertRejects(() => listener.accept(), Deno.errors.BadResource);
  assertEquals(dropped, []);
});

Deno.test("ProxiedListener trusts nobody who has no address", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/socket`;
  const { listener, dropped } = proxied(Deno.listen({ transport: "unix", path }));
  const accepting = listener.accept();
  using client = await Deno.connect({ transport: "unix", path });
  assertEquals(await inTime(client.read(new Uint8Array(1)).catch(() => null)), null);
  assertEquals(dropped, ["proxy_untrusted"]);
  listener.close();
  await assertRejects(() => accepting, Deno.errors.BadResource);
  await Deno.remove(folder, { recursive: true });
});

/** A connection of which a test says to the moment what comes, and when: no client can. */
class PlayedSocket implements TcpSocket {
  readonly remoteAddr = { transport: "tcp", hostname: HOSTNAME, port: 1 } as const;
  isClosed = false;
  #into: Uint8Array = new Uint8Array();
  readonly #reading = Promise.withResolvers<number>();

  send(text: string): void {
    this.#reading.resolve(new TextEncoder().encodeInto(text, this.#into).written);
  }

  read(into: Uint8Array): Promise<number> {
    this.#into = into;
    return this.#reading.promise;
  }

  write(bytes: Uint8Array): Promise<number> {
    return Promise.resolve(bytes.length);
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.isClosed = true;
  }
}

/** Accepts all of them, which `isDone` waits for, and then nobody. */
function playedListener(
  sockets: readonly PlayedSocket[],
): TcpListener & { readonly isDone: Promise<void> } {
  const coming = [...sockets];
  const done = Promise.withResolvers<void>();
  return {
    isDone: done.promise,
    addr: { transport: "tcp", hostname: HOSTNAME, port: 1 },
    accept: () => {
      const socket = coming.shift();
      if (socket !== undefined) return Promise.resolve(socket);
      done.resolve();
      return new Promise(() => {});
    },
    close: () => {},
  };
}

Deno.test("ProxiedListener takes no header that comes when its time is over", async () => {
  const [late, inTime] = [new PlayedSocket(), new PlayedSocket()];
  const { listener, clock, dropped } = proxied(playedListener([late, inTime]));
  const accepting = listener.accept();
  await clock.advance(4_999);
  inTime.send(HEADER);
  assertEquals((await accepting).remoteAddr.transport, "tcp");
  await clock.advance(1);
  late.send(HEADER);
  await clock.advance(0);
  assertEquals([late.isClosed, inTime.isClosed, dropped], [true, false, ["proxy_header"]]);
});

Deno.test("ProxiedListener waits for 4 096 headers at once, and closes one more", async () => {
  const sockets = Array.from({ length: 4_098 }, () => new PlayedSocket());
  const inner = playedListener(sockets);
  const { listener, dropped } = proxied(inner);
  const accepting = listener.accept();
  await inner.isDone;
  assertEquals(sockets.map(({ isClosed }) => isClosed).indexOf(true), 4_096);
  assertEquals(dropped, ["proxy_header", "proxy_header"]);
  sockets[0]?.send(HEADER);
  assertEquals((await accepting).remoteAddr.transport, "tcp");
  listener.close();
  assertEquals(sockets.filter(({ isClosed }) => !isClosed), sockets.slice(0, 1));
});
