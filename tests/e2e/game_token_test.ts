/** Joining over UDP with a token: PROTOCOL section 2. */
import { assert, assertEquals } from "@std/assert";
import { loginToken, PLAYER1, TESTUSER } from "../clients/auth_requests.ts";
import { askToJoin } from "../clients/game_client.ts";
import { textAt } from "../clients/json_fields.ts";
import { assertReply, isObject, isText } from "../clients/reply_shape.ts";
import { readEvents } from "../clients/event_reader.ts";
import { withPlayers, withWire } from "../clients/with_players.ts";
import { withSystem } from "../harness.ts";

const JOIN_EVENT = "player_joined_session";
const NO_GUESTS = { env: { GAME_ALLOW_GUESTS: "false" } };
const JOINED = { status: "joined", session_id: isText, tank_id: isText, initial_state: isObject };
const REFUSED = { status: "join_failed", reason: "Authentication required" };

Deno.test("Game seats nobody without a good token where guests are not allowed", async () => {
  await withSystem(NO_GUESTS, async ({ auth, game }) => {
    const token = await loginToken(auth.addresses.tcp, PLAYER1);
    const [header, payload, signature = ""] = token.split(".");
    const other = signature.startsWith("A") ? "B" : "A";
    const bad = [
      undefined,
      "",
      "a.b.c",
      "nonsense",
      `${header}.${payload}.${other}${signature.slice(1)}`,
      `${header}.${payload}.`,
      token.slice(0, -1),
    ];
    await withWire(game.addresses.udp, async (wire) => {
      for (const token of bad) {
        const reply = await wire.ask({ action: "join_game", player_id: PLAYER1.username, token });
        assertEquals(reply.reason, "Authentication required", token);
        assertReply(reply, REFUSED);
      }
    });
    await withWire(game.addresses.udp, async (wire) => {
      const { status } = await wire.ask({
        action: "join_game",
        player_id: PLAYER1.username,
        token,
      });
      assertEquals(status, "challenge", "the good one");
    });
  });
});

Deno.test("Game seats who proves a token and the address", async () => {
  await withSystem(NO_GUESTS, async ({ auth, game, ports }) => {
    const token = await loginToken(auth.addresses.tcp, PLAYER1);
    await withWire(game.addresses.udp, async (wire) => {
      const join = { action: "join_game", player_id: PLAYER1.username, token };
      const proof = await wire.ask(join);
      assertReply(proof, { status: "challenge", challenge: isText });
      const requestSize = new TextEncoder().encode(JSON.stringify(join)).length;
      assert(wire.sizeOf(proof) <= requestSize, "the challenge is longer than the request");
      const challenge = textAt(proof, "challenge");
      assertReply(await wire.ask({ ...join, challenge }), JOINED);
      await wire.take({ what: "a state", matches: (message) => message.type === "state" });
    });
    const [joined] = await readEvents(ports.eventLog, "player_sessions_history", JOIN_EVENT);
    assertEquals(joined?.player_id, PLAYER1.username);
  });
});

Deno.test("Game takes a challenge from no other address, and no made-up one", async () => {
  await withSystem(NO_GUESTS, async ({ auth, game }) => {
    const token = await loginToken(auth.addresses.tcp, PLAYER1);
    const join = { action: "join_game", player_id: PLAYER1.username, token };
    await withWire(game.addresses.udp, async (mine) => {
      const challenge = textAt(await mine.ask(join), "challenge");
      await withWire(game.addresses.udp, async (other) => {
        for (const stolen of [challenge, "", "AAAA", "!", `${challenge}A`, challenge.slice(1)]) {
          const reply = await other.ask({ ...join, challenge: stolen });
          assertReply(reply, { status: "challenge", challenge: isText });
        }
      });
      assertReply(await mine.ask({ ...join, challenge }), JOINED);
    });
  });
});

Deno.test("Game sends an unproven address no more bytes than came from it", async () => {
  await withSystem(NO_GUESTS, async ({ auth, game }) => {
    const token = await loginToken(auth.addresses.tcp, PLAYER1);
    await withWire(game.addresses.udp, async (wire) => {
      for (let time = 0; time < 5; time++) {
        const join = { action: "join_game", player_id: PLAYER1.username, token };
        await wire.send(join);
        const [reply, ...more] = [await wire.takeReply(), ...await wire.repliesUntilPong()];
        assertEquals(more, []);
        assert(reply !== undefined && wire.sizeOf(reply) <= JSON.stringify(join).length);
      }
    });
  });
});

Deno.test("Game goes on at a new address that proves the account", async () => {
  for (const allowGuests of ["true", "false"]) {
    await withSystem({ env: { GAME_ALLOW_GUESTS: allowGuests } }, async ({ auth, game }) => {
      const token = await loginToken(auth.addresses.tcp, PLAYER1);
      // Of another session, as after a restart of the client; the account is what counts.
      const later = await loginToken(auth.addresses.tcp, PLAYER1);
      const joins = [{ playerId: PLAYER1.username, token }] as const;
      await withPlayers(game.addresses.udp, joins, async (client) => {
        await client.until("a state");
        await withWire(game.addresses.udp, async (wire) => {
          const reply = await askToJoin(wire, { playerId: PLAYER1.username, token: later });
          assertReply(reply, { status: "already_in_session", session_id: client.sessionId });
          const isState = (message: { readonly type?: unknown }): boolean =>
            message.type === "state";
          const state = await wire.take({ what: "the stream", matches: isState });
          assertEquals(state.base, null, "nothing has been acknowledged at the new address");
          // The old address acts for the player no more.
          await client.act("leave_game");
          assertEquals(await client.wire.repliesUntilPong(), []);
          const left = await wire.ask({ action: "leave_game", player_id: PLAYER1.username });
          assertEquals(left.status, "left_game");
        });
      });
    });
  }
});

Deno.test("Game hands a player over to no other account and to no guest", async () => {
  await withSystem({}, async ({ auth, game }) => {
    const token = await loginToken(auth.addresses.tcp, PLAYER1);
    const stranger = await loginToken(auth.addresses.tcp, TESTUSER);
    const joins = [{ playerId: PLAYER1.username, token }, { playerId: "guest" }] as const;
    await withPlayers(game.addresses.udp, joins, async (client, guest) => {
      await withWire(game.addresses.udp, async (wire) => {
        for (const player_id of [PLAYER1.username, "guest"]) {
          for (const token of [undefined, stranger, "a.b.c"]) {
            await wire.send({ action: "join_game", player_id, token });
          }
        }
        await client.nextMany(4);
        await guest.nextMany(4);
        // PROTOCOL leaves open whether such a join is refused or ignored.
        const statuses = wire.takeAll().map(({ status }) => status);
        assertEquals(statuses.filter((status) => status !== "join_failed"), []);
        await withWire(game.addresses.udp, async (fresh) => {
          const reply = await fresh.ask({ action: "join_game", player_id: "other" });
          assertReply(reply, JOINED);
        });
      });
    });
  });
});
