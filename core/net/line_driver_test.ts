import { assert, assertEquals } from "@std/assert";
import { TCP_LINGER_MS } from "../limits.ts";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import { LineDriver, type LineDriverOptions, type LineSocket } from "./line_driver.ts";
import type { LineConnection, LineProtocol } from "./line_protocol.ts";

const IDLE_TIMEOUT_MS = 1_000;
const WRITE_TIMEOUT_MS = 500;

type Incoming = string | Uint8Array | null | Error;

/** A socket without a network: the test gives it what the client sends and sees what it is sent. */
class FakeSocket implements LineSocket {
  written = "";
  writeCount = 0;
  readCount = 0;
  isWriteClosed = false;
  isClosed = false;
  /** Writes stay pending while it is true. */
  isStuck = false;
  #incoming: (Uint8Array | null | Error)[] = [];
  #wakeReader: (() => void) | undefined;
  #breakWrite: ((error: Error) => void) | undefined;

  /** Lets the driver read a text, bytes, the end (null), or an error. */
  give(...incoming: Incoming[]): void {
    this.#incoming.push(
      ...incoming.map((item) => typeof item === "string" ? new TextEncoder().encode(item) : item),
    );
    this.#wakeReader?.();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    this.readCount++;
    while (this.#incoming.length === 0) {
      if (this.isClosed) throw new Deno.errors.Interrupted("operation canceled");
      await new Promise<void>((wake) => this.#wakeReader = wake);
    }
    const next = this.#incoming.shift() ?? null;
    if (next === null) return null;
    if (next instanceof Error) throw next;
    buffer.set(next.subarray(0, buffer.length));
    if (next.length > buffer.length) this.#incoming.unshift(next.subarray(buffer.length));
    return Math.min(next.length, buffer.length);
  }

  write(bytes: Uint8Array): Promise<number> {
    this.writeCount++;
    if (this.isStuck) return new Promise((_, reject) => this.#breakWrite = reject);
    this.written += new TextDecoder().decode(bytes);
    return Promise.resolve(bytes.length);
  }

  closeWrite(): Promise<void> {
    this.isWriteClosed = true;
    return Promise.resolve();
  }

  close(): void {
    assert(!this.isClosed, "closed twice");
    this.isClosed = true;
    this.#breakWrite?.(new Deno.errors.Interrupted("operation canceled"));
    this.#wakeReader?.();
  }
}

/** A driver on a fake socket. Its protocol echoes, and says in `events` what it was told. */
class Bench {
  readonly clock = new ManualClock();
  readonly socket = new FakeSocket();
  readonly events: string[] = [];
  readonly dropped: string[] = [];
  readonly driver: LineDriver;
  readonly over: Promise<void>;

  constructor(options: {
    readonly driver?: Partial<LineDriverOptions>;
    readonly protocol?: (connection: LineConnection) => Partial<LineProtocol>;
  } = {}) {
    this.driver = new LineDriver(
      { id: 1, conn: this.socket, remote: { hostname: "192.0.2.1", port: 7 } },
      {
        lineBytesMax: 16,
        idleTimeoutMs: IDLE_TIMEOUT_MS,
        writeTimeoutMs: WRITE_TIMEOUT_MS,
        writeQueueBytesMax: 400,
        pipelinedLinesMax: 4,
        clock: this.clock,
        log: silentLog,
        drops: (reason) => this.dropped.push(reason),
        protocol: (connection) => ({
          onLine: (line) => connection.write(`<${new TextDecoder().decode(line)}>`),
          onLineTooLong: () => connection.write("too long"),
          onIdle: () => connection.write("idle"),
          onClose: (reason) => void this.events.push(reason),
          ...options.protocol?.(connection),
        }),
        ...options.driver,
      },
    );
    this.over = this.driver.run();
  }

  async give(...incoming: Incoming[]): Promise<void> {
    this.socket.give(...incoming);
    await this.settle();
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) await this.clock.advance(0);
  }

  /** Everything has ended, nothing is left, and `onClose` came once with this reason. */
  async assertOver(reason: string): Promise<void> {
    await this.over;
    assertEquals(this.events, [reason]);
    assertEquals(this.socket.isClosed, true);
    assertEquals(this.clock.timerCount, 0);
  }
}

Deno.test("LineDriver answers lines in order, split at every byte", async () => {
  const input = "a\nтанк\r\n\nb";
  const bench = new Bench();
  for (const byte of new TextEncoder().encode(input)) bench.socket.give(Uint8Array.of(byte));
  await bench.give(null);
  assertEquals(bench.socket.written, "<a>\n<танк>\n<>\n<b>\n");
  await bench.assertOver("client_closed");
  assertEquals(bench.dropped, []);
});

