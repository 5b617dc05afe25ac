import { assert, assertEquals } from "@std/assert";
import { Rng } from "../core/rng.ts";
import { decideAction } from "./connection.ts";

const encoder = new TextEncoder();

function decideText(text: string): ReturnType<typeof decideAction> {
  return decideAction({ type: "line", line: encoder.encode(text) });
}

Deno.test("Connection has a request answered", () => {
  assertEquals(decideText(' {"action":"verify","token":"t"}\r'), {
    type: "answer",
    request: { action: "verify", token: "t" },
  });
});

Deno.test("Connection replies to what is no request, and goes on", async (t) => {
  const json = "Invalid JSON format";
  const action = "Unknown or missing action";
  const cases: readonly (readonly [string, string])[] = [
    ["", json],
    ["   ", json],
    ["\r", json],
    ["\u0000", json],
    ["hello", json],
    ['{"action":"login"', json],
    ['{"action": "login", username: "player1"}', json],
    ['{"action":"verify","token":"t"} {"action":"verify"}', json],
    ['\ufeff{"action":"verify"}', json],
    ["NaN", json],
    ["[".repeat(8_000), json],
    ["null", action],
    ["42", action],
    ["1e999999", action],
    ["9".repeat(8_000), action],
    ['"login"', action],
    ["[]", action],
    [`${"[".repeat(4_000)}${"]".repeat(4_000)}`, action],
    ['{"a":'.repeat(1_500) + "1" + "}".repeat(1_500), action],
    ["{}", action],
    ['{"user":"player1","pass":"tank-battle-3"}', action],
    ['{"action":"fly"}', action],
    ['{"__proto__":{"action":"login"}}', action],
  ];
  for (const [text, message] of cases) {
    await t.step(JSON.stringify(text.slice(0, 40)), () => {
      const decided = decideText(text);
      assert(decided.type === "reply");
      assertEquals([decided.reply.status, decided.reply.message], ["error", message]);
    });
  }
});

Deno.test("Connection takes the last of duplicate keys, and leaves prototypes alone", () => {
  const decided = decideText(
    '{"action":"login","action":"verify","token":"a","token":"b","__proto__":{"polluted":1}}',
  );
  assertEquals(decided, { type: "answer", request: { action: "verify", token: "b" } });
  assertEquals("polluted" in {}, false);
});

Deno.test("Connection refuses bytes that are not UTF-8 at every place of a line", () => {
  const good = encoder.encode('{"action":"verify","token":"t"}');
  for (let place = 0; place <= good.length; place++) {
    for (const bad of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80]]) {
      const line = Uint8Array.from([...good.slice(0, place), ...bad, ...good.slice(place)]);
      const decided = decideAction({ type: "line", line });
      assert(decided.type === "reply");
      assertEquals(decided.reply.message, "Invalid character encoding. UTF-8 expected.");
    }
  }
});

Deno.test("Connection says why it closes", () => {
  for (
    const [type, message] of [
      ["line_too_long", "Message too long"],
      ["idle", "Request timeout"],
    ] as const
  ) {
    const decided = decideAction({ type });
    assert(decided.type === "reply_and_close");
    assertEquals([decided.reply.status, decided.reply.message], ["error", message]);
  }
});

Deno.test("Connection decides about every line there can be", () => {
  const seed = 1_717_171;
  const rng = new Rng(seed);
  const parts = [
    '{"action":',
    '"login"',
    '"username":',
    "[",
    "]",
    "{",
    "}",
    ",",
    "1e9",
    "\\u0000",
    '"',
  ];
  for (let round = 0; round < 5_000; round++) {
    const bytes: number[] = [];
    for (let count = rng.below(12); count >= 0; count--) {
      const part = rng.below(4) === 0 ? undefined : rng.pick(parts);
      if (part === undefined) bytes.push(rng.below(256));
      else bytes.push(...encoder.encode(part));
    }
    try {
      decideAction({ type: "line", line: Uint8Array.from(bytes) });
    } catch (error) {
      throw new Error(`seed ${seed}, round ${round}, bytes ${bytes}`, { cause: error });
    }
  }
});
