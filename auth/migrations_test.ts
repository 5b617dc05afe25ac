import { assertEquals } from "@std/assert";
import { ManualClock } from "../core/manual_clock.ts";
import { migrate } from "../core/ports/migrations.ts";
import { openMigratedDatabase } from "./auth_fixture.ts";
import { AUTH_MIGRATIONS, AUTH_SCHEMA } from "./migrations.ts";

Deno.test("Auth's migrations run once", async () => {
  const clock = new ManualClock();
  const database = await openMigratedDatabase(clock);
  const again = await migrate(database, { name: AUTH_SCHEMA, steps: AUTH_MIGRATIONS, clock });
  assertEquals(again, 0);
  await database.close();
});
