import { assertEquals } from "@std/assert";
import { parseTree, type SourceTree } from "./module_graph.ts";
import { findComputedImports, findEagerAdapters, findMisplacedVendors } from "./vendor_rules.ts";

const CONFIG = JSON.stringify({
  imports: { "@std/assert": "jsr:@std/assert@^1", "@std/log": "jsr:@std/log@^0.224" },
});

function treeOf(files: Record<string, string>): SourceTree {
  return parseTree(new Map(Object.entries({ "deno.json": CONFIG, ...files })));
}

const VENDORS: readonly [path: string, specifier: string, isAllowed: boolean][] = [
  ["core/adapters/kafka.ts", "npm:kafkajs@2", true],
  ["core/adapters/kafka_test.ts", "npm:kafkajs@2", true],
  ["core/metrics.ts", "npm:prom-client@15", true],
  ["core/log.ts", "@std/log", true],
  ["core/log_test.ts", "@std/log", true],
  ["core/std/assert/mod.ts", "npm:deno-std@1.4.0/assert/mod.js", true],
  ["core/auth/jwt.ts", "npm:jose@6", true],
  ["core/net/http.ts", "npm:kafkajs@2", false],
  ["core/auth/token_verifier.ts", "npm:jose@6", false],
  ["auth/service.ts", "@std/log", false],
  ["game/match.ts", "lodash", false],
  ["game/match.ts", "https://a.test/b.ts", false],
  ["core/adapters/kafka.ts", "https://a.test/b.ts", false],
  ["auth/service_test.ts", "@std/assert", true],
  ["tests/harness/cluster.ts", "@std/assert", true],
  ["auth/service.ts", "@std/assert", false],
  ["auth/service_test.ts", "npm:jose@6", false],
  ["tests/e2e/play_test.ts", "npm:ioredis@5", false],
  ["core/adapters/sqlite.ts", "node:sqlite", true],
  ["core/ports/sqlite_event_log.ts", "node:sqlite", true],
  ["auth/password_hash.ts", "node:crypto", true],
  ["auth/password_hash_test.ts", "node:crypto", true],
  ["core/net/address_token.ts", "node:crypto", true],
  ["core/net/http.ts", "node:http", false],
  ["auth/tokens.ts", "node:crypto", false],
  ["tests/e2e/play_test.ts", "node:fs", false],
];

for (const [path, specifier, isAllowed] of VENDORS) {
  Deno.test(`findMisplacedVendors ${isAllowed ? "passes" : "finds"} ${specifier} in ${path}`, () => {
    const tree = treeOf({ [path]: `import "${specifier}";` });
    assertEquals(findMisplacedVendors(tree).length, isAllowed ? 0 : 1);
  });
}

Deno.test("findMisplacedVendors counts types and lazy imports and says where they stand", () => {
  const text = 'import type { Redis } from "npm:ioredis@5";\nawait import("npm:kafkajs@2");';
  assertEquals(findMisplacedVendors(treeOf({ "game/match.ts": text })), [
    "game/match.ts:1 imports ioredis (npm)",
    "game/match.ts:2 imports kafkajs (npm)",
  ]);
});

Deno.test("findComputedImports finds what is no literal", () => {
  const text = 'import("./a.ts");\nimport(`./${name}.ts`);\nimport(name);';
  assertEquals(findComputedImports(treeOf({ "core/adapters/open.ts": text })), [
    "core/adapters/open.ts:2 imports a computed specifier",
    "core/adapters/open.ts:3 imports a computed specifier",
  ]);
});

const ADAPTER = {
  "core/adapters/kafka.ts": 'import { connect } from "./kafka_client.ts";',
  "core/adapters/kafka_client.ts": 'import { Kafka } from "npm:kafkajs@2";',
  "core/adapters/memory.ts": 'import type { Kafka } from "npm:kafkajs@2";',
};

const OPENERS: readonly [name: string, files: Record<string, string>, violations: string[]][] = [
  ["a literal dynamic import", { "core/adapters/open.ts": 'await import("./kafka.ts");' }, []],
  [
    "an import of types",
    { "core/adapters/open.ts": 'import type { KafkaLog } from "./kafka.ts";' },
    [],
  ],
  [
    "an adapter without a vendor",
    { "core/adapters/open.ts": 'import { MemoryLog } from "./memory.ts";' },
    [],
  ],
  [
    "a static import by open.ts",
    { "core/adapters/open.ts": 'import { KafkaLog } from "./kafka.ts";' },
    ["core/adapters/open.ts imports core/adapters/kafka.ts, and with it kafkajs, unchosen"],
  ],
  [
    "a static import past open.ts",
    { "game/service.ts": 'import { connect } from "../core/adapters/kafka_client.ts";' },
    ["game/service.ts imports core/adapters/kafka_client.ts, and with it kafkajs, unchosen"],
  ],
  [
    "a contract test",
    { "tests/contract/event_log_test.ts": 'import "../../core/adapters/kafka.ts";' },
    [],
  ],
];

for (const [name, files, violations] of OPENERS) {
  Deno.test(`findEagerAdapters finds ${violations.length} in ${name}`, () => {
    assertEquals(findEagerAdapters(treeOf({ ...ADAPTER, ...files })), violations);
  });
}
