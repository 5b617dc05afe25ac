import { assertEquals } from "@std/assert";
import { ManualClock } from "../manual_clock.ts";
import { silentLog } from "../log.ts";
import { type Route, startHttpServer } from "./http_server.ts";
import { limitRate } from "./limit_rate.ts";
import { RateLimiter } from "./rate_limiter.ts";

Deno.test("limitRate answers an address that asks too often with 429", async () => {
  const clock = new ManualClock();
  const limiter = new RateLimiter({ ratePerSecond: 1, burst: 2, keysMax: 10, clock });
  const limited = { value: 0, inc: () => void limited.value++ };
  let handled = 0;
  const route = {
    method: "GET",
    path: "/",
    handler: () => {
      handled++;
      return new Response("ok");
    },
  };
  const server = startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    routes: limitRate([route], { limiter, limited }),
    requestTimeoutMs: 1_000,
    bodyBytesMax: 0,
    log: silentLog,
    clock,
  });
  const ask = async (): Promise<readonly [number, string]> => {
    const response = await fetch(`http://127.0.0.1:${server.address.port}/`);
    return [response.status, await response.text()];
  };
  const refused = '{"error":{"code":"too_many_requests","message":"Too many requests"}}';
  assertEquals([await ask(), await ask(), await ask()], [
    [200, "ok"],
    [200, "ok"],
    [429, refused],
  ]);
  assertEquals([handled, limited.value], [2, 1]);
  await clock.advance(1_000);
  assertEquals(await ask(), [200, "ok"]);
  await server.close({ drainMs: 0 });
});

Deno.test("limitRate limits an IPv6 network as one address", async () => {
  const limiter = new RateLimiter({
    ratePerSecond: 1,
    burst: 2,
    keysMax: 10,
    clock: new ManualClock(),
  });
  const ok: Route = { method: "GET", path: "/", handler: () => new Response("ok") };
  const [route] = limitRate([ok], { limiter, limited: { value: 0, inc: () => {} } });
  const url = new URL("http://tanks/");
  const statuses: (number | undefined)[] = [];
  for (const hostname of ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1"]) {
    const response = await route?.handler(new Request(url), {
      params: {},
      remote: { transport: "tcp", hostname, port: 1 },
      url,
      signal: new AbortController().signal,
    });
    statuses.push(response?.status);
  }
  assertEquals(statuses, [200, 200, 429, 200]);
});
