import { assert, assertEquals, assertRejects } from "@std/assert";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import {
  type CloseReason,
  type LineConnection,
  startTcpServer,
  type TcpServer,
  type TcpServerOptions,
} from "./tcp_server.ts";

const HOSTNAME = "127.0.0.1";
const IDLE_TIMEOUT_MS = 30_000;

/** A server that greets and echoes, and what it was told. */
class Bench implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly dropped: string[] = [];
  readonly server: TcpServer;
  #closed: { readonly reason: CloseReason; readonly id: number }[] = [];
  #wake = Promise.withResolvers<void>();

  constructor(options: Partial<TcpServerOptions> = {}) {
    this.server = startTcpServer({
      hostname: HOSTNAME,
      port: 0,
      lineBytesMax: 8_192,
      connectionsMax: 10,
      connectionsPerAddressMax: 10,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      writeTimeoutMs: 5_000,
      writeQueueBytesMax: 65_536,
      pipelinedLinesMax: 16,
      clock: this.clock,
      log: silentLog,
      drops: (reason) => this.#note(() => this.dropped.push(reason)),
      protocol: (connection) => ({
        open: () => connection.write("hello"),
        onLine: (line) => onLine(connection, new TextDecoder().decode(line)),
        onLineTooLong: () => connection.write("too long"),
        onIdle: () => connection.write("idle"),
        onClose: (reason) => this.#note(() => this.#closed.push({ reason, id: connection.id })),
      }),
      ...options,
    });
  }

  async connect(): Promise<Client> {
    return new Client(await Deno.connect(this.server.address));
  }

  /** A client that is known to be served. */
  async greeted(): Promise<Client> {
    const client = await this.connect();
    assertEquals(await client.readLine(), "hello");
    return client;
  }

  /** Why each connection was closed, in order, as soon as `count` are. */
  async closeReasons(count: number): Promise<CloseReason[]> {
    await this.until(() => this.#closed.length >= count);
    const ids = new Set(this.#closed.map(({ id }) => id));
    assertEquals(ids.size, this.#closed.length, "onClose came twice");
    return this.#closed.map(({ reason }) => reason);
  }

  /** Waits until the condition holds, looking whenever the server says something. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#wake.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close({ drainMs: 0 });
    assertEquals(this.server.connectionCount, 0);
    assertEquals(this.clock.timerCount, 0);
  }

  #note(action: () => void): void {
    action();
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

function onLine(connection: LineConnection, line: string): void {
  if (line === "quit") connection.close();
  else connection.write(line);
}

class Client implements Disposable {
  readonly conn: Deno.TcpConn;
  #text = "";

  constructor(conn: Deno.TcpConn) {
    this.conn = conn;
  }

  async send(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    for (let sent = 0; sent < bytes.length;) sent += await this.conn.write(bytes.subarray(sent));
  }

  async readLine(): Promise<string | undefined> {
    while (!this.#text.includes("\n")) if (!await this.#readMore()) return undefined;
    const end = this.#text.indexOf("\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  async readToEnd(): Promise<string> {
    while (await this.#readMore());
    return this.#text;
  }

  async #readMore(): Promise<boolean> {
    const buffer = new Uint8Array(65_536);
    const count = await this.conn.read(buffer);
    this.#text += new TextDecoder().decode(buffer.subarray(0, count ?? 0));
    return count !== null;
  }

  [Symbol.dispose](): void {
    this.conn.close();
  }
}

Deno.test("TcpServer answers everything that a half-closed client sent", async () => {
  await using bench = new Bench();
  using client = await bench.connect();
  await client.send("a\nb\r\nlast");
  await client.conn.closeWrite();
  assertEquals(await client.readToEnd(), "hello\na\nb\nlast\n");
  assertEquals(await bench.closeReasons(1), ["client_closed"]);
});

Deno.test("TcpServer keeps pipelined lines in order and holds back a client that floods", async () => {
  await using bench = new Bench({ connectionsMax: 2 });
  using client = await bench.connect();
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}`);
  const sending = client.send(lines.join("\n") + "\n").then(() => client.conn.closeWrite());
  assertEquals(await client.readToEnd(), ["hello", ...lines, ""].join("\n"));
  await sending;
  assertEquals(bench.dropped, []);
});

Deno.test("TcpServer's last reply reaches a client that is still sending", async () => {
  await using bench = new Bench();
  using client = await bench.connect();
  const sending = client.send("x".repeat(1_000_000)).then(() => client.conn.closeWrite());
  assertEquals(await client.readToEnd(), "hello\ntoo long\n");
  await sending;
  assertEquals(await bench.closeReasons(1), ["line_too_long"]);
  assertEquals(bench.dropped, ["line_too_long"]);
});

Deno.test("TcpServer closes idle clients", async () => {
  await using bench = new Bench();
  using client = await bench.greeted();
  await bench.clock.advance(IDLE_TIMEOUT_MS);
  assertEquals(await client.readToEnd(), "idle\n");
  assertEquals(await bench.closeReasons(1), ["idle"]);
});

Deno.test("TcpServer drops a client that reads nothing", async () => {
  const size = 64 * 1_024 * 1_024;
  await using bench = new Bench({
    writeQueueBytesMax: 2 * size,
    protocol: (connection) => ({
      onLine: () => connection.write("x".repeat(size)),
      onLineTooLong: () => {},
      onIdle: () => {},
      onClose: () => {},
    }),
  });
  using client = await bench.connect();
  await client.send("a\n");
  // The first byte shows that the write has begun; the system's buffers never take all of it.
  await client.conn.read(new Uint8Array(1));
  await bench.clock.advance(5_000);
  await bench.until(() => bench.dropped.length > 0);
  assertEquals(bench.dropped, ["slow_reader"]);
});

Deno.test("TcpServer survives clients that vanish", async () => {
  await using bench = new Bench();
  for (let count = 0; count < 20; count++) {
    const client = await bench.connect();
    await client.send("a\nb\nc");
    // With the greeting unread, closing resets the connection.
    client.conn.close();
  }
  const reasons = await bench.closeReasons(20);
  for (const reason of reasons) assert(reason === "reset" || reason === "client_closed", reason);
  using client = await bench.greeted();
  await client.send("still here\n");
  assertEquals(await client.readLine(), "still here");
});

Deno.test("TcpServer closes connections above its caps at once and takes new ones later", async () => {
  for (const reason of ["connections_max", "connections_per_address_max"] as const) {
    const bound = reason === "connections_max" ? "connectionsMax" : "connectionsPerAddressMax";
    await using bench = new Bench({ [bound]: 2 });
    using first = await bench.greeted();
    using _second = await bench.greeted();
    using third = await bench.connect();
    await assertEnded(third);
    assertEquals(bench.dropped, [reason]);
    assertEquals(bench.server.connectionCount, 2);

    await first.send("quit\n");
    assertEquals(await first.readToEnd(), "");
    await first.conn.closeWrite();
    await bench.closeReasons(1);
    while (bench.server.connectionCount > 1) await turn();
    using _fourth = await bench.greeted();
  }
});

/** Lets the event loop turn. */
function turn(): Promise<void> {
  return new Promise((resume) => void setTimeout(resume, 0));
}

async function assertEnded(client: Client): Promise<void> {
  try {
    assertEquals(await client.readToEnd(), "");
  } catch (error) {
    assert(error instanceof Deno.errors.ConnectionReset);
  }
}

Deno.test("TcpServer closed accepts nobody and closes everybody", async () => {
  const bench = new Bench();
  using client = await bench.greeted();
  await bench.server.close({ drainMs: 1_000 });
  assertEquals(await client.readToEnd(), "");
  assertEquals(await bench.closeReasons(1), ["server_closed"]);
  await assertRejects(() => bench.connect(), Deno.errors.ConnectionRefused);
  assertEquals([bench.clock.timerCount, bench.server.connectionCount], [0, 0]);
});

Deno.test("TcpServer closed sends the reply to the line in hand", async () => {
  const inHand = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const bench = new Bench({
    protocol: (connection) => ({
      onLine: async () => {
        inHand.resolve();
        await gate.promise;
        connection.write("done");
      },
      onLineTooLong: () => {},
      onIdle: () => {},
      onClose: () => {},
    }),
  });
  using client = await bench.connect();
  await client.send("a\nb\n");
  await inHand.promise;
  const closing = bench.server.close({ drainMs: 1_000 });
  gate.resolve();
  assertEquals(await client.readToEnd(), "done\n");
  await closing;
  assertEquals(bench.clock.timerCount, 0);
});

Deno.test("TcpServer closed waits for a line in hand no longer than it may", async () => {
  const inHand = Promise.withResolvers<void>();
  const bench = new Bench({
    protocol: () => ({
      onLine: () => {
        inHand.resolve();
        return new Promise(() => {});
      },
      onLineTooLong: () => {},
      onIdle: () => {},
      onClose: () => {},
    }),
  });
  using client = await bench.connect();
  await client.send("a\n");
  await inHand.promise;
  let isClosed = false;
  const closing = bench.server.close({ drainMs: 1_000 }).then(() => isClosed = true);
  await bench.clock.advance(999);
  assertEquals(isClosed, false);
  await bench.clock.advance(1);
  await closing;
  assertEquals(await client.readToEnd(), "");
});

Deno.test("TcpServer goes on when connections cannot be accepted, ever more slowly", async () => {
  const listener = Deno.listen({ hostname: HOSTNAME, port: 0 });
  const { accept } = listener;
  let failureCount = 0;
  listener.accept = () => {
    if (failureCount++ < 3) return Promise.reject(new Error("Too many open files (os error 24)"));
    return accept.call(listener);
  };
  await using bench = new Bench({ listen: () => listener });
  for (const delayMs of [10, 20, 40]) {
    await bench.until(() => bench.dropped.length === failureCount);
    await bench.clock.advance(delayMs - 1);
    const countBefore = failureCount;
    await bench.clock.advance(1);
    assertEquals(failureCount, countBefore + 1);
  }
  using client = await bench.greeted();
  await client.send("a\n");
  assertEquals(await client.readLine(), "a");
  assertEquals(bench.dropped, ["accept_failed", "accept_failed", "accept_failed"]);
});

Deno.test("TcpServer closes a connection for which no protocol can be made", async () => {
  await using bench = new Bench({
    protocol: () => {
      throw new Error("no");
    },
  });
  using client = await bench.connect();
  await assertEnded(client);
  assertEquals(bench.dropped, ["protocol_failed"]);
});
