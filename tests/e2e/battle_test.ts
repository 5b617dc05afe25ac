/** A battle of two over UDP, and its history: PROTOCOL sections 2 and 5. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import type { EventLog } from "../../core/ports/event_log.ts";
import { distanceM } from "../clients/battlefield.ts";
import { destroy } from "../clients/destroy.ts";
import { readEvents } from "../clients/event_reader.ts";
import { type GameClient, tankIn } from "../clients/game_client.ts";
import { withHurriedSystem } from "../clients/hurried_system.ts";
import { listAt, numberAt, textAt } from "../clients/json_fields.ts";
import { assertReply, isNumber, isText } from "../clients/reply_shape.ts";
import { withPlayers } from "../clients/with_players.ts";
import { withSystem } from "../harness.ts";

const TICK_RATE = 30;
/** Reloading and coming back take their time; nobody learns from the wait. */
const HURRY = 3;
const SAMPLE_RATE_MAX = 5;

const ENVELOPE = ["timestamp", "event_id", "server_id"];

/** Asserts that every event of this type has these fields, and returns them. */
async function eventsLike(
  eventLog: EventLog,
  [topic, event_type]: readonly [string, string],
  fields: readonly string[],
): Promise<JsonObject[]> {
  const events = await readEvents(eventLog, topic, event_type);
  assert(events.length > 0, `no ${event_type}`);
  for (const event of events) {
    for (const field of [...fields, ...ENVELOPE]) {
      assert(field in event, `${event_type} without ${field}: ${JSON.stringify(event)}`);
    }
    assert(isNumber(event.timestamp) && isText(event.event_id) && isText(event.server_id));
    // Seconds, not milliseconds.
    assertAlmostEquals(numberAt(event, "timestamp"), Date.now() / 1_000, 300);
  }
  return events;
}

async function assertHistory(
  eventLog: EventLog,
  winner: GameClient,
  loser: GameClient,
): Promise<void> {
  const sessions = "player_sessions_history";
  const ids = { session_id: winner.sessionId };
  const joined = await eventsLike(eventLog, [sessions, "player_joined_session"], ["session_id"]);
  const left = await eventsLike(eventLog, [sessions, "player_left_session"], ["session_id"]);
  for (const events of [joined, left]) {
    const seen = events.map(({ session_id, player_id, tank_id }) => ({
      session_id,
      player_id,
      tank_id,
    }));
    assertEquals(seen, [
      { ...ids, player_id: winner.playerId, tank_id: winner.tankId },
      { ...ids, player_id: loser.playerId, tank_id: loser.tankId },
    ]);
  }
  const created = await eventsLike(eventLog, [sessions, "session_created"], ["session_id"]);
  const removed = await eventsLike(eventLog, [sessions, "session_removed"], ["reason"]);
  for (const events of [created, removed]) {
    assertEquals(events.map((event) => event.session_id), [winner.sessionId]);
  }
  await assertGameEvents(eventLog, winner.tankId, loser.tankId);
}

async function assertGameEvents(eventLog: EventLog, winner: string, loser: string): Promise<void> {
  const game = "game_events";
  const started = await eventsLike(eventLog, [game, "match_started"], []);
  assertEquals(started.length, 1);
  const shots = await eventsLike(eventLog, [game, "tank_shot"], ["position_at_shot"]);
  for (const shot of shots) {
    assertEquals(textAt(shot, "tank_id"), winner);
    assert(listAt(shot, "position_at_shot").every(isNumber));
  }
  const hits = await eventsLike(eventLog, [game, "tank_took_damage"], ["damage_taken"]);
  let health = numberAt(hits[0] ?? {}, "health_before_damage");
  for (const hit of hits) {
    assertEquals([hit.tank_id, hit.by], [loser, winner]);
    assertEquals(numberAt(hit, "health_before_damage"), health);
    health -= numberAt(hit, "damage_taken");
    assertEquals(numberAt(hit, "current_health"), health);
  }
  assertEquals(health, 0);
  assert(shots.length >= hits.length);
  const destroyed = await eventsLike(eventLog, [game, "tank_destroyed"], ["by"]);
  assertEquals(destroyed.map(({ tank_id, by }) => ({ tank_id, by })), [
    { tank_id: loser, by: winner },
  ]);
  const types = (await readEvents(eventLog, game)).map((event) => event.event_type);
  assert(types.lastIndexOf("tank_took_damage") < types.indexOf("tank_destroyed"), "order");
}

async function assertPositions(eventLog: EventLog, session_id: string): Promise<void> {
  const moves = await eventsLike(eventLog, ["tank_coordinates_history", "tank_moved"], []);
  const lastTicks = new Map<string, number>();
  for (const move of moves) {
    assertReply({ session_id: move.session_id, position: move.position }, {
      session_id,
      position: (value) => Array.isArray(value) && value.length === 2 && value.every(isNumber),
    });
    const tankId = textAt(move, "tank_id");
    const tick = numberAt(move, "tick");
    const ticksMin = TICK_RATE / SAMPLE_RATE_MAX;
    const passed = tick - (lastTicks.get(tankId) ?? -Infinity);
    assert(passed >= ticksMin, `${tankId} was sampled again after ${passed} ticks`);
    lastTicks.set(tankId, tick);
  }
}

Deno.test("Game lets two players see each other move", async () => {
  await withSystem({}, async ({ game, ports }) => {
    const joins = [{ playerId: "ann" }, { playerId: "bob" }] as const;
    await withPlayers(game.addresses.udp, joins, async (ann, bob) => {
      const start = await ann.until("both", ({ tanks }) => tanks.size === 2);
      await Promise.all([
        ann.act("input", { seq: 1, throttle: 1, turn: 0.2 }),
        bob.act("input", { seq: 1, throttle: -1, turn: -0.2 }),
      ]);
      for (const [watcher, other] of [[ann, bob], [bob, ann]] as const) {
        await watcher.until("the other one drive", (snapshot) => {
          const before = tankIn(start, other.tankId);
          return distanceM(before, tankIn(snapshot, other.tankId)) > 3;
        });
      }
      await assertPositions(ports.eventLog, ann.sessionId);
    });
  });
});

for (const mode of ["team", "duel"]) {
  Deno.test(`Game lets one player destroy another in ${mode}, and remembers it`, async () => {
    await withHurriedSystem(HURRY, {}, async ({ game, ports }) => {
      const joins = [{ playerId: "winner", mode }, { playerId: "loser", mode }] as const;
      await withPlayers(game.addresses.udp, joins, async (winner, loser) => {
        const start = await winner.until("both tanks", ({ tanks }) => tanks.size === 2);
        const whole = loser.own(start);
        assert(winner.own(start).team !== whole.team, "they are on one side");
        await destroy(winner, loser);
        await winner.until("the score", (now) => winner.own(now).score > winner.own(start).score);
        const wreck = await loser.until("its end", (now) => !loser.own(now).alive);
        assertEquals(loser.own(wreck).hp, 0);
        const back = await loser.until("its return", (now) => loser.own(now).alive);
        assertEquals(loser.own(back).hp, whole.hp);
        assertEquals(loser.own(back).score, 0);
        for (const client of [winner, loser]) {
          assertEquals((await client.leave()).status, "left_game");
        }
        await assertHistory(ports.eventLog, winner, loser);
        await assertPositions(ports.eventLog, winner.sessionId);
        const removed = await readEvents(ports.eventLog, "player_sessions_history");
        assertEquals(removed.at(-1)?.event_type, "session_removed");
      });
    });
  });
}
