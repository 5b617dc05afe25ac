/** Datagrams that are dropped without an answer, and counted: PROTOCOL section 2. */
import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { dropCount } from "../clients/scrape.ts";
import { withPlayers, withWire } from "../clients/with_players.ts";
import { withSystem } from "../harness.ts";

const DATAGRAM_BYTES_MAX = 1_200;

const BAD_PLAYER_IDS: readonly (string | undefined)[] = [
  undefined,
  '""',
  `"${"x".repeat(65)}"`,
  "5",
  "null",
  "true",
  '["p1"]',
  '{"id":"p1"}',
];

Deno.test("Game answers nothing to a player_id that is missing or none", async () => {
  const actions: readonly [string, string][] = [
    ["join_game", ""],
    ["move", ',"position":[10,20]'],
    ["input", ',"seq":1,"throttle":1'],
    ["shoot", ""],
    ["ack", ',"tick":1'],
    ["leave_game", ""],
  ];
  await withSystem({}, async ({ game }) => {
    await withWire(game.addresses.udp, async (wire) => {
      for (const [action, fields] of actions) {
        for (const id of BAD_PLAYER_IDS) {
          const player = id === undefined ? "" : `,"player_id":${id}`;
          await wire.send(`{"action":"${action}"${player}${fields}}`);
          assertEquals(await wire.repliesUntilPong(), [], `${action} with ${id}`);
        }
      }
    });
    const count = actions.length * BAD_PLAYER_IDS.length;
    assertEquals(await dropCount(game.addresses.ops, "player_id_missing"), count);
  });
});

Deno.test("Game answers nothing to an empty datagram", async () => {
  const empty = ["", "\0", "\0\0\0", " ", "\n", " \r\n\t ", "\0 \n\0"];
  await withSystem({}, async ({ game }) => {
    await withWire(game.addresses.udp, async (wire) => {
      for (const datagram of empty) {
        await wire.send(datagram);
        assertEquals(await wire.repliesUntilPong(), [], JSON.stringify(datagram));
      }
    });
    assertEquals(await dropCount(game.addresses.ops, "empty"), empty.length);
  });
});

Deno.test("Game takes a datagram of 1200 bytes, and drops and counts a larger one", async () => {
  const ping = (size: number): string => {
    const [head, tail] = ['{"action":"ping","t":5,"pad":"', '"}'];
    return `${head}${"x".repeat(size - head.length - tail.length)}${tail}`;
  };
  await withSystem({}, async ({ game }) => {
    await withWire(game.addresses.udp, async (wire) => {
      assertEquals((await wire.ask(ping(DATAGRAM_BYTES_MAX))).status, "pong");
      const large = [ping(DATAGRAM_BYTES_MAX + 1), ping(9_000), ping(60_000)];
      large.push(`${ping(1_000)}${" ".repeat(DATAGRAM_BYTES_MAX)}`);
      for (const datagram of large) {
        await wire.send(datagram);
        assertEquals(await wire.repliesUntilPong(), [], `${datagram.length} bytes`);
      }
      assertEquals(await dropCount(game.addresses.ops, "too_large"), large.length);
    });
  });
});

Deno.test("Game lets no other address act for a player, and counts it", async () => {
  const acts: readonly JsonObject[] = [
    { action: "move", position: [40, 30] },
    { action: "input", seq: 9, throttle: 1, turn: 1, turret: 1, fire: true },
    { action: "shoot" },
    { action: "ack", tick: 1 },
    { action: "leave_game" },
  ];
  await withSystem({}, async ({ game }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "p1" }], async (client) => {
      const before = client.own(await client.until("a state"));
      await withWire(game.addresses.udp, async (wire) => {
        for (const act of acts) {
          await wire.send({ ...act, player_id: "p1" });
          assertEquals(await wire.repliesUntilPong(), [], JSON.stringify(act));
        }
      });
      assertEquals(await dropCount(game.addresses.ops, "foreign_address"), acts.length);
      for (const snapshot of await client.nextMany(5)) {
        assertEquals(client.own(snapshot), before);
        assertEquals([snapshot.message.shells, snapshot.message.ackSeq], [[], 0]);
      }
    });
  });
});

Deno.test("Game answers nothing to acts for a player who does not play", async () => {
  await withSystem({}, async ({ game }) => {
    await withWire(game.addresses.udp, async (wire) => {
      for (const act of ["shoot", "move", "input", "ack"]) {
        await wire.send({ action: act, player_id: "p1", position: [1, 2], tick: 1 });
        assertEquals(await wire.repliesUntilPong(), [], act);
      }
    });
  });
});
