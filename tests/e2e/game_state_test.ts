/** The stream of states over UDP: PROTOCOL section 2. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { withHurriedSystem } from "../clients/hurried_system.ts";
import type { GameClient } from "../clients/game_client.ts";
import { TANK_FIELDS } from "../clients/state_message.ts";
import type { Snapshot } from "../clients/state_model.ts";
import { withPlayers } from "../clients/with_players.ts";

const TICK_RATE = 30;
/** Ticks are what is measured here; how fast they come does not matter. */
const HURRY = 3;
const COMMON_TICKS = 25;

/** Every snapshot of two clients for as many ticks as both saw, once there are enough. */
async function collectCommon(
  clients: readonly [GameClient, GameClient],
  count: number,
): Promise<[Snapshot, Snapshot][]> {
  const seen = clients.map(() => new Map<number, Snapshot>());
  const common: [Snapshot, Snapshot][] = [];
  await Promise.all(clients.map((client, index) => {
    return client.next(`${count} common ticks`, (snapshot) => {
      seen[index]?.set(snapshot.tick, snapshot);
      const [first, second] = seen.map((snapshots) => snapshots.get(snapshot.tick));
      if (first !== undefined && second !== undefined) common.push([first, second]);
      return common.length >= count;
    });
  }));
  return common;
}

Deno.test("Game sends the whole state to a client that acknowledges nothing", async () => {
  await withHurriedSystem(HURRY, {}, async ({ game }) => {
    const joins = [{ playerId: "p1", acks: false }, { playerId: "p2" }] as const;
    await withPlayers(game.addresses.udp, joins, async (client) => {
      for (const { message } of await client.nextMany(10)) {
        assertEquals(message.base, null);
        assertEquals(message.gone, []);
        assertEquals(message.tanks.length, 2);
        for (const tank of message.tanks) {
          assertEquals<readonly string[]>(Object.keys(tank), TANK_FIELDS);
        }
      }
    });
  });
});

Deno.test("Game sends 15 states a second, each of a later tick", async () => {
  await withHurriedSystem(HURRY, {}, async ({ game }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "p1" }], async (client) => {
      const ticks = (await client.nextMany(15)).map(({ tick }) => tick);
      const steps = ticks.slice(1).map((tick, index) => tick - (ticks[index] ?? NaN));
      assertEquals(new Set(steps), new Set([TICK_RATE / 15]));
    });
  });
});

Deno.test("Game makes deltas against the tick that was acknowledged last", async () => {
  await withHurriedSystem(HURRY, {}, async ({ game }) => {
    const joins = [{ playerId: "p1", acks: false }, { playerId: "p2" }] as const;
    await withPlayers(game.addresses.udp, joins, async (client, other) => {
      for (let time = 0; time < 3; time++) {
        const { tick } = await client.next("a state");
        await client.act("ack", { tick });
        const isAgainst = ({ message }: Snapshot): boolean => message.base === tick;
        await client.next(`a delta against tick ${tick}`, isAgainst);
        await client.next("another one", isAgainst);
      }
      await other.act("input", { seq: 1, throttle: 0.5, turn: 0.5 });
      const moved = await client.next("a change", ({ message }) => message.tanks.length > 0);
      assertEquals(moved.message.tanks.map((tank) => tank.tank_id), [other.tankId]);
      const fields = moved.message.tanks.flatMap((tank) => Object.keys(tank));
      for (const field of ["hp", "team", "score", "alive"]) assert(!fields.includes(field), field);
    });
  });
});

Deno.test("Game keeps to the newest acknowledged tick and forgets no base in use", async () => {
  await withHurriedSystem(HURRY, {}, async ({ game }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "p1", acks: false }], async (client) => {
      const [old, newer] = await client.nextMany(2);
      assert(old !== undefined && newer !== undefined);
      await client.act("ack", { tick: newer.tick });
      await client.next("a delta", ({ message }) => message.base === newer.tick);
      // What comes late, or was never sent, changes nothing.
      for (const tick of [old.tick, newer.tick + 1_000_000, 0, Number.MAX_SAFE_INTEGER]) {
        await client.act("ack", { tick });
      }
      assertEquals(await client.wire.repliesUntilPong(), []);
      for (const { message } of await client.nextMany(5)) assertEquals(message.base, newer.tick);
    });
  });
});

Deno.test("Game goes back to whole states when the acknowledged tick is long ago", async () => {
  await withHurriedSystem(HURRY, {}, async ({ game }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "p1", acks: false }], async (client) => {
      const { tick } = await client.next("a state");
      await client.act("ack", { tick });
      await client.next("a delta", ({ message }) => message.base === tick);
      // The client model fails if a delta were against a snapshot that is not the acknowledged one.
      const whole = await client.next("a whole state", ({ message }) => message.base === null);
      assert(whole.tick - tick > TICK_RATE / 2, "too soon");
    });
  });
});

Deno.test("Game's deltas merge to the same as its whole states", async () => {
  await withHurriedSystem(HURRY, {}, async ({ game }) => {
    const joins = [
      { playerId: "deltas" },
      { playerId: "whole", acks: false },
      { playerId: "leaver" },
    ] as const;
    await withPlayers(game.addresses.udp, joins, async (deltas, whole, leaver) => {
      await deltas.act("input", { seq: 1, throttle: 1, turn: 1, turret: 2, fire: true });
      await whole.act("input", { seq: 1, throttle: -1, turn: 0.3, turret: -2, fire: true });
      await deltas.next("a delta", ({ message }) => message.base !== null);
      const collected = collectCommon([deltas, whole], COMMON_TICKS);
      await leaver.next("some states");
      await leaver.leave();
      const common = await collected;
      for (const [merged, full] of common) {
        assertNotEquals(merged.message.base, null);
        assertEquals(full.message.base, null);
        assertEquals(new Map([...merged.tanks].sort()), new Map([...full.tanks].sort()));
        assertEquals(merged.message.shells, full.message.shells);
      }
      const [last] = common.at(-1) ?? [];
      assertEquals(last?.tanks.has(leaver.tankId), false, "the leaver is gone");
      assert(common.some(([{ message }]) => message.gone.includes(leaver.tankId)));
      assert(common.some(([{ message }]) => message.shells.length > 0));
    });
  });
});

Deno.test("Game shows who joins later to clients that follow by deltas", async () => {
  await withHurriedSystem(HURRY, {}, async ({ game }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "p1" }], async (first) => {
      await first.next("a delta", ({ message }) => message.base !== null);
      await withPlayers(game.addresses.udp, [{ playerId: "p2" }], async (second) => {
        const { message } = await first.next("the second", (seen) => seen.tanks.size === 2);
        assertNotEquals(message.base, null);
        assertEquals(message.tanks.map((tank) => tank.tank_id), [second.tankId]);
        await second.leave();
        await first.next("the second gone", (seen) => seen.tanks.size === 1);
      });
    });
  });
});
