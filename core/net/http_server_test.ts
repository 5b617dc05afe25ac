import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Log, type LogFields, silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import {
  type Handler,
  type HttpServer,
  type HttpServerOptions,
  jsonResponse,
  readJson,
  type Route,
  startHttpServer,
} from "./http_server.ts";

const HOSTNAME = "127.0.0.1";
const REQUEST_TIMEOUT_MS = 5_000;
const BODY_BYTES_MAX = 100;

/** A server with the given routes, `GET /path` to handler, and what it said of itself. */
class Bench implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly observed: [route: string, status: number, durationMs: number][] = [];
  readonly logged: [event: string, fields: LogFields | undefined][] = [];
  readonly server: HttpServer;
  readonly url: string;

  constructor(
    handlers: Readonly<Record<string, Handler>>,
    options: Partial<HttpServerOptions> = {},
  ) {
    const note = (event: string, fields?: LogFields): void =>
      void this.logged.push([event, fields]);
    const log: Log = { ...silentLog, warn: note, error: note };
    const routes = Object.entries(handlers).map(([key, handler]): Route => {
      const [method = "", path = ""] = key.split(" ");
      return { method, path, handler };
    });
    this.server = startHttpServer({
      hostname: HOSTNAME,
      port: 0,
      routes,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      bodyBytesMax: BODY_BYTES_MAX,
      clock: this.clock,
      log,
      observe: (...observed) => void this.observed.push(observed),
      ...options,
    });
    this.url = `http://${HOSTNAME}:${this.server.address.port}`;
  }

  /** Asks, and gives status and body. */
  async ask(path: string, init: RequestInit = {}): Promise<[status: number, body: string]> {
    const response = await fetch(this.url + path, init);
    return [response.status, await response.text()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close({ drainMs: 0 });
    assertEquals(this.clock.timerCount, 0);
  }
}

/** Sends what `fetch` would not, and gives the first line of the answer. */
async function askRaw(bench: Bench, request: string): Promise<string> {
  using conn = await Deno.connect({ hostname: HOSTNAME, port: bench.server.address.port });
  await conn.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(4_096);
  const count = await conn.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, count ?? 0)).split("\r\n")[0] ?? "";
}

function errorBody(code: string, message: string): string {
  return JSON.stringify({ error: { code, message } });
}

Deno.test("HttpServer gives a handler the request, its parameters, URL and remote address", async () => {
  await using bench = new Bench({
    "PATCH /rooms/:code": async (request, { params, remote, url }) =>
      jsonResponse([params["code"], url.search, remote.hostname, await request.text()]),
  });
  const [status, body] = await bench.ask("/rooms/a%20b?x=1", { method: "PATCH", body: "hi" });
  assertEquals(status, 200);
  assertEquals(JSON.parse(body), ["a b", "?x=1", HOSTNAME, "hi"]);
});

Deno.test("HttpServer refuses what it has no route for, as JSON", async () => {
  await using bench = new Bench({
    "GET /a": () => new Response("a"),
    "PUT /a": () => new Response(),
  });
  assertEquals(await bench.ask("/b"), [404, errorBody("not_found", "Not found")]);
  const response = await fetch(`${bench.url}/a`, { method: "POST" });
  assertEquals(response.headers.get("allow"), "GET, HEAD, PUT");
  const body = await response.text();
  assertEquals([response.status, body], [
    405,
    errorBody("method_not_allowed", "Method not allowed"),
  ]);
  assertEquals(response.headers.get("x-content-type-options"), "nosniff");
  assertEquals(response.headers.get("cache-control"), "no-store");
});

Deno.test("HttpServer answers HEAD as GET, without a body", async () => {
  await using bench = new Bench({ "GET /a": () => jsonResponse([1, 2]) });
  const response = await fetch(`${bench.url}/a`, { method: "HEAD" });
  assertEquals([response.status, response.headers.get("content-length")], [200, "5"]);
  assertEquals(await response.text(), "");
});

