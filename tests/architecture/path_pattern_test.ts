import { assertEquals } from "@std/assert";
import { matchesAny } from "./path_pattern.ts";

const CASES: readonly [pattern: string, path: string, matches: boolean][] = [
  ["core/log.ts", "core/log.ts", true],
  ["core/log.ts", "core/logxts", false],
  ["core/log.ts", "game/core/log.ts", false],
  ["core/*.ts", "core/log.ts", true],
  ["core/*.ts", "core/net/http.ts", false],
  ["core/**", "core/net/http.ts", true],
  ["core/**", "core_more/a.ts", false],
  ["**/main.ts", "main.ts", true],
  ["**/main.ts", "game/gateway/main.ts", true],
  ["**/main.ts", "game/domain.ts", false],
  ["game/{wire,rooms}/**", "game/rooms/room.ts", true],
  ["game/{wire,rooms}/**", "game/bots/bot.ts", false],
  ["**/*_connection.ts", "auth/login_connection.ts", true],
];

for (const [pattern, path, matches] of CASES) {
  Deno.test(`matchesAny finds that ${pattern} ${matches ? "matches" : "does not match"} ${path}`, () => {
    assertEquals(matchesAny(path, [pattern]), matches);
  });
}

Deno.test("matchesAny takes a path that any of several patterns matches", () => {
  assertEquals(matchesAny("b.ts", ["a.ts", "b.ts"]), true);
  assertEquals(matchesAny("b.ts", []), false);
});