Deno.test("LineDriver hands over the next line only when the one before is handled", async () => {
  const gates: PromiseWithResolvers<void>[] = [];
  const bench = new Bench({
    protocol: (connection) => ({
      onLine: async (line) => {
        const gate = Promise.withResolvers<void>();
        gates.push(gate);
        await gate.promise;
        connection.write(new TextDecoder().decode(line));
      },
    }),
  });
  await bench.give("1\n2\n3\n", null);
  for (const count of [1, 2, 3]) {
    assertEquals(gates.length, count);
    gates[count - 1]?.resolve();
    await bench.settle();
  }
  assertEquals(bench.socket.written, "1\n2\n3\n");
  await bench.assertOver("client_closed");
});

Deno.test("LineDriver sends the replies to lines that came together in one write", async () => {
  const bench = new Bench();
  await bench.give("1\n2\n3\n4\n");
  assertEquals(bench.socket.writeCount, 1);
  await bench.give(null);
  await bench.assertOver("client_closed");
});

Deno.test("LineDriver keeps the lines it hands over apart from its read buffer", async () => {
  const lines: Uint8Array[] = [];
  const bench = new Bench({ protocol: () => ({ onLine: (line) => void lines.push(line) }) });
  await bench.give("first\n");
  await bench.give("other\n");
  assertEquals(lines.map((line) => new TextDecoder().decode(line)), ["first", "other"]);
  await bench.give(null);
  await bench.assertOver("client_closed");
});

Deno.test("LineDriver reads no more while too many lines wait", async () => {
  const gate = Promise.withResolvers<void>();
  const bench = new Bench({ protocol: () => ({ onLine: () => gate.promise }) });
  for (let count = 0; count < 20; count++) bench.socket.give(`${count}\n`);
  await bench.settle();
  // One line in hand, four wait, and the read that brought the fifth.
  assertEquals(bench.socket.readCount, 6);
  gate.resolve();
  await bench.give(null);
  assertEquals(bench.socket.readCount, 21);
  await bench.assertOver("client_closed");
});

Deno.test("LineDriver handles no more lines while their replies are not read", async () => {
  const bench = new Bench({ driver: { pipelinedLinesMax: 1_000 } });
  bench.socket.isStuck = true;
  await bench.give("0123456789abcde\n".repeat(100));
  assertEquals(bench.dropped, []);
  await bench.clock.advance(WRITE_TIMEOUT_MS);
  assertEquals(bench.dropped, ["slow_reader"]);
  await bench.assertOver("slow_reader");

  const reading = new Bench({ driver: { pipelinedLinesMax: 1_000 } });
  await reading.give("0123456789abcde\n".repeat(100), null);
  assertEquals(reading.socket.written, "<0123456789abcde>\n".repeat(100));
  await reading.assertOver("client_closed");
});

Deno.test("LineDriver drops a client for whom too much is queued", async () => {
  const bench = new Bench({
    protocol: (connection) => ({ onLine: () => connection.write("x".repeat(400)) }),
  });
  await bench.give("a\nb\n");
  assertEquals(bench.dropped, ["slow_reader"]);
  await bench.assertOver("slow_reader");
});

Deno.test("LineDriver answers the lines before one that is too long, then says so and closes", async () => {
  const bench = new Bench();
  await bench.give("a\n0123456789abcdefg", "more\nand more\n");
  assertEquals(bench.socket.written, "<a>\ntoo long\n");
  assertEquals(bench.dropped, ["line_too_long"]);
  assertEquals([bench.socket.isWriteClosed, bench.socket.isClosed], [true, false]);
  await bench.give("still more\n", null);
  assertEquals(bench.socket.written, "<a>\ntoo long\n");
  await bench.assertOver("line_too_long");
});

Deno.test("LineDriver lingers for a client that never closes its side, but not for ever", async () => {
  const bench = new Bench({ protocol: (connection) => ({ onLine: () => connection.close() }) });
  await bench.give("quit\n");
  assertEquals(bench.events, ["protocol_closed"]);
  await bench.clock.advance(TCP_LINGER_MS - 1);
  assertEquals(bench.socket.isClosed, false);
  await bench.clock.advance(1);
  await bench.assertOver("protocol_closed");
  assertEquals(bench.dropped, []);
});

Deno.test("LineDriver closes an idle connection, its time counted from the last handled line", async () => {
  const bench = new Bench();
  await bench.clock.advance(IDLE_TIMEOUT_MS - 1);
  await bench.give("a\n");
  await bench.clock.advance(IDLE_TIMEOUT_MS - 1);
  assertEquals(bench.socket.written, "<a>\n");
  await bench.clock.advance(1);
  assertEquals(bench.socket.written, "<a>\nidle\n");
  await bench.give(null);
  await bench.assertOver("idle");
  assertEquals(bench.dropped, ["idle"]);
});

