import { assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import { OpsGuard, opsRefusalResponse, WRONG_TOKENS_BURST } from "./ops_guard.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";

function openGuard(): { guard: OpsGuard; clock: ManualClock; metrics: Metrics } {
  const clock = new ManualClock();
  const metrics = new Metrics({ process: false });
  return { guard: new OpsGuard({ token: TOKEN, clock, metrics }), clock, metrics };
}

Deno.test("OpsGuard lets in who shows the whole token, and nobody else", async () => {
  const { guard } = openGuard();
  assertEquals(await guard.check(TOKEN, "192.0.2.1"), undefined);
  assertEquals(await guard.check(undefined, "192.0.2.1"), "missing_token");
  for (const token of ["", TOKEN.slice(1), TOKEN.slice(0, -1), `${TOKEN}0`, TOKEN.toUpperCase()]) {
    assertEquals(await guard.check(token, "192.0.2.1"), "wrong_token", token);
  }
});

Deno.test("OpsGuard compares no more once an address has guessed too often, and counts", async () => {
  const { guard, clock, metrics } = openGuard();
  for (let guess = 0; guess < WRONG_TOKENS_BURST; guess++) {
    assertEquals(await guard.check(`wrong ${guess}`, "192.0.2.1"), "wrong_token");
  }
  assertEquals(await guard.check(TOKEN, "192.0.2.1"), "too_many_attempts");
  // The same address in another notation is the same; another one is not.
  assertEquals(await guard.check(TOKEN, "::ffff:192.0.2.1"), "too_many_attempts");
  assertEquals(await guard.check(TOKEN, "192.0.2.2"), undefined);
  await clock.advance(10_000);
  assertEquals(await guard.check(TOKEN, "192.0.2.1"), undefined);
  const samples = await metrics.samples("gateway_ops_refusals_total");
  assertEquals(samples.map(({ labels, value }) => [labels.reason, value]), [
    ["missing_token", 0],
    ["wrong_token", WRONG_TOKENS_BURST],
    ["too_many_attempts", 2],
  ]);
});

Deno.test("OpsGuard's refusals have the statuses that clients know", () => {
  assertEquals(opsRefusalResponse("missing_token").status, 401);
  assertEquals(opsRefusalResponse("wrong_token").status, 401);
  const late = opsRefusalResponse("too_many_attempts");
  assertEquals([late.status, late.headers.get("retry-after")], [429, "10"]);
});
