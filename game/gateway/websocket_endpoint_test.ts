import { assertEquals, assertStringIncludes } from "@std/assert";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { Metrics } from "../../core/metrics.ts";
import { startHttpServer } from "../../core/net/http_server.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../../core/ports/memory_pub_sub.ts";
import { openWebSocketEndpoint } from "./websocket_endpoint.ts";
import type { WebSocketListener } from "./websocket_listener.ts";

const clock = systemClock;

interface Bench {
  readonly endpoint: WebSocketListener;
  readonly port: number;
}

/** An endpoint behind a real server that takes two connections. */
async function withEndpoint(work: (bench: Bench) => Promise<void>): Promise<void> {
  const shared = { clock, log: silentLog };
  const endpoint = openWebSocketEndpoint({
    ...shared,
    metrics: new Metrics({ process: false }),
    pubSub: new MemoryPubSub({ clock, log: silentLog }),
    kvStore: new MemoryKvStore({ clock }),
    origins: [],
    connectionsMax: 2,
    connectionsPerAddressMax: 2,
  });
  const server = startHttpServer({
    ...shared,
    hostname: "127.0.0.1",
    port: 0,
    bodyBytesMax: 1_024,
    routes: [endpoint.route],
    requestTimeoutMs: 5_000,
  });
  try {
    await work({ endpoint, port: server.address.port });
  } finally {
    await endpoint.close();
    await server.close({ drainMs: 0 });
  }
}

/** Sends a request as it is, and gives the first line of the answer. */
async function ask(port: number, ...headers: readonly string[]): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const lines = ["GET /ws HTTP/1.1", "Host: localhost", "Connection: Upgrade", ...headers, "", ""];
  await connection.write(new TextEncoder().encode(lines.join("\r\n")));
  const buffer = new Uint8Array(4_096);
  const length = await connection.read(buffer) ?? 0;
  return new TextDecoder().decode(buffer.subarray(0, length)).split("\r\n")[0] ?? "";
}

interface Client {
  readonly socket: WebSocket;
  /** The code of the close; undefined where it was refused. */
  readonly closed: Promise<number | undefined>;
}

/** Opens a client; resolves once it is open, or refused. */
async function connect(port: number): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
  const opened = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<number | undefined>();
  let isOpen = false;
  socket.onopen = () => {
    isOpen = true;
    opened.resolve();
  };
  socket.onerror = (event) => event instanceof ErrorEvent && event.preventDefault();
  socket.onclose = ({ code }) => {
    closed.resolve(isOpen ? code : undefined);
    opened.resolve();
  };
  await opened.promise;
  return { socket, closed: closed.promise };
}

Deno.test("WebSocket endpoint counts no connection whose handshake fails", async () => {
  await withEndpoint(async ({ port }) => {
    for (let time = 0; time < 3; time++) {
      assertStringIncludes(await ask(port, "Upgrade: websocket"), " 400 ");
    }
    assertStringIncludes(await ask(port), " 426 ");
    assertStringIncludes(await ask(port, "Upgrade: websocket", "Origin: http://evil"), " 403 ");
    const client = await connect(port);
    client.socket.close();
    assertEquals(await client.closed, 1005);
  });
});

Deno.test("WebSocket endpoint takes so many connections, and another when one has gone", async () => {
  await withEndpoint(async ({ port }) => {
    const [first, second] = [await connect(port), await connect(port)];
    assertEquals(await (await connect(port)).closed, undefined);
    first.socket.close();
    await first.closed;
    const third = await connect(port);
    for (const { socket } of [second, third]) socket.send("no JSON");
    assertEquals(await Promise.all([second.closed, third.closed]), [4400, 4400]);
  });
});

Deno.test("WebSocket endpoint takes text alone, and nobody once it closes", async () => {
  await withEndpoint(async ({ endpoint, port }) => {
    const [bytes, waiting] = [await connect(port), await connect(port)];
    bytes.socket.send(Uint8Array.of(1));
    assertEquals(await bytes.closed, 4400);
    await endpoint.close();
    assertEquals(await waiting.closed, 4001);
    assertStringIncludes(await ask(port, "Upgrade: websocket"), " 503 ");
  });
});
