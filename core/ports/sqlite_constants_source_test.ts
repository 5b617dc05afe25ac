import { assertEquals } from "@std/assert";
import { CONSTANTS_SEED, SqliteConstantsSource } from "./sqlite_constants_source.ts";
import { openSqliteDatabase } from "./sqlite_database.ts";

const DEADLINE = { deadlineMs: 1000 };

Deno.test("SqliteConstantsSource fills a new table and leaves what an operator changed", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/constants.sqlite`;
  const first = new SqliteConstantsSource({ path });
  assertEquals(await first.read(DEADLINE), [...CONSTANTS_SEED]);
  await first.close();

  const database = openSqliteDatabase({ path, fullSync: false });
  await database.execute("UPDATE constants SET Value = '2.5', Description = NULL WHERE Name = $1", [
    "RateExp",
  ]);
  await database.execute("DELETE FROM constants WHERE Name = $1", ["RatePvp"]);
  await database.close();

  const second = new SqliteConstantsSource({ path });
  const rows = new Map((await second.read(DEADLINE)).map((row) => [row.name, row]));
  assertEquals(rows.get("RateExp"), { name: "RateExp", value: "2.5", description: "" });
  assertEquals(rows.get("RatePvp")?.value, "1.0");
  assertEquals(rows.size, CONSTANTS_SEED.length);
  await second.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SqliteConstantsSource takes rows of the caller's", async () => {
  const seed = [{ name: "A", value: "1", description: "a" }];
  const source = new SqliteConstantsSource({ path: ":memory:", seed });
  assertEquals(await source.read(DEADLINE), seed);
  await source.close();
});
