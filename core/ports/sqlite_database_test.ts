import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openSqliteDatabase } from "./sqlite_database.ts";
import type { SqlDatabase } from "./sql_database.ts";

async function withDatabase(test: (database: SqlDatabase) => Promise<void>): Promise<void> {
  const database = openSqliteDatabase({ path: ":memory:", fullSync: false });
  try {
    await test(database);
  } finally {
    await database.close();
  }
}

Deno.test("SqliteDatabase makes a folder and files that are its owner's alone", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/deep/er/tanks.sqlite`;
  for (const [fullSync, synchronous] of [[true, 2], [false, 1]] as const) {
    const database = openSqliteDatabase({ path, fullSync });
    await database.execute("CREATE TABLE IF NOT EXISTS a (id INTEGER)");
    for (const suffix of ["", "-wal", "-shm"]) {
      assertEquals(((await Deno.stat(path + suffix)).mode ?? 0) & 0o777, 0o600, suffix);
    }
    assertEquals(((await Deno.stat(`${folder}/deep`)).mode ?? 0) & 0o777, 0o700);
    assertEquals(await database.query("PRAGMA journal_mode"), [{ journal_mode: "wal" }]);
    assertEquals(await database.query("PRAGMA foreign_keys"), [{ foreign_keys: 1 }]);
    assertEquals(await database.query("PRAGMA synchronous"), [{ synchronous }]);
    await database.close();
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SqliteDatabase names the path that it cannot open", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/bad.sqlite`;
  await Deno.writeTextFile(path, "This is a text of some length, and no database. ".repeat(100));
  const message = `Cannot open SQLite database ${path}: file is not a database`;
  const error = assertThrows(() => openSqliteDatabase({ path, fullSync: true }), Error, message);
  assert(error.cause instanceof Error);
  assertThrows(
    () => openSqliteDatabase({ path: folder, fullSync: true }),
    Error,
    `Cannot open SQLite database ${folder}: `,
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SqliteDatabase refuses what SQLite would take without a word", () =>
  withDatabase(async (database) => {
    const cases: [sql: string, parameters: (number | string)[], message: string][] = [
      ["SELECT $1, $2", ["a"], "2 parameters needed, 1 given"],
      ["SELECT $1", ["a", "b"], "1 parameters needed, 2 given"],
      ["SELECT 1; SELECT 2", [], "must be one statement"],
      [" -- nothing", [], "must be one statement"],
      ["SELECT $1", [NaN], "a parameter is NaN"],
    ];
    for (const [sql, parameters, message] of cases) {
      await assertRejects(() => database.query(sql, parameters), Error, message);
    }
    assertEquals(await database.query("SELECT 1 AS one;"), [{ one: 1 }]);
  }));

Deno.test("SqliteDatabase binds whole numbers as integers", () =>
  withDatabase(async (database) => {
    assertEquals(
      await database.query("SELECT typeof($1) AS a, typeof($2) AS b, $1 / 2 AS half", [5, 0.5]),
      [{ a: "integer", b: "real", half: 2 }],
    );
  }));

Deno.test("SqliteDatabase keeps its answers right beyond the statements that it keeps", () =>
  withDatabase(async (database) => {
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < 600; index++) {
        assertEquals(await database.query(`SELECT ${index} AS a`), [{ a: index }]);
      }
    }
  }));

Deno.test("SqliteDatabase refuses a statement when too many wait", () =>
  withDatabase(async (database) => {
    const gate = Promise.withResolvers<void>();
    const transaction = database.transaction(() => gate.promise);
    const waiting: Promise<unknown>[] = [];
    for (let index = 1; index < 10_000; index++) waiting.push(database.query("SELECT 1"));
    await assertRejects(
      () => database.query("SELECT 1"),
      Error,
      "Cannot query: 10000 statements wait",
    );
    gate.resolve();
    await Promise.all([transaction, ...waiting]);
    assertEquals(await database.query("SELECT 1 AS one"), [{ one: 1 }]);
  }));
