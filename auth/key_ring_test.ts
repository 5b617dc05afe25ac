import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Log, silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import type { SqlDatabase } from "../core/ports/sql_database.ts";
import { openMigratedDatabase } from "./auth_fixture.ts";
import { KeyRing } from "./key_ring.ts";
import { SigningKeys } from "./signing_keys.ts";

interface Bench extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly database: SqlDatabase;
  readonly keys: SigningKeys;
  readonly ring: KeyRing;
  readonly warnings: string[];
  kids(): Promise<string[]>;
}

async function openBench(): Promise<Bench> {
  const clock = new ManualClock();
  const database = await openMigratedDatabase(clock);
  const keys = new SigningKeys({ database, clock });
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (event) => void warnings.push(event) };
  const ring = await KeyRing.open({ keys, clock, log });
  return {
    clock,
    database,
    keys,
    ring,
    warnings,
    kids: async () => (await ring.published()).map(({ kid }) => kid),
    [Symbol.asyncDispose]: async () => {
      await ring.close();
      await database.close();
    },
  };
}

/** Lets what a timer began come to its end. */
async function advance({ clock, ring }: Bench, ms: number): Promise<void> {
  await clock.advance(ms);
  await ring.refresh();
}

Deno.test("KeyRing makes the first key and signs with it", async () => {
  await using bench = await openBench();
  assertEquals(await bench.kids(), [bench.ring.signer().kid]);
});

Deno.test("KeyRing publishes another's key within a second, and signs with it from its time on", async () => {
  await using bench = await openBench();
  const first = bench.ring.signer().kid;
  const next = await bench.keys.rotate({ signsInMs: 10_000, overlapMs: 5_000 });
  await advance(bench, 1_000);
  assertEquals(await bench.kids(), [next.kid, first]);
  assertEquals(bench.ring.signer().kid, first);
  await advance(bench, 8_999);
  assertEquals(bench.ring.signer().kid, first);
  await advance(bench, 1);
  assertEquals(bench.ring.signer().kid, next.kid);
  assertEquals(await bench.kids(), [next.kid, first]);
  await advance(bench, 5_000);
  assertEquals(await bench.kids(), [next.kid]);
});

Deno.test("KeyRing keeps its keys while the database fails, and says so", async () => {
  await using bench = await openBench();
  const before = bench.ring.signer().kid;
  await bench.database.execute("UPDATE signing_keys SET public_jwk = 'spoilt'");
  await advance(bench, 1_000);
  assertEquals(bench.ring.signer().kid, before);
  assertEquals(new Set(bench.warnings), new Set(["signing_keys_not_read"]));
});

Deno.test("KeyRing does not sign with a key that is retired", async () => {
  await using bench = await openBench();
  await bench.database.execute("UPDATE signing_keys SET retired_at_ms = 1");
  await advance(bench, 1_000);
  assertThrows(() => bench.ring.signer(), Error, "Cannot sign");
  const again = KeyRing.open({ keys: bench.keys, clock: bench.clock, log: silentLog });
  await assertRejects(() => again, Error, "Cannot open signing keys");
});
