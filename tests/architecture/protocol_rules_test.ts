import { assertEquals } from "@std/assert";
import { parseTree, type SourceTree } from "./module_graph.ts";
import { findUnknownSections, findUnnamedWords, PROTOCOL_PATH } from "./protocol_rules.ts";

const README = `# The protocol

## 1. Auth

\`{"action":"login"}\`, and keys \`match:{match_id}\`, \`match:{match_id}:epoch\` and \`room:{code}:epoch\`.

## 2. Game

The queues \`commands.{server_id}\` and \`rpc.<service>\`, and login_failed in prose.
`;

function treeOf(path: string, text: string): SourceTree {
  return parseTree(new Map([[PROTOCOL_PATH, README], [path, text]]));
}

/** What a module says that the text above does not name. */
function unnamedIn(text: string, path = "core/protocol/a.ts"): string[] {
  const violations = findUnnamedWords(treeOf(path, text));
  return violations.map((violation) => / says (.+), which /.exec(violation)?.[1] ?? violation);
}

Deno.test("findUnnamedWords wants each word of core/protocol in the text, as code", async (t) => {
  const cases: readonly (readonly [text: string, unnamed: string[]])[] = [
    ['export const A = "login";', []],
    ['export const A = ["login", "login_failed", "logout"] as const;', [
      "login_failed",
      "logout",
    ]],
    ['if (typeof a === "string") {}', []],
    ['/** Never "logout". */', []],
    ['export const KEY = "match:owned";', ["match:owned"]],
    ["return `match:${id}`;", []],
    ["return `match:${id}:epoch`;", []],
    ["return `match:${id}:checkpoint:${epoch}`;", ["match:{}:checkpoint:{}"]],
    ["return `match.${word(id)}.input`;", ["match.{}.input"]],
    ["throw new Error(`Cannot read ${id}`);", []],
  ];
  for (const [text, unnamed] of cases) {
    await t.step(text, () => assertEquals(unnamedIn(text), unnamed));
  }
});

Deno.test("findUnnamedWords wants events, queues, subjects and keys of services in the text", async (t) => {
  const cases: readonly (readonly [text: string, unnamed: string[]])[] = [
    ['write({ event_type: "login" });', []],
    ['write({ event_type: "login_failed" });', ["login_failed"]],
    ['const LEASE_KEY = "match:lease";', ["match:lease"]],
    ['const NAME = "match:lease";', []],
    ["function ownerKey(id: string): string {\n  return `match:${id}`;\n}", []],
    ["function keyOf(id: string): string {\n  return `room:${id}`;\n}", ["room:{}"]],
    ["function serverQueue(id: string): string {\n  return `commands.${id}`;\n}", []],
    ["function rpcQueueOf(id: string): string {\n  return `rpc.${id}`;\n}", []],
    ["function addressOf(id: string): string {\n  return `udp:${id}`;\n}", []],
  ];
  for (const [text, unnamed] of cases) {
    await t.step(text, () => assertEquals(unnamedIn(text, "game/a.ts"), unnamed));
  }
  assertEquals(unnamedIn('this.#write("login_failed");', "auth/auth_events.ts"), ["login_failed"]);
  assertEquals(unnamedIn('this.#write("login_failed");', "auth/a.ts"), []);
  assertEquals(unnamedIn('write({ event_type: "login_failed" });', "game/a_test.ts"), []);
  assertEquals(unnamedIn('const LEASE_KEY = "match:lease";', "game/web/a.js"), []);
});

Deno.test("findUnknownSections finds a section that the text does not have", async (t) => {
  const cases: readonly (readonly [text: string, unknown: string[]])[] = [
    ["/** As PROTOCOL section 2 has it. */", []],
    ["/** PROTOCOL sections 1 and 2. */", []],
    ["/** PROTOCOL section 3. */", ["3"]],
    ["/** PROTOCOL sections 2 and 4. */", ["4"]],
    ["/**\n * The table of PROTOCOL\n * section 5.\n */", ["5"]],
    ['const text = "PROTOCOL section 6";', []],
    ["// What PROTOCOL promises, in section 7 of something else.", []],
  ];
  for (const [text, unknown] of cases) {
    await t.step(text, () => {
      const violations = findUnknownSections(treeOf("tests/a.ts", text));
      assertEquals(violations.map((violation) => /section (\d+),/.exec(violation)?.[1]), unknown);
    });
  }
});

Deno.test("Without the text nothing is named", () => {
  const tree = parseTree(
    new Map([["core/protocol/a.ts", '/** PROTOCOL section 1 */ f("login");']]),
  );
  assertEquals([findUnnamedWords(tree).length, findUnknownSections(tree).length], [1, 1]);
});
