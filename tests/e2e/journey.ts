import { assert, assertEquals } from "@std/assert";
import { askOnce } from "../clients/auth_requests.ts";
import { readEvents } from "../clients/event_reader.ts";
import { GameClient } from "../clients/game_client.ts";
import { textAt } from "../clients/json_fields.ts";
import type { TestSystem } from "../harness.ts";

const CREDENTIALS = { username: "traveller", password: "a long way to go" };

/**
 * A player's whole way: register, log in, join with the token, play, leave; and what the event log has
 * of it afterwards. It is the same whatever stands behind the ports.
 */
export async function playJourney(system: TestSystem): Promise<void> {
  const auth = system.auth.addresses.tcp;
  const registered = await askOnce(auth, { action: "register", ...CREDENTIALS });
  assertEquals(registered.status, "success");
  const loggedIn = await askOnce(auth, { action: "login", ...CREDENTIALS });
  assertEquals(loggedIn.status, "success");

  const player = await GameClient.join(system.game.addresses.udp, {
    playerId: CREDENTIALS.username,
    token: textAt(loggedIn, "token"),
  });
  try {
    const start = await player.next("the first state");
    player.act("input", { seq: 1, throttle: 1, turn: 0, fire: true });
    const from = player.own(start);
    // For longer than it takes until a position is sampled.
    await player.until("it has driven", (snapshot) => {
      const { x, y } = player.own(snapshot);
      return Math.hypot(x - from.x, y - from.y) > 6;
    });
    await player.leave();
  } finally {
    player.close();
  }
  await assertRemembered(system, textAt(registered, "account_id"));
}

async function assertRemembered(system: TestSystem, accountId: string): Promise<void> {
  const typesOf = async (topic: string): Promise<string[]> =>
    (await readEvents(system.ports.eventLog, topic)).map((event) => textAt(event, "event_type"));
  const sessions = await readEvents(system.ports.eventLog, "player_sessions_history");
  assertEquals(sessions.map(({ event_type: type }) => type), [
    "session_created",
    "player_joined_session",
    "player_left_session",
    "session_removed",
  ]);
  assertEquals(sessions[1]?.account_id, accountId);
  const authTypes = await typesOf("auth_events");
  assertEquals(authTypes.filter((type) => type !== "user_registered"), ["user_logged_in"]);
  const gameTypes = await typesOf("game_events");
  assert(gameTypes.includes("match_started") && gameTypes.includes("tank_shot"), gameTypes.join());
  const moves = await readEvents(system.ports.eventLog, "tank_coordinates_history");
  assert(moves.length > 0);
  const ids = new Set(moves.map((event) => textAt(event, "event_id")));
  assertEquals(ids.size, moves.length);
}
