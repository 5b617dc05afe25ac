import { assertEquals } from "@std/assert";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import { AddressRanges } from "./address_ranges.ts";
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
      await this.#wake.promise;
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
    const more = await conn.read(bytes.subarray(count)).catch(() => null);
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
