import { assertEquals } from "@std/assert";
import { findDeepServiceImports, findForbiddenImports } from "./layer_rules.ts";
import { parseTree, type SourceTree } from "./module_graph.ts";

function treeWith(path: string, imported: string): SourceTree {
  return parseTree(new Map([[path, `import "/${imported}";`], [imported, ""]]));
}

const IMPORTS: readonly [path: string, imported: string, isAllowed: boolean][] = [
  ["core/net/http.ts", "core/log.ts", true],
  ["core/log.ts", "auth/tokens.ts", false],
  ["core/log.ts", "game/wire/codec.ts", false],
  ["core/log.ts", "status-worker/status.ts", false],
  ["core/log.ts", "tests/harness/a.ts", false],
  ["core/log_test.ts", "tests/contract/a.ts", true],
  ["core/log_test.ts", "game/wire/codec.ts", false],
  ["auth/service.ts", "core/log.ts", true],
  ["auth/service.ts", "auth/tokens.ts", true],
  ["auth/service.ts", "game/service.ts", false],
  ["auth/service_test.ts", "game/service.ts", false],
  ["auth/service.ts", "game/wire/codec.ts", false],
  ["status-worker/service.ts", "auth/service.ts", false],
  ["game/service.ts", "auth/tokens.ts", false],
  ["game/service.ts", "game/match.ts", true],
  ["game/service.ts", "game/wire/codec.ts", true],
  ["game/service.ts", "game/gateway/routes.ts", false],
  ["game/service.ts", "game/matchmaking/pool.ts", false],
  ["game/matchmaking/service.ts", "game/rooms/room.ts", true],
  ["game/matchmaking/service.ts", "game/match.ts", false],
  ["game/matchmaking/service.ts", "game/gateway/routes.ts", false],
  ["game/gateway/service.ts", "game/client/client.ts", true],
  ["game/gateway/service.ts", "game/matchmaking/pool.ts", false],
  ["game/gateway/service.ts", "game/main.ts", false],
  ["game/simulation/world.ts", "game/wire/codec.ts", true],
  ["game/simulation/world.ts", "game/match.ts", false],
  ["game/bots/bot.ts", "game/gateway/routes.ts", false],
  ["game/replay/replay.ts", "game/matchmaking/pool.ts", false],
  ["game/web/view.js", "game/web/socket.js", true],
  ["game/web/view.js", "game/wire/codec.ts", false],
  ["game/web/view_test.ts", "game/wire/codec.ts", true],
  ["game/service.ts", "deploy/all_in_one.ts", false],
  ["deploy/all_in_one.ts", "auth/service.ts", true],
  ["deploy/build.ts", "auth/service.ts", false],
  ["deploy/build.ts", "core/log.ts", true],
  ["tests/e2e/play_test.ts", "auth/service.ts", true],
];

for (const [path, imported, isAllowed] of IMPORTS) {
  Deno.test(`findForbiddenImports ${isAllowed ? "passes" : "finds"} ${imported} in ${path}`, () => {
    // A page's absolute imports start at its folder.
    const tree = path.startsWith("game/web/")
      ? parseTree(new Map([[path, `import "../../${imported}";`]]))
      : treeWith(path, imported);
    assertEquals(findForbiddenImports(tree).length, isAllowed ? 0 : 1);
  });
}

Deno.test("findForbiddenImports counts types, lazy imports and workers, and says where they stand", () => {
  const text = [
    'import type { Pool } from "./matchmaking/pool.ts";',
    'await import("./gateway/routes.ts");',
    'new Worker(new URL("../auth/worker.ts", import.meta.url));',
  ].join("\n");
  assertEquals(findForbiddenImports(parseTree(new Map([["game/match.ts", text]]))), [
    "game/match.ts:1 (game server) imports game/matchmaking/pool.ts (matchmaking)",
    "game/match.ts:2 (game server) imports game/gateway/routes.ts (gateway)",
    "game/match.ts:3 (game server) imports auth/worker.ts (auth)",
  ]);
});

const SERVICE_IMPORTS: readonly [path: string, imported: string, isAllowed: boolean][] = [
  ["deploy/all_in_one.ts", "auth/service.ts", true],
  ["deploy/all_in_one.ts", "game/gateway/config.ts", true],
  ["deploy/all_in_one.ts", "core/log.ts", true],
  ["deploy/all_in_one.ts", "auth/accounts.ts", false],
  ["deploy/all_in_one.ts", "game/wire/codec.ts", false],
  ["tests/e2e/login_test.ts", "auth/service.ts", true],
  ["tests/e2e/login_test.ts", "auth/config.ts", true],
  ["tests/e2e/login_test.ts", "auth/accounts.ts", false],
  ["tests/e2e/login_test.ts", "game/match.ts", false],
  ["tests/e2e/login_test.ts", "game/matchmaking/pool.ts", false],
  ["tests/e2e/login_test.ts", "game/client/client.ts", true],
  ["tests/harness/cluster.ts", "status-worker/status.ts", false],
  ["tests/harness/cluster.ts", "deploy/all_in_one.ts", true],
  ["auth/service_test.ts", "auth/accounts.ts", true],
];

for (const [path, imported, isAllowed] of SERVICE_IMPORTS) {
  Deno.test(`findDeepServiceImports ${isAllowed ? "passes" : "finds"} ${imported} in ${path}`, () => {
    assertEquals(findDeepServiceImports(treeWith(path, imported)).length, isAllowed ? 0 : 1);
  });
}
