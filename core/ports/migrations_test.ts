import { assertEquals, assertRejects } from "@std/assert";
import { ManualClock } from "../manual_clock.ts";
import { migrate, type MigrationStep } from "./migrations.ts";
import type { SqlDatabase } from "./sql_database.ts";
import { openSqliteDatabase } from "./sqlite_database.ts";

const CREATE: MigrationStep = { id: "001", sql: "CREATE TABLE a (id BIGINT)" };
const FILL: MigrationStep = {
  id: "002",
  sql: { sqlite: "INSERT INTO a VALUES (1)", postgres: "this is no SQLite" },
};

async function withDatabase(
  test: (
    database: SqlDatabase,
    run: (steps: readonly MigrationStep[], name?: string) => Promise<number>,
  ) => Promise<void>,
): Promise<void> {
  const database = openSqliteDatabase({ path: ":memory:", fullSync: false });
  const clock = new ManualClock(5000);
  try {
    await test(database, (steps, name = "s") => migrate(database, { name, steps, clock }));
  } finally {
    await database.close();
  }
}

Deno.test("migrate runs new steps alone, in the database's dialect, and records them", () =>
  withDatabase(async (database, run) => {
    assertEquals([await run([CREATE]), await run([CREATE, FILL])], [1, 1]);
    assertEquals(await run([CREATE, FILL]), 0);
    assertEquals(await database.query("SELECT id FROM a"), [{ id: 1 }]);
    assertEquals(
      await database.query(
        "SELECT name, id, length(hash) AS h, applied_at_ms FROM schema_migrations",
      ),
      [{ name: "s", id: "001", h: 64, applied_at_ms: 5000 }, {
        name: "s",
        id: "002",
        h: 64,
        applied_at_ms: 5000,
      }],
    );
  }));

Deno.test("migrate keeps schemas of different names apart", () =>
  withDatabase(async (_database, run) => {
    assertEquals(await run([CREATE]), 1);
    assertEquals(await run([{ id: "001", sql: "CREATE TABLE b (id BIGINT)" }], "other"), 1);
  }));

Deno.test("migrate refuses histories that do not fit", () =>
  withDatabase(async (_database, run) => {
    await run([CREATE, FILL]);
    const changed = { ...CREATE, sql: "CREATE TABLE a (id TEXT)" };
    const between = { id: "001b", sql: "CREATE TABLE c (id BIGINT)" };
    const cases: [steps: MigrationStep[], message: string][] = [
      [[changed, FILL], "Cannot migrate s: step 001 was changed after it ran"],
      [[CREATE], "Cannot migrate s: the database is newer, it has unknown step 002"],
      [[CREATE, between, FILL], "Cannot migrate s: step 001b comes before 002, which ran"],
    ];
    for (const [steps, message] of cases) await assertRejects(() => run(steps), Error, message);
  }));

Deno.test("migrate undoes a step that fails and keeps those before it", () =>
  withDatabase(async (database, run) => {
    const bad = { id: "002", sql: "CREATE TABLE b (id BIGINT); INSERT INTO nowhere VALUES (1)" };
    const error = await assertRejects(() => run([CREATE, bad]), Error, "step 002 failed");
    assertEquals(error.cause instanceof Error, true);
    await assertRejects(() => database.query("SELECT * FROM b"), Error, "no such table");
    assertEquals(await run([CREATE, FILL]), 1);
  }));
