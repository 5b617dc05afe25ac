import { assertEquals, assertThrows } from "@std/assert";
import { getLevelByName, getLevelName, type LevelName, type LogLevel, LogLevels } from "@std/log";

const LEVELS: readonly [LevelName, LogLevel][] = [
  ["NOTSET", 0],
  ["DEBUG", 10],
  ["INFO", 20],
  ["WARN", 30],
  ["ERROR", 40],
  ["CRITICAL", 50],
];

Deno.test("LogLevels gives each level its name and number", () => {
  assertEquals(Object.entries(LogLevels), LEVELS as [LevelName, LogLevel][]);
  for (const [name, level] of LEVELS) {
    assertEquals(getLevelByName(name), level);
    assertEquals(getLevelName(level), name);
  }
});

Deno.test("getLevelByName and getLevelName throw where there is no such level", () => {
  for (const name of ["LOUD", "info", ""]) {
    assertThrows(() => getLevelByName(name as LevelName), Error);
  }
  assertThrows(() => getLevelName(15 as LogLevel), Error);
});
