import { assertEquals } from "@std/assert";
import { parseTree } from "./module_graph.ts";
import { findImpurities, findStalePureFiles } from "./purity_rules.ts";

function impuritiesOf(files: Record<string, string>): string[] {
  return findImpurities(parseTree(new Map(Object.entries(files))));
}

const SOURCES: readonly [text: string, impurities: string[]][] = [
  ["const now = Deno.uid();", ["Deno"]],
  ["function send(to: Deno.NetAddr): void {}", ["Deno"]],
  ["setTimeout(step, 1);", ["a timer"]],
  ["const id = setInterval(step, 1);", ["a timer"]],
  ["queueMicrotask(step);", ["queueMicrotask"]],
  ["const now = Date.now();", ["Date.now"]],
  ["const now = new Date();", ["new Date"]],
  ["const now = performance.now();", ["performance"]],
  ["const chance = Math.random();", ["Math.random"]],
  ["const id = crypto.randomUUID();", ["crypto"]],
  ["async function step(): Promise<void> {}", ["async"]],
  ["for await (const x of y) {}", ["await"]],
  ['import "npm:kafkajs@2";', ["kafkajs"]],
  ['import { jwtVerify } from "jose";', ["jose"]],
  ['import type { JWK } from "jose";', ["jose"]],
  ['import { createHmac } from "node:crypto";', ["node:crypto"]],
  ["// Deno.exit, Date.now and await are named in a comment", []],
  ['const text = "await Math.random()";', []],
  ["const a = clock.setTimeout; const b = this.crypto; const c = lastDate.now;", []],
  ["interface Options { readonly performance: number; crypto?: string }", []],
  ["const spawnDate = Math.trunc(asynchronous + awaited);", []],
];

for (const [text, impurities] of SOURCES) {
  Deno.test(`findImpurities finds [${impurities}] in ${text}`, () => {
    const expected = impurities.map((what) => `game/simulation/world.ts:1 uses ${what}`);
    assertEquals(impuritiesOf({ "game/simulation/world.ts": text }), expected);
  });
}

const PATHS: readonly [path: string, isPure: boolean][] = [
  ["game/simulation/world.ts", true],
  ["game/wire/binary/codec.ts", true],
  ["game/rooms/room.ts", true],
  ["game/rooms/room_directory.ts", false],
  ["auth/throttle.ts", true],
  ["auth/requests.ts", true],
  ["auth/login_throttle.ts", false],
  ["game/matchmaking/pool.ts", true],
  ["game/matchmaking/registry.ts", false],
  ["auth/accounts.ts", true],
  ["auth/account_store.ts", false],
  ["auth/connection.ts", true],
  ["game/tcp_connection.ts", true],
  ["core/adapters/rabbitmq_connection.ts", false],
  ["status-worker/status.ts", true],
  ["status-worker/service.ts", false],
  ["game/simulation/world_test.ts", false],
  ["game/wire/codec_bench.ts", false],
];

for (const [path, isPure] of PATHS) {
  Deno.test(`findImpurities takes ${path} for ${isPure ? "pure" : "impure"}`, () => {
    assertEquals(
      impuritiesOf({ [path]: "\nDate.now();" }),
      isPure ? [`${path}:2 uses Date.now`] : [],
    );
  });
}

Deno.test("findStalePureFiles finds each pattern, and each word of one, that names no file", () => {
  const tree = parseTree(new Map([["auth/accounts.ts", ""], ["game/bots/bot.ts", ""]]));
  const stale = findStalePureFiles(tree);
  const named = (pattern: string): boolean => stale.some((text) => text.includes(` ${pattern} `));
  assertEquals(["auth/accounts.ts", "game/bots/**"].filter(named), []);
  const missing = ["auth/throttle.ts", "game/simulation/**", "status-worker/status.ts"];
  assertEquals(missing.filter(named), missing);
});

Deno.test("findImpurities finds what comes in through imports, but not through types", () => {
  const impurities = impuritiesOf({
    "auth/accounts.ts": 'import "../core/a.ts"; import type { Clock } from "../core/clock.ts";',
    "core/a.ts": 'import "./b.ts";',
    "core/b.ts": "export const now = Date.now();",
    "core/clock.ts": "export const now = Date.now();",
  });
  assertEquals(impurities, ["auth/accounts.ts imports core/b.ts, which uses Date.now"]);
});

Deno.test("findImpurities reports a pure file's impurity there and not where it is imported", () => {
  const impurities = impuritiesOf({
    "game/wire/codec.ts": 'import "../simulation/world.ts";',
    "game/simulation/world.ts": "Date.now();",
  });
  assertEquals(impurities, ["game/simulation/world.ts:1 uses Date.now"]);
});
