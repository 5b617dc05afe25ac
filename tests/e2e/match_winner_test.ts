/** A match that is fought to its end over UDP: PROTOCOL section 2. */
import { assert, assertEquals } from "@std/assert";
import { destroy } from "../clients/destroy.ts";
import { readEvents } from "../clients/event_reader.ts";
import { type GameClient, tankIn } from "../clients/game_client.ts";
import { withHurriedSystem } from "../clients/hurried_system.ts";
import { numberAt, objectAt } from "../clients/json_fields.ts";
import { assertReply, isNumber, isObject } from "../clients/reply_shape.ts";
import { withPlayers } from "../clients/with_players.ts";

/** A match takes a minute. */
const HURRY = 8;
const ROUNDS_MAX = 10;

Deno.test("Game ends a match when one side has won, and names it to both", async () => {
  const env = { GAME_SILENCE_MS: "600000" };
  await withHurriedSystem(HURRY, env, async ({ game, ports }) => {
    const joins = [
      { playerId: "winner", mode: "duel" },
      { playerId: "loser", mode: "duel" },
    ] as const;
    await withPlayers(game.addresses.udp, joins, async (winner, loser) => {
      const start = await winner.until("both tanks", ({ tanks }) => tanks.size === 2);
      const { team } = winner.own(start);
      for (let round = 0; round < ROUNDS_MAX && !winner.isOver; round++) {
        await destroyAgain(winner, loser);
      }
      const overs = [winner, loser].map(({ wire }) => {
        return wire.take({ what: "match_over", matches: ({ type }) => type === "match_over" });
      });
      for (const over of await Promise.all(overs)) {
        assertReply(over, {
          type: "match_over",
          winner: team,
          scores: isObject,
          match_id: winner.sessionId,
        });
        const scores = objectAt(over, "scores");
        const best = Math.max(...Object.values(scores).filter(isNumber).map(Number));
        assert(best > 0);
        assertEquals(numberAt(scores, String(team)), best);
      }
      const [event] = await readEvents(ports.eventLog, "game_events", "match_over");
      assertEquals([event?.winner, event?.match_id], [team, winner.sessionId]);
    });
  });
});

/** Destroys the target and waits for its return, unless that was the end. */
async function destroyAgain(shooter: GameClient, target: GameClient): Promise<void> {
  try {
    await destroy(shooter, target);
    await shooter.until("its return", (now) => tankIn(now, target.tankId).alive);
  } catch (error) {
    // No state comes after the end, not even of the last tank's.
    if (!shooter.isOver) throw error;
  }
}