Deno.test("LineDriver takes a client that finishes no line for idle", async () => {
  const bench = new Bench();
  for (let count = 0; count < 10; count++) {
    await bench.give("x");
    await bench.clock.advance(IDLE_TIMEOUT_MS / 10);
  }
  assertEquals(bench.socket.written, "idle\n");
  await bench.give(null);
  await bench.assertOver("idle");
});

Deno.test("LineDriver never takes a client that waits for us for idle", async () => {
  const gate = Promise.withResolvers<void>();
  const bench = new Bench({
    protocol: (connection) => ({
      onLine: async () => {
        await gate.promise;
        connection.write("done");
      },
    }),
  });
  await bench.give("slow\n");
  await bench.clock.advance(10 * IDLE_TIMEOUT_MS);
  gate.resolve();
  await bench.settle();
  await bench.clock.advance(IDLE_TIMEOUT_MS - 1);
  assertEquals(bench.socket.written, "done\n");
  await bench.clock.advance(1);
  assertEquals(bench.socket.written, "done\nidle\n");
  await bench.give(null);
  await bench.assertOver("idle");
});

Deno.test("LineDriver survives a reset and tells the protocol at once, whatever is in hand", async () => {
  const gate = Promise.withResolvers<void>();
  const bench = new Bench({
    protocol: (connection) => ({
      onLine: async () => {
        await gate.promise;
        connection.write("to nobody");
      },
    }),
  });
  await bench.give("a\nb\n", new Deno.errors.ConnectionReset("reset by peer"));
  assertEquals(bench.events, ["reset"]);
  assertEquals(bench.dropped, ["reset"]);
  let isOver = false;
  void bench.over.then(() => isOver = true);
  await bench.settle();
  assertEquals(isOver, false);
  gate.resolve();
  await bench.assertOver("reset");
  assertEquals(bench.socket.written, "");
});

Deno.test("LineDriver closes and logs no detail to the client where the protocol fails", async () => {
  const failing: Partial<LineProtocol>[] = [
    { onLine: () => Promise.reject(new Error("secret")) },
    {
      onLine: () => {
        throw new Error("secret");
      },
    },
    {
      open: () => {
        throw new Error("secret");
      },
    },
  ];
  for (const protocol of failing) {
    const bench = new Bench({ protocol: () => protocol });
    await bench.give("a\nb\n", null);
    assertEquals(bench.socket.written, "");
    assertEquals(bench.dropped, ["protocol_failed"]);
    await bench.assertOver("protocol_closed");
  }
});

Deno.test("LineDriver is over though a farewell or onClose throws", async () => {
  const bench = new Bench({
    protocol: (connection) => ({
      onIdle: () => {
        connection.write("bye");
        connection.close();
        throw new Error("x");
      },
    }),
  });
  await bench.clock.advance(IDLE_TIMEOUT_MS);
  await bench.give(null);
  assertEquals(bench.socket.written, "bye\n");
  assertEquals(bench.dropped, ["idle", "protocol_failed"]);
  await bench.assertOver("idle");

  const other = new Bench({
    protocol: () => ({
      onClose: () => {
        throw new Error("x");
      },
    }),
  });
  await other.give(null);
  await other.over;
  assertEquals(other.dropped, ["protocol_failed"]);
});

Deno.test("LineDriver stopped finishes the line in hand, drops those that wait, and closes", async () => {
  const gate = Promise.withResolvers<void>();
  const handled: string[] = [];
  const bench = new Bench({
    protocol: (connection) => ({
      onLine: async (line) => {
        await gate.promise;
        handled.push(new TextDecoder().decode(line));
        connection.write("done");
      },
    }),
  });
  await bench.give("a\nb\nc\n");
  bench.driver.stop();
  await bench.give("d\n");
  assertEquals(bench.events, []);
  gate.resolve();
  await bench.assertOver("server_closed");
  assertEquals(handled, ["a"]);
  assertEquals(bench.socket.written, "done\n");
});

Deno.test("LineDriver stopped closes idle and lingering connections at once", async () => {
  const idle = new Bench();
  await idle.settle();
  idle.driver.stop();
  await idle.assertOver("server_closed");

  const lingering = new Bench({ protocol: (connection) => ({ open: () => connection.close() }) });
  await lingering.settle();
  assertEquals(lingering.socket.isWriteClosed, true);
  lingering.driver.stop();
  await lingering.assertOver("protocol_closed");
});

Deno.test("LineDriver aborted is released though a line stays in hand for ever", async () => {
  const bench = new Bench({ protocol: () => ({ onLine: () => new Promise(() => {}) }) });
  await bench.give("a\n");
  bench.driver.abort("server_closed");
  await bench.driver.released;
  assertEquals(bench.events, ["server_closed"]);
  assertEquals(bench.dropped, []);
  assertEquals(bench.clock.timerCount, 0);
});
