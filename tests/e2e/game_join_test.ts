/** Joining and leaving over UDP: PROTOCOL section 2. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { askToJoin } from "../clients/game_client.ts";
import { numberAt, objectAt, objectsAt, textAt } from "../clients/json_fields.ts";
import { assertReply, isList, isNumber, isObject, isText } from "../clients/reply_shape.ts";
import { readWholeTank } from "../clients/state_message.ts";
import { withPlayers, withWire } from "../clients/with_players.ts";
import { withSystem } from "../harness.ts";

const JOINED = { status: "joined", session_id: isText, tank_id: isText, initial_state: isObject };
const LEFT = { status: "left_game", message: "You have left the game." };
const NOT_IN_GAME = { status: "not_in_game", message: "You are not currently in a game." };

Deno.test("Game gives who joins a tank and shows the match", async () => {
  await withSystem({}, async ({ game }) => {
    await withWire(game.addresses.udp, async (wire) => {
      const reply = await wire.ask({ action: "join_game", player_id: "p1" });
      assertReply(reply, JOINED);
      const state = objectAt(reply, "initial_state");
      assertReply(state, {
        tick: isNumber,
        tick_rate: 30,
        arena: isObject,
        you: isObject,
        tanks: isList,
      });
      const tanks = objectsAt(state, "tanks").map(readWholeTank);
      assertEquals(tanks.map((tank) => tank.tank_id), [textAt(reply, "tank_id")]);
      const [tank] = tanks;
      assert(tank !== undefined && tank.alive && tank.hp > 0);
      assertEquals(tank.score, 0);
    });
  });
});

Deno.test("Game shows who joins everybody who is there", async () => {
  await withSystem({}, async ({ game }) => {
    const joins = [{ playerId: "p1" }, { playerId: "p2" }, { playerId: "p3" }] as const;
    await withPlayers(game.addresses.udp, joins, async (...clients) => {
      const ids = clients.map((client) => client.tankId);
      assertEquals(new Set(ids).size, 3);
      assertEquals(new Set(clients.map((client) => client.sessionId)).size, 1);
      const tanks = objectsAt(clients[2].initialState, "tanks").map(readWholeTank);
      assertEquals(tanks.map((tank) => tank.tank_id).toSorted(), ids.toSorted());
      const places = tanks.map((tank) => `${tank.x} ${tank.y}`);
      assertEquals(new Set(places).size, 3, "two tanks in one place");
      for (const client of clients) {
        const snapshot = await client.until("everybody", ({ tanks }) => tanks.size === 3);
        assertEquals([...snapshot.tanks.keys()].toSorted(), ids.toSorted());
      }
    });
  });
});

Deno.test("Game says so to a player who has a tank already", async () => {
  await withSystem({}, async ({ game }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "p1" }], async (client) => {
      for (let time = 0; time < 3; time++) {
        const reply = await client.wire.ask({ action: "join_game", player_id: "p1" });
        assertReply(reply, { status: "already_in_session", session_id: client.sessionId });
      }
      await client.next("a state after all that");
    });
  });
});

Deno.test("Game has no tank for one more than its tanks, until one is free", async () => {
  await withSystem({ env: { GAME_TANKS_MAX: "1" } }, async ({ game }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "p1" }], async (first) => {
      await withWire(game.addresses.udp, async (wire) => {
        const join = { action: "join_game", player_id: "p2" };
        const refused = { status: "join_failed", reason: "No tanks available" };
        assertReply(await wire.ask(join), refused);
        assertReply(await wire.ask(join), refused);
        assertReply(await first.leave(), LEFT);
        assertReply(await wire.ask(join), JOINED);
      });
    });
  });
});

Deno.test("Game lets a player leave, once", async () => {
  await withSystem({}, async ({ game }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "p1" }], async ({ wire }) => {
      const leave = { action: "leave_game", player_id: "p1" };
      assertReply(await wire.ask(leave), LEFT);
      assertReply(await wire.ask(leave), NOT_IN_GAME);
      assertReply(await wire.ask({ ...leave, player_id: "somebody" }), NOT_IN_GAME);
      assertReply(await wire.ask({ action: "join_game", player_id: "p1" }), JOINED);
    });
  });
});

Deno.test("Game sends no more states to a player who has left", async () => {
  await withSystem({}, async ({ game }) => {
    const joins = [{ playerId: "p1" }, { playerId: "p2" }] as const;
    await withPlayers(game.addresses.udp, joins, async (first, second) => {
      await first.until("a state");
      assertReply(await first.leave(), LEFT);
      await second.until("the first gone", ({ tanks }) => !tanks.has(first.tankId));
      const { stateCount } = first;
      await second.nextMany(5);
      await first.wire.repliesUntilPong();
      assertEquals(first.stateCount, stateCount);
    });
  });
});

Deno.test("Game seats players of the same mode together and of others apart", async () => {
  await withSystem({}, async ({ game }) => {
    const joins = [
      { playerId: "p1" },
      { playerId: "p2", mode: "duel" },
      { playerId: "p3", mode: "duel" },
      { playerId: "p4", mode: "duel" },
    ] as const;
    await withPlayers(game.addresses.udp, joins, (team, second, third, fourth) => {
      assertNotEquals(team.sessionId, second.sessionId);
      assertEquals(second.sessionId, third.sessionId);
      assertNotEquals(third.sessionId, fourth.sessionId);
      return Promise.resolve();
    });
  });
});

Deno.test("Game does not seat who asks for a match or mode that there is not", async () => {
  await withSystem({}, async ({ game }) => {
    await withWire(game.addresses.udp, async (wire) => {
      for (const wish of [{ matchId: "no-such-match" }, { mode: "no-such-mode" }]) {
        const reply = await askToJoin(wire, { playerId: "p1", ...wish });
        assertReply(reply, { status: "join_failed", reason: isText });
      }
      assertReply(await wire.ask({ action: "join_game", player_id: "p1" }), JOINED);
    });
  });
});

Deno.test("Game takes a player_id of 64 characters", async () => {
  await withSystem({}, async ({ game }) => {
    for (const playerId of ["x", "x".repeat(64), "ж".repeat(64), "\u{1F417}".repeat(64)]) {
      await withPlayers(game.addresses.udp, [{ playerId }], async (client) => {
        await client.until("a state");
        assertReply(await client.leave(), LEFT);
      });
    }
  });
});

Deno.test("Game answers a ping with its tick", async () => {
  await withSystem({}, async ({ game }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "p1" }], async (client) => {
      const { wire } = client;
      for (const t of [0, 1, -1.5, 1e300, 1_700_000_000_123.25, "any text", ""]) {
        const snapshot = await client.next("a state");
        const reply = await wire.ask({ action: "ping", t });
        assertReply(reply, { status: "pong", t, tick: isNumber });
        assert(numberAt(reply, "tick") >= snapshot.tick, "the tick of the match");
      }
    });
    await withWire(game.addresses.udp, async (wire) => {
      const reply = await wire.ask({ action: "ping", t: 5 });
      assertEquals(Object.keys(reply), ["status", "t", "tick"]);
      assertEquals([reply.status, reply.t], ["pong", 5]);
    });
  });
});
