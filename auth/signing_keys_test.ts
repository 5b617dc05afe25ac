import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../core/manual_clock.ts";
import type { SqlDatabase } from "../core/ports/sql_database.ts";
import { openMigratedDatabase } from "./auth_fixture.ts";
import { SigningKeys } from "./signing_keys.ts";

interface Bench extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly database: SqlDatabase;
  readonly keys: SigningKeys;
}

async function openBench(): Promise<Bench> {
  const clock = new ManualClock();
  const database = await openMigratedDatabase(clock);
  return {
    clock,
    database,
    keys: new SigningKeys({ database, clock }),
    [Symbol.asyncDispose]: () => database.close(),
  };
}

Deno.test("SigningKeys makes a first key once and keeps it", async () => {
  await using bench = await openBench();
  await bench.keys.makeFirst();
  const [first] = await bench.keys.read();
  await new SigningKeys(bench).makeFirst();
  const read = await bench.keys.read();
  assertEquals(read, first && [first]);
  assertEquals([first?.generation, first?.signsFromMs, first?.retiredAtMs], [1, 0, undefined]);
  assertEquals(first && "d" in first.publicJwk, false);
});

Deno.test("SigningKeys of servers that start at once agree", async () => {
  await using bench = await openBench();
  await Promise.all(Array.from({ length: 5 }, () => new SigningKeys(bench).makeFirst()));
  assertEquals((await bench.keys.read()).length, 1);
});

Deno.test("SigningKeys that rotate publish a key before it signs, and the old one as long as it counts", async () => {
  await using bench = await openBench();
  const { clock, keys } = bench;
  await keys.makeFirst();
  const startMs = clock.nowMs();
  const next = await keys.rotate({ signsInMs: 100, overlapMs: 1_000 });
  assertEquals([next.generation, next.signsFromMs], [2, startMs + 100]);
  const [second, first] = await keys.read();
  assertEquals(second?.kid, next.kid);
  assertEquals([first?.generation, first?.retiredAtMs], [1, startMs + 1_100]);
  await clock.advance(1_099);
  assertEquals((await keys.read()).length, 2);
  await clock.advance(1);
  assertEquals((await keys.read()).map(({ kid }) => kid), [next.kid]);
});

Deno.test("SigningKeys that rotate again bring the end of the others forward, never back", async () => {
  await using bench = await openBench();
  const { clock, keys, database } = bench;
  await keys.makeFirst();
  const startMs = clock.nowMs();
  await keys.rotate({ signsInMs: 100, overlapMs: 500 });
  await keys.rotate({ signsInMs: 0, overlapMs: 9_000 });
  const ends = (await keys.read()).map(({ retiredAtMs }) => retiredAtMs);
  assertEquals(ends, [undefined, startMs + 9_000, startMs + 600]);
  await keys.rotate({ signsInMs: 0, overlapMs: 0 });
  assertEquals((await keys.read()).map(({ generation }) => generation), [4]);
  await keys.rotate({ signsInMs: 0, overlapMs: 0 });
  // The private halves of those that have ended are gone.
  const rows = await database.query("SELECT generation FROM signing_keys");
  assert(rows.length === 2 || rows.length === 1, `${rows.length} are stored`);
});
