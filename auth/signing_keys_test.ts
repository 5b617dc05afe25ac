import { assertEquals, assertRejects } from "@std/assert";
import { ManualClock } from "../core/manual_clock.ts";
import { openMigratedDatabase } from "./auth_fixture.ts";
import { SigningKeys } from "./signing_keys.ts";

Deno.test("SigningKeys makes a key once and keeps it", async () => {
  const clock = new ManualClock();
  await using database = new AsyncDisposableStack();
  const sql = database.adopt(await openMigratedDatabase(clock), (opened) => opened.close());
  const first = await new SigningKeys({ database: sql, clock }).open();
  const keys = new SigningKeys({ database: sql, clock });
  assertEquals((await keys.open()).kid, first.kid);
  assertEquals((await keys.published()).map((jwk) => jwk.kid), [first.kid]);
});

Deno.test("SigningKeys of servers that start at once agree", async () => {
  const clock = new ManualClock();
  await using database = new AsyncDisposableStack();
  const sql = database.adopt(await openMigratedDatabase(clock), (opened) => opened.close());
  const opened = await Promise.all(
    Array.from({ length: 5 }, () => new SigningKeys({ database: sql, clock }).open()),
  );
  assertEquals(new Set(opened.map((key) => key.kid)).size, 1);
  const rows = await sql.query("SELECT kid FROM signing_keys");
  assertEquals(rows.length, 1);
});

Deno.test("SigningKeys publishes no private half and no retired key", async () => {
  const clock = new ManualClock();
  await using database = new AsyncDisposableStack();
  const sql = database.adopt(await openMigratedDatabase(clock), (opened) => opened.close());
  const keys = new SigningKeys({ database: sql, clock });
  await keys.open();
  const [jwk] = await keys.published();
  assertEquals(jwk && "d" in jwk, false);
  await sql.execute("UPDATE signing_keys SET retired_at_ms = 1");
  assertEquals(await keys.published(), []);
  await assertRejects(() => keys.open(), Error, "Cannot open signing keys");
});
