/** Datagrams that are answered with an error: PROTOCOL section 2. */
import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { assertReply } from "../clients/reply_shape.ts";
import { dropCount, scrape } from "../clients/scrape.ts";
import { withPlayers, withWire } from "../clients/with_players.ts";
import { eventually } from "../contract/eventually.ts";
import { withSystem } from "../harness.ts";

/** Fields as JSON texts, because no value is 1e999. */
const INVALID_FIELDS: readonly [action: string, field: string, values: readonly string[]][] = [
  [
    "move",
    "position",
    ['"10,20"', "5", "null", "{}", "[]", "[1]", "[1,2,3]", '["1","2"]', "[1e999,0]", "[0,-1e999]"]
      .concat(["[null,1]", "[1,[2]]", '{"x":1,"y":2}', "true"]),
  ],
  ["input", "seq", ['"7"', "null", "1e999", "[7]"]],
  ["input", "throttle", ['"1"', "null", "1e999", "-1e999", "[1]", "true"]],
  ["input", "turn", ['"-1"', "null", "1e999", "{}"]],
  ["input", "turret", ['"1.57"', "null", "1e999", "-1e999", "[]", "false"]],
  ["input", "fire", ['"false"', "0", "1", "null", "[]"]],
  ["ack", "tick", ['"123"', "null", "1e999", "[]", "true"]],
];

const UNKNOWN_ACTIONS: readonly string[] = [
  "{}",
  '{"action":"dance"}',
  '{"action":"dance","player_id":"p1"}',
  '{"action":""}',
  '{"action":null}',
  '{"action":5,"player_id":"p1"}',
  '{"action":["move"]}',
  '{"action":"MOVE","player_id":"p1","position":[1,2]}',
  '{"action":"constructor"}',
  '{"action":"__proto__","player_id":"p1"}',
  '{"action":"login","username":"player1","password":"password123"}',
];

const NOT_AN_OBJECT: readonly string[] = [
  "hello",
  "{",
  '{"action":"ping"',
  "{'action':'ping'}",
  '{"action":"ping",}',
  "[]",
  '[{"action":"ping"}]',
  "5",
  "null",
  "true",
  '"ping"',
  "NaN",
  '{"action":"ping"}{"action":"ping"}',
];

const NOT_UTF8: readonly (readonly number[])[] = [
  [0xff],
  [0x7b, 0x80, 0x7d],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xe2, 0x82],
  [...new TextEncoder().encode('{"action":"ping","t":"'), 0xe9, 0x22, 0x7d],
];

Deno.test("Game names the field that is no good, and the tank does not feel it", async () => {
  await withSystem({}, async ({ game }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "p1" }], async (client) => {
      const before = client.own(await client.until("a state"));
      for (const [action, field, values] of INVALID_FIELDS) {
        for (const value of values) {
          const text = `{"action":"${action}","player_id":"p1","${field}":${value}}`;
          const reply = await client.wire.ask(text);
          assertEquals(reply.message, `Invalid ${field}`, text);
          assertReply(reply, { status: "error", message: `Invalid ${field}` });
        }
      }
      for (const [action, field] of [["move", "position"], ["ack", "tick"]] as const) {
        const reply = await client.wire.ask({ action, player_id: "p1" });
        assertReply(reply, { status: "error", message: `Invalid ${field}` });
      }
      await client.nextMany(3);
      assertEquals(client.own(await client.until("now")), before);
    });
  });
});

Deno.test("Game names what it cannot understand", async () => {
  const tables: readonly [readonly (string | Uint8Array)[], string][] = [
    [UNKNOWN_ACTIONS, "Unknown action"],
    [NOT_AN_OBJECT, "Invalid JSON format"],
    [
      NOT_UTF8.map((bytes) => new Uint8Array(bytes)),
      "Invalid character encoding. UTF-8 expected.",
    ],
  ];
  await withSystem({}, async ({ game }) => {
    await withWire(game.addresses.udp, async (wire) => {
      for (const [datagrams, message] of tables) {
        for (const datagram of datagrams) {
          const reply = await wire.ask(datagram);
          assertEquals(reply.message, message, String(datagram));
          assertReply(reply, { status: "error", message });
        }
      }
    });
  });
});

Deno.test("Game takes NUL bytes and surrounding white space away", async () => {
  const ping = '{"action":"ping","t":5}';
  const padded = [
    `${ping}\n`,
    `${ping}\0`,
    `${ping}\n\0\0\0`,
    `\0${ping}`,
    ` \t\r\n${ping}\r\n `,
    `\0 \0${ping}\0 \0`,
    ping.replace("ping", "pi\0ng"),
    [...ping].join("\0"),
  ];
  await withSystem({}, async ({ game }) => {
    await withWire(game.addresses.udp, async (wire) => {
      for (const datagram of padded) {
        const { status, t } = await wire.ask(datagram);
        assertEquals([status, t], ["pong", 5], JSON.stringify(datagram));
      }
    });
  });
});

Deno.test("Game limits its error replies to a source that does not play", async () => {
  const sentCount = 60;
  await withSystem({ env: { GAME_STRANGER_REPLIES_PER_SECOND: "2" } }, async ({ game }) => {
    await withWire(game.addresses.udp, async (wire) => {
      for (let index = 0; index < sentCount; index++) await wire.send("nonsense");
      await eventually(async () => {
        const samples = await scrape(game.addresses.ops);
        assertEquals(samples.get("total_datagrams_received_game"), sentCount);
      }, 5_000);
      const limited = await dropCount(game.addresses.ops, "stranger_rate");
      assert(limited >= sentCount / 2 && limited < sentCount, `${limited} were not answered`);
    });
  });
});

Deno.test("Game answers every ping of a player, whoever else is at the address", async () => {
  await withSystem({ env: { GAME_STRANGER_REPLIES_PER_SECOND: "2" } }, async ({ game }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "p1" }], async ({ wire }) => {
      for (let t = 0; t < 20; t++) {
        await wire.send({ action: "ping", t });
        const isPong = (message: JsonObject): boolean => message.t === t;
        await wire.take({ what: `pong ${t}`, matches: isPong, deadlineMs: 1_000 });
      }
    });
  });
});
