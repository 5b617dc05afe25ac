import { assert, assertEquals } from "@std/assert";
import { silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { Metrics } from "../core/metrics.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import { FIXTURE_THROTTLE } from "./auth_fixture.ts";
import { LoginThrottle } from "./login_throttle.ts";

const ADDRESS = { ...FIXTURE_THROTTLE.address, failuresFree: 6 };

interface Bench {
  readonly clock: ManualClock;
  readonly kvStore: MemoryKvStore;
  readonly warnings: string[];
  readonly fallbacks: { readonly value: number };
  open(): LoginThrottle;
}

function openBench(): Bench {
  const clock = new ManualClock();
  const kvStore = new MemoryKvStore({ clock });
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (event: string): void => void warnings.push(event) };
  const fallbacks = new Metrics({ process: false }).counter({ name: "fallbacks", help: "-" });
  const open = (): LoginThrottle =>
    new LoginThrottle({
      kvStore,
      clock,
      log,
      fallbacks,
      account: FIXTURE_THROTTLE.account,
      address: ADDRESS,
    });
  return { clock, kvStore, warnings, fallbacks, open };
}

const ATTEMPT = { foldedName: "player1", ip: "192.0.2.1" };
const ELSEWHERE = { foldedName: "player1", ip: "192.0.2.2" };
const SOMEBODY_ELSE = { foldedName: "player2", ip: "192.0.2.3" };

async function fail(
  throttle: LoginThrottle,
  attempt: typeof ATTEMPT,
  count: number,
): Promise<void> {
  for (let failure = 0; failure < count; failure++) await throttle.failed(attempt);
}

Deno.test("LoginThrottle slows an account down wherever it is tried from, and no other", async () => {
  const throttle = openBench().open();
  await fail(throttle, ATTEMPT, 3);
  assertEquals(await throttle.retryAfterMs(ELSEWHERE), 0);
  await fail(throttle, ATTEMPT, 1);
  assertEquals(await throttle.retryAfterMs(ELSEWHERE), 1_000);
  assertEquals(await throttle.retryAfterMs(SOMEBODY_ELSE), 0);
});

Deno.test("LoginThrottle slows an address down whatever it tries", async () => {
  const throttle = openBench().open();
  for (let at = 0; at < 7; at++) {
    await throttle.failed({ foldedName: at < 3 ? undefined : `name-${at}`, ip: "192.0.2.1" });
  }
  assertEquals(await throttle.retryAfterMs({ ...SOMEBODY_ELSE, ip: "192.0.2.1" }), 1_000);
  assertEquals(await throttle.retryAfterMs(SOMEBODY_ELSE), 0);
});

Deno.test("LoginThrottle of several servers agrees, also about failures at once", async () => {
  const { open } = openBench();
  const servers = [open(), open(), open(), open()];
  await Promise.all(servers.map((server) => server.failed(ATTEMPT)));
  for (const server of servers) assertEquals(await server.retryAfterMs(ELSEWHERE), 1_000);
});

Deno.test("LoginThrottle forgets what was guessed for an account whose owner has come", async () => {
  const throttle = openBench().open();
  await fail(throttle, ATTEMPT, 7);
  await throttle.succeeded(ELSEWHERE);
  assertEquals(await throttle.retryAfterMs(ELSEWHERE), 0);
  // The address has guessed as much as before.
  assert(await throttle.retryAfterMs({ ...SOMEBODY_ELSE, ip: "192.0.2.1" }) > 0);
});

Deno.test("LoginThrottle leaves nothing behind in the store", async () => {
  const { clock, kvStore, open } = openBench();
  const throttle = open();
  await fail(throttle, ATTEMPT, 10);
  assertEquals((await kvStore.keys("throttle:", 10)).length, 2);
  await clock.advance(3_600_000);
  assertEquals(await kvStore.keys("throttle:", 10), []);
});

Deno.test("LoginThrottle goes on by itself while the store is away, and says so once", async () => {
  const { kvStore, warnings, fallbacks, open } = openBench();
  const throttle = open();
  await kvStore.close();
  await fail(throttle, ATTEMPT, 4);
  assertEquals(await throttle.retryAfterMs(ELSEWHERE), 1_000);
  await throttle.succeeded(ATTEMPT);
  assertEquals(await throttle.retryAfterMs(ELSEWHERE), 0);
  assertEquals(warnings, ["throttle_not_shared"]);
  assert(fallbacks.value > 8);
});
