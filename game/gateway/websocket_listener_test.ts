import { assertEquals } from "@std/assert";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { startHttpServer } from "../../core/net/http_server.ts";
import { WebSocketListener, type WebSocketTalk } from "./websocket_listener.ts";
import type { ClientSocket } from "./websocket_outbox.ts";

/** Says back what it hears, and breaks at one word. */
class Echo implements WebSocketTalk {
  readonly gone = Promise.withResolvers<void>();
  checkCount = 0;
  readonly #socket: ClientSocket;

  constructor(socket: ClientSocket) {
    this.#socket = socket;
  }

  onFrame(text: string): void {
    if (text === "break") throw new Error("broken");
    this.#socket.send(text);
  }

  check(): void {
    this.checkCount++;
  }

  end(reason: "bad_frame" | "closing"): void {
    this.#socket.close(reason === "closing" ? 4_001 : 4_400, reason);
  }

  onClose(): void {
    this.gone.resolve();
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }
}

interface Bench {
  readonly listener: WebSocketListener;
  readonly clock: ManualClock;
  readonly talks: readonly Echo[];
  readonly refusals: readonly string[];
  /** Connects from a page of an origin; resolves once that is open, or to undefined where it is refused. */
  connect(origin?: string): Promise<WebSocket | undefined>;
}

async function withListener(work: (bench: Bench) => Promise<void>): Promise<void> {
  const clock = new ManualClock();
  const talks: Echo[] = [];
  const refusals: string[] = [];
  const listener = new WebSocketListener({
    path: "/talk",
    origins: ["https://friend.example"],
    connectionsMax: 2,
    connectionsPerAddressMax: 1,
    open: (socket) => {
      const talk = new Echo(socket);
      talks.push(talk);
      return talk;
    },
    onRefused: (reason) => refusals.push(reason),
    clock,
    log: silentLog,
  });
  const server = startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    bodyBytesMax: 1_024,
    routes: [listener.route],
    requestTimeoutMs: 5_000,
    clock: systemClock,
    log: silentLog,
  });
  const url = `ws://127.0.0.1:${server.address.port}/talk`;
  const connect: Bench["connect"] = (origin) => {
    const socket = new WebSocket(url, origin === undefined ? {} : { headers: { origin } });
    return new Promise((resolve) => {
      socket.onopen = () => resolve(socket);
      socket.onerror = (event) => {
        if (event instanceof ErrorEvent) event.preventDefault();
        resolve(undefined);
      };
    });
  };
  try {
    await work({ listener, clock, talks, refusals, connect });
  } finally {
    await listener.close();
    await server.close({ drainMs: 0 });
  }
}

function closeCode(socket: WebSocket | undefined): Promise<number> {
  return new Promise((resolve) => {
    if (socket !== undefined) socket.onclose = ({ code }) => resolve(code);
  });
}

Deno.test("WebSocketListener ends a connection whose frame fails, and that one alone", async () => {
  await withListener(async ({ connect, talks, listener }) => {
    const broken = await connect();
    const code = closeCode(broken);
    broken?.send("break");
    assertEquals(await code, 4_001);
    await talks[0]?.gone.promise;
    assertEquals(listener.count, 0);
    const next = await connect();
    const heard = new Promise((resolve) => {
      if (next !== undefined) next.onmessage = ({ data }) => resolve(data);
    });
    next?.send("hello");
    assertEquals(await heard, "hello");
    const gone = closeCode(next);
    next?.close();
    await gone;
  });
});

Deno.test("WebSocketListener says why it lets somebody not in", async () => {
  await withListener(async ({ connect, refusals }) => {
    assertEquals(await connect("https://stranger.example"), undefined);
    const first = await connect("https://friend.example");
    assertEquals(await connect(), undefined);
    assertEquals(refusals, ["origin", "connections_per_address_max"]);
    const gone = closeCode(first);
    first?.close();
    await gone;
  });
});

Deno.test("WebSocketListener looks at the time while there is a connection", async () => {
  await withListener(async ({ connect, clock, talks }) => {
    assertEquals(clock.timerCount, 0);
    const socket = await connect();
    await clock.advance(500);
    assertEquals([clock.timerCount, talks[0]?.checkCount], [1, 2]);
    const gone = closeCode(socket);
    socket?.close();
    await Promise.all([gone, talks[0]?.gone.promise]);
    assertEquals(clock.timerCount, 0);
  });
});
