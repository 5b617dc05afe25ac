import { assertEquals } from "@std/assert";
import { numberParameters, splitStatements } from "./sql_text.ts";

Deno.test("numberParameters rewrites parameters and nothing in quotes or comments", () => {
  const cases: [sql: string, rewritten: string, parameterCount: number][] = [
    ["SELECT 1", "SELECT 1", 0],
    ["SELECT $1, $12", "SELECT ?1, ?12", 12],
    ["SELECT '$1', $2", "SELECT '$1', ?2", 2],
    ["SELECT 'it''s $1', $1", "SELECT 'it''s $1', ?1", 1],
    ['SELECT "a$1", `b$2`, $1', 'SELECT "a$1", `b$2`, ?1', 1],
    ["SELECT 1 -- $9\n, $1", "SELECT 1 -- $9\n, ?1", 1],
    ["SELECT /* $9 ' */ $1", "SELECT /* $9 ' */ ?1", 1],
    ["SELECT $$ $1 $$, $2", "SELECT $$ $1 $$, ?2", 2],
  ];
  for (const [sql, rewritten, parameterCount] of cases) {
    assertEquals(numberParameters(sql), { sql: rewritten, parameterCount });
  }
});

Deno.test("splitStatements splits at semicolons outside quotes and comments", () => {
  const script = `CREATE TABLE a (b TEXT DEFAULT ';'); -- not; here
    INSERT INTO a VALUES ('x;y');;
    /* nor; here */ SELECT 1;
    -- the end;
  `;
  assertEquals(splitStatements(script), [
    "CREATE TABLE a (b TEXT DEFAULT ';')",
    "-- not; here\n    INSERT INTO a VALUES ('x;y')",
    "/* nor; here */ SELECT 1",
  ]);
  assertEquals(splitStatements(" \n"), []);
  assertEquals(splitStatements("DO $x$ a; b $x$; SELECT 2"), ["DO $x$ a; b $x$", "SELECT 2"]);
});