Deno.test("HttpServer answers 500 without a detail where a handler throws, and logs it", async () => {
  const failure = (): never => {
    throw new Error("secret");
  };
  await using bench = new Bench({
    "GET /now": failure,
    "GET /later": () => Promise.reject(new Error("secret")),
  });
  const expected = [500, errorBody("internal_error", "Internal server error")];
  assertEquals(await bench.ask("/now"), expected);
  assertEquals(await bench.ask("/later"), expected);
  assertEquals(bench.logged, [
    ["request_failed", { route: "/now", error: "Error: secret" }],
    ["request_failed", { route: "/later", error: "Error: secret" }],
  ]);
});

Deno.test("HttpServer bounds a request's body, its length declared or not", async () => {
  await using bench = new Bench({
    "POST /text": async (request) => new Response(String((await request.text()).length)),
    "POST /json": async (request) => jsonResponse(await readJson(request, { bytesMax: 10 })),
  });
  const stream = (size: number): RequestInit => {
    const body = new Response("x".repeat(size)).body?.pipeThrough(new TransformStream());
    return { method: "POST", body: body ?? null };
  };
  const text = (size: number): RequestInit => ({ method: "POST", body: "x".repeat(size) });
  const refused = [413, errorBody("body_too_large", "The request body is too large")];
  for (const make of [text, stream]) {
    assertEquals(await bench.ask("/text", make(BODY_BYTES_MAX)), [200, String(BODY_BYTES_MAX)]);
    assertEquals(await bench.ask("/text", make(BODY_BYTES_MAX + 1)), refused);
    assertEquals(await bench.ask("/json", make(11)), [200, '{"ok":false,"reason":"too_large"}']);
  }
  assertEquals(await bench.ask("/text", { method: "POST" }), [200, "0"]);
});

