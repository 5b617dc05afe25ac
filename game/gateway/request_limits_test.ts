import { assertEquals } from "@std/assert";
import type { TokenVerdict } from "../../core/auth/token_verifier.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import { RateLimiter } from "../../core/net/rate_limiter.ts";
import { GatewayMetrics } from "./gateway_metrics.ts";
import { RequestLimits } from "./request_limits.ts";

interface Bench {
  readonly clock: ManualClock;
  readonly limits: RequestLimits;
  readonly metrics: GatewayMetrics;
}

/** An address may send two at once, an account one; a token is the account's id, or `bad`. */
function openBench(): Bench {
  const clock = new ManualClock();
  const metrics = new GatewayMetrics(new Metrics({ process: false }), []);
  const limiterOf = (burst: number): RateLimiter =>
    new RateLimiter({ ratePerSecond: 1, burst, keysMax: 100, clock });
  const verify = (token: string): Promise<TokenVerdict> =>
    Promise.resolve(
      token === "bad"
        ? { ok: false, reason: "malformed" }
        : { ok: true, accountId: token, username: token, sessionId: "s", expiresAtS: 1 },
    );
  const limits = new RequestLimits({
    addresses: limiterOf(2),
    accounts: limiterOf(1),
    verifier: { verify },
    limited: metrics.rateLimited,
  });
  return { clock, limits, metrics };
}

Deno.test("RequestLimits refuse an address that asks too much, for a while", async () => {
  const { clock, limits, metrics } = openBench();
  const ask = (ip: string): number => limits.refuseAddress(ip)?.status ?? 200;
  assertEquals(["2001:db8::1", "2001:db8::2", "2001:db8::3"].map(ask), [200, 200, 429]);
  assertEquals(ask("2001:db8:0:1::1"), 200);
  assertEquals(limits.refuseAddress("2001:db8::4")?.headers.get("retry-after"), "1");
  assertEquals([metrics.rateLimited.address.value, metrics.rateLimited.account.value], [2, 0]);
  await clock.advance(1_000);
  assertEquals(ask("2001:db8::1"), 200);
});

Deno.test("RequestLimits refuse an account that asks too much, whatever its address", async () => {
  const { limits, metrics } = openBench();
  const ask = async (token: string | undefined): Promise<number> =>
    (await limits.refuseAccount({ token }))?.status ?? 200;
  assertEquals([await ask("ann"), await ask("ann"), await ask("bob")], [200, 429, 200]);
  assertEquals([metrics.rateLimited.address.value, metrics.rateLimited.account.value], [0, 1]);
  // Nobody is limited for what is shown in their name.
  for (let asked = 0; asked < 3; asked++) {
    assertEquals([await ask("bad"), await ask(undefined)], [200, 200]);
  }
});
