/** Shooting over UDP: PROTOCOL section 2. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { directionRad, distanceM, turnRad } from "../clients/battlefield.ts";
import { readEvents } from "../clients/event_reader.ts";
import { withHurriedSystem } from "../clients/hurried_system.ts";
import { numberAt } from "../clients/json_fields.ts";
import { withPlayers } from "../clients/with_players.ts";

/** Reloading takes its time; nobody learns from the wait. */
const HURRY = 3;

Deno.test("Game fires a shell for a shot, where the turret points", async () => {
  await withHurriedSystem(HURRY, {}, async ({ game, ports }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "p1" }], async (client) => {
      await client.act("shoot");
      const snapshot = await client.next("a shell", ({ message }) => message.shells.length > 0);
      const own = client.own(snapshot);
      const [shell] = snapshot.message.shells;
      assert(shell !== undefined);
      assertEquals(snapshot.message.shells.length, 1);
      const place = { x: numberAt(shell, "x"), y: numberAt(shell, "y") };
      assert(distanceM(own, place) < 10, "the shell starts at the tank");
      assertAlmostEquals(turnRad(own.turret, directionRad(own, place)), 0, 0.05);
      await client.next("its end", ({ message }) => message.shells.length === 0);
      const shots = await readEvents(ports.eventLog, "game_events", "tank_shot");
      assertEquals(shots.map((shot) => shot.tank_id), [client.tankId]);
    });
  });
});

Deno.test("Game fires on while an input says so, at a tank's pace", async () => {
  await withHurriedSystem(HURRY, {}, async ({ game, ports }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "p1" }], async (client) => {
      const ids = new Set<unknown>();
      await client.act("input", { seq: 1, fire: true });
      await client.next("three shells", ({ message }) => {
        for (const shell of message.shells) ids.add(shell.id);
        return ids.size === 3;
      });
      await client.act("input", { seq: 2, fire: false });
      await client.next("a cease fire", ({ message }) => {
        return message.ackSeq === 2 && message.shells.length === 0;
      });
      const shots = await readEvents(ports.eventLog, "game_events", "tank_shot");
      assertEquals(shots.length, 3);
    });
  });
});