Deno.test("HttpServer survives requests that are no HTTP or no URL", async () => {
  await using bench = new Bench({ "GET /": () => new Response("ok") });
  const requests: readonly [string, string][] = [
    ["GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "HTTP/1.1 400 Bad Request"],
    ["GET http://a:99999/ HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 Bad Request"],
    ["OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 Not Found"],
    ["GET /%00/../%zz HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 Not Found"],
    ["nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request"],
    ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK"],
  ];
  for (const [request, statusLine] of requests) {
    assertEquals(await askRaw(bench, request), statusLine, request);
  }
  assertEquals(bench.logged, []);
});

Deno.test("HttpServer answers 503 when a handler takes too long, and aborts its signal", async () => {
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let isAborted = false;
  let isCancelled = false;
  await using bench = new Bench({
    "GET /slow": async (_request, { signal }) => {
      signal.addEventListener("abort", () => isAborted = true);
      begun.resolve();
      await gate.promise;
      return new Response(new ReadableStream({ cancel: () => void (isCancelled = true) }));
    },
  });
  const asking = bench.ask("/slow");
  await begun.promise;
  await bench.clock.advance(REQUEST_TIMEOUT_MS - 1);
  assertEquals(isAborted, false);
  await bench.clock.advance(1);
  assertEquals(await asking, [503, errorBody("timeout", "The request took too long")]);
  assertEquals(isAborted, true);
  assertEquals(bench.observed, [["/slow", 503, REQUEST_TIMEOUT_MS]]);
  // The late response is thrown away.
  gate.resolve();
  await bench.clock.advance(0);
  assertEquals(isCancelled, true);
});

Deno.test("HttpServer logs what fails after its time", async () => {
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<never>();
  await using bench = new Bench({
    "GET /slow": () => {
      begun.resolve();
      return gate.promise;
    },
  });
  const asking = bench.ask("/slow");
  await begun.promise;
  await bench.clock.advance(REQUEST_TIMEOUT_MS);
  await asking;
  gate.reject(new Error("late"));
  await bench.clock.advance(0);
  assertEquals(bench.logged.map(([event]) => event), ["request_timed_out", "request_failed"]);
});

Deno.test("HttpServer tells the observer routes as they were given, and nothing of a client's", async () => {
  const clock = new ManualClock();
  await using bench = new Bench({
    "GET /rooms/:code": async () => {
      await clock.advance(7);
      return new Response("", { status: 202 });
    },
  }, { clock });
  await bench.ask("/rooms/ABC");
  await bench.ask("/rooms/ABC", { method: "POST" });
  await bench.ask("/none");
  assertEquals(bench.observed, [
    ["/rooms/:code", 202, 7],
    ["/rooms/:code", 405, 0],
    ["unmatched", 404, 0],
  ]);
});

Deno.test("HttpServer lets a handler upgrade to a WebSocket", async () => {
  const closed = Promise.withResolvers<void>();
  await using bench = new Bench({
    "GET /ws": (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => socket.send(`<${data}>`);
      socket.onclose = () => closed.resolve();
      return response;
    },
  });
  const socket = new WebSocket(`${bench.url.replace("http", "ws")}/ws`);
  await new Promise((resolve) => socket.onopen = resolve);
  const reply = new Promise<MessageEvent>((resolve) => socket.onmessage = resolve);
  socket.send("hi");
  assertEquals((await reply).data, "<hi>");
  const clientClosed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await Promise.all([clientClosed, closed.promise]);
  assertEquals(bench.observed, [["/ws", 101, 0]]);
});

Deno.test("HttpServer closed finishes responses in hand and refuses new requests", async () => {
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const bench = new Bench({
    "GET /slow": async () => {
      begun.resolve();
      await gate.promise;
      return new Response("x".repeat(1_000_000));
    },
  });
  const asking = bench.ask("/slow");
  await begun.promise;
  const closing = bench.server.close({ drainMs: 10_000 });
  assertEquals(await bench.ask("/slow"), [503, errorBody("closing", "The server is closing")]);
  gate.resolve();
  const [status, body] = await asking;
  assertEquals([status, body.length], [200, 1_000_000]);
  await closing;
  assertEquals(bench.clock.timerCount, 0);
  await assertRejects(() => bench.ask("/slow"), TypeError);
});

Deno.test("HttpServer closed waits no longer than it may, and aborts what is in hand", async () => {
  const begun = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  const bench = new Bench({
    "GET /stuck": async (_request, { signal }) => {
      begun.resolve();
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      aborted.resolve();
      return new Response("late");
    },
  });
  // Whether the connection is cut first or the late response gets through is the system's to say.
  const asking = bench.ask("/stuck").catch((error) => assert(error instanceof TypeError));
  await begun.promise;
  const closing = bench.server.close({ drainMs: 1_000 });
  let isClosed = false;
  void closing.then(() => isClosed = true);
  await bench.clock.advance(999);
  assertEquals(isClosed, false);
  await bench.clock.advance(1);
  await Promise.all([closing, aborted.promise, asking]);
  assertEquals(bench.clock.timerCount, 0);
});

Deno.test("HttpServer closed cuts a client that does not read", async () => {
  let isCancelled = false;
  const bench = new Bench({
    "GET /endless": () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
          cancel: () => void (isCancelled = true),
        }),
      ),
  });
  using conn = await Deno.connect({ hostname: HOSTNAME, port: bench.server.address.port });
  await conn.write(new TextEncoder().encode("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n"));
  await conn.read(new Uint8Array(1));
  const closing = bench.server.close({ drainMs: 1_000 });
  await bench.clock.advance(1_000);
  await closing;
  assert(isCancelled);
});

Deno.test("HttpServer refuses routes that are the same, and opens no port for them", () => {
  const route: Route = { method: "GET", path: "/a", handler: () => new Response() };
  assertThrows(() => new Bench({}, { routes: [route, route] }), TypeError, "is routed already");
});

Deno.test("HttpServer gives what is quick as it is, and routes the rest until it closes", async () => {
  const quick = (request: Request): Response | undefined =>
    request.url.endsWith("/quick") ? new Response("quick") : undefined;
  await using bench = new Bench({
    "GET /slow": () => new Response("slow"),
    "GET /quick": () => new Response("routed"),
  }, { quick });
  assertEquals(await bench.ask("/quick"), [200, "quick"]);
  assertEquals(await bench.ask("/slow"), [200, "slow"]);
  assertEquals(bench.observed, [["/slow", 200, 0]]);
});
