import { assertEquals } from "@std/assert";
import { silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { AgonesLink } from "./agones_link.ts";

/** What Agones' sidecar answers by its REST API: `{}` to POST of a JSON object, 404 and 405 to others. */
class AgonesSidecar implements AsyncDisposable {
  readonly calls: string[] = [];
  readonly port: number;
  isBroken = false;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #wake = Promise.withResolvers<void>();

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => await this.#answer(request),
    );
    this.port = this.#server.addr.port;
  }

  async until(count: number): Promise<string[]> {
    while (this.calls.length < count) {
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
    return this.calls;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const name = new URL(request.url).pathname.slice(1);
    const body = await request.text();
    if (!["ready", "health", "allocate", "shutdown"].includes(name)) {
      return new Response("Not Found", { status: 404 });
    }
    if (request.method !== "POST") return new Response("Not Implemented", { status: 501 });
    assertEquals([request.headers.get("content-type"), body], ["application/json", "{}"]);
    this.calls.push(this.isBroken ? `${name} refused` : name);
    this.#wake.resolve();
    if (this.isBroken) return Response.json({ code: 13, message: "no" }, { status: 500 });
    return Response.json({});
  }
}

Deno.test("AgonesLink says ready, lives, allocated while in use, ready again, and shutdown", async () => {
  await using agones = new AgonesSidecar();
  const clock = new ManualClock();
  let inUse = false;
  const link = new AgonesLink({
    port: agones.port,
    isInUse: () => inUse,
    clock,
    log: silentLog,
  });
  assertEquals(await agones.until(2), ["ready", "health"]);
  await clock.advance(5_000);
  assertEquals((await agones.until(3)).slice(2), ["health"]);
  inUse = true;
  link.update();
  assertEquals((await agones.until(5)).slice(3), ["allocate", "health"]);
  inUse = false;
  link.update();
  assertEquals((await agones.until(7)).slice(5), ["ready", "health"]);
  await link.close();
  await link.close();
  assertEquals(agones.calls.slice(7), ["shutdown"]);
  assertEquals(clock.timerCount, 0);
});

Deno.test("AgonesLink tells again what Agones did not take", async () => {
  await using agones = new AgonesSidecar();
  agones.isBroken = true;
  const clock = new ManualClock();
  const link = new AgonesLink({ port: agones.port, isInUse: () => true, clock, log: silentLog });
  assertEquals(await agones.until(2), ["allocate refused", "health refused"]);
  agones.isBroken = false;
  await clock.advance(5_000);
  assertEquals((await agones.until(4)).slice(2), ["allocate", "health"]);
  await link.close();
});

Deno.test("AgonesLink closes though nobody listens", async () => {
  const { port } = await (async () => {
    await using agones = new AgonesSidecar();
    return agones;
  })();
  const clock = new ManualClock();
  const link = new AgonesLink({ port, isInUse: () => false, clock, log: silentLog });
  await link.close();
  assertEquals(clock.timerCount, 0);
});
