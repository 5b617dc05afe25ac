/** How playing ends over UDP, by silence and by the match's end: PROTOCOL section 2. */
import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import type { DatagramClient } from "../clients/datagram_client.ts";
import { readEvents } from "../clients/event_reader.ts";
import { withHurriedSystem } from "../clients/hurried_system.ts";
import { numberAt, objectAt } from "../clients/json_fields.ts";
import { assertReply, isNumber, isObject, isText } from "../clients/reply_shape.ts";
import { withPlayers } from "../clients/with_players.ts";
import { withSystem } from "../harness.ts";

const SESSIONS_TOPIC = "player_sessions_history";

function isOver(message: JsonObject): boolean {
  return message.type === "match_over";
}

Deno.test("Game takes a player out who falls silent, and nobody else", async () => {
  await withSystem({ env: { GAME_SILENCE_MS: "400" } }, async ({ game, ports }) => {
    const joins = [{ playerId: "silent", acks: false }, { playerId: "talker" }] as const;
    await withPlayers(game.addresses.udp, joins, async (silent, talker) => {
      await talker.until("both", ({ tanks }) => tanks.size === 2);
      await talker.next("the silent one gone", ({ tanks }) => !tanks.has(silent.tankId));
      await talker.nextMany(15);
      const left = await readEvents(ports.eventLog, SESSIONS_TOPIC, "player_left_session");
      assertEquals(left.map((event) => event.player_id), ["silent"]);
      const again = await silent.wire.ask({ action: "leave_game", player_id: "silent" });
      assertEquals(again.status, "not_in_game");
    });
  });
});

Deno.test("Game keeps a player who sends no more than pings", async () => {
  await withSystem({ env: { GAME_SILENCE_MS: "400" } }, async ({ game }) => {
    const joins = [{ playerId: "pinger", acks: false }, { playerId: "talker" }] as const;
    await withPlayers(game.addresses.udp, joins, async (pinger, talker) => {
      const { tick } = await talker.until("a state");
      // As many pings as states, for longer than the silence and a round of looking for it.
      await talker.next("two seconds later", (snapshot) => {
        pinger.wire.send({ action: "ping", t: snapshot.tick }).catch(() => {});
        return snapshot.tick - tick > 60;
      });
      const snapshot = await talker.until("now");
      assert(snapshot.tanks.has(pinger.tankId), "the pinger is gone");
    });
  });
});

Deno.test("Game ends a match in time, tells everybody, and goes on", async () => {
  // Five minutes in about four seconds; nobody is taken for silent meanwhile.
  const env = { GAME_TICK_RATE: "10", GAME_JSON_SNAPSHOT_RATE: "1", GAME_SILENCE_MS: "600000" };
  await withHurriedSystem(90, env, async ({ game, ports }) => {
    const joins = [{ playerId: "p1", mode: "duel" }, { playerId: "p2", mode: "duel" }] as const;
    await withPlayers(game.addresses.udp, joins, async (first, second) => {
      for (const client of [first, second]) {
        const over = await client.wire.take({
          what: "match_over",
          matches: isOver,
          deadlineMs: 20_000,
        });
        assertReply(over, {
          type: "match_over",
          winner: (winner) => winner === null,
          scores: isObject,
          match_id: client.sessionId,
        });
        for (const score of Object.values(objectAt(over, "scores"))) assertEquals(score, 0);
      }
      const [event] = await readEvents(ports.eventLog, "game_events", "match_over");
      assertReply({ match_id: event?.match_id, winner: event?.winner }, {
        match_id: first.sessionId,
        winner: (winner) => winner === null,
      });
      const rejoined = await rejoin(first.wire, { action: "join_game", player_id: "p1" });
      assertReply(rejoined, {
        status: "joined",
        session_id: (id) => isText(id) && id !== first.sessionId,
        tank_id: isText,
        initial_state: isObject,
      });
      const state = objectAt(rejoined, "initial_state");
      assert(isNumber(state.tick) && numberAt(state, "tick") < 3_000, "a new match");
    });
  });
});

/** Asks until the ended session, which stays a while to tell everybody, has let the player go. */
async function rejoin(wire: DatagramClient, join: JsonObject): Promise<JsonObject> {
  const giveUpAtMs = performance.now() + 5_000;
  let reply = await wire.ask(join);
  while (reply.status === "already_in_session" && performance.now() < giveUpAtMs) {
    reply = await wire.ask(join);
  }
  return reply;
}
