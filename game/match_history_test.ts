import { assert, assertEquals } from "@std/assert";
import { numberAt, textAt } from "../tests/clients/json_fields.ts";
import { openTestSessions } from "./testing.ts";

Deno.test("MatchHistory writes where each tank is five times a second, and not all in one tick", async () => {
  const { clock, sessions, seat, eventsOf } = openTestSessions();
  const players = ["a", "b", "c", "d", "e", "f"].map((playerId) => seat(playerId));
  for (const { playerId, tank } of players) {
    assert(tank.alive);
    sessions.command(playerId, {
      action: "input",
      seq: 1,
      throttle: 0.1,
      turn: 1,
      turretRad: undefined,
      fire: false,
    });
  }
  await clock.advance(1_000);
  const ticks = players.map(({ tank }) =>
    eventsOf("tank_moved")
      .filter((event) => textAt(event, "tank_id") === tank.tankId)
      .map((event) => numberAt(event, "tick"))
  );
  for (const [slot, ofTank] of ticks.entries()) {
    const everySixth = ofTank.map((_, index) => (ofTank[0] ?? NaN) + 6 * index);
    assertEquals([ofTank, (ofTank[0] ?? NaN) % 6], [everySixth, slot]);
    assert(ofTank.length >= 4, `tank ${slot} was sampled ${ofTank.length} times`);
  }
});
