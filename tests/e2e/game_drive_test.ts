/** Driving and turning over UDP: PROTOCOL section 2. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { directionRad, distanceM, type Place, turnRad } from "../clients/battlefield.ts";
import { withHurriedSystem } from "../clients/hurried_system.ts";
import { type GameClient, tankIn } from "../clients/game_client.ts";
import { numberAt, objectAt } from "../clients/json_fields.ts";
import type { SeenTank } from "../clients/state_message.ts";
import type { Snapshot } from "../clients/state_model.ts";
import { withPlayers } from "../clients/with_players.ts";

const TICK_RATE = 30;
/** Ticks are what is measured here; how fast they come does not matter. */
const HURRY = 3;
/** No tank is faster, in metres per second; a jump is. */
const SPEED_MAX_M_PER_S = 10;

/** A place so many metres from the tank, straight ahead where it looks: spawns look at open ground. */
function ahead(tank: SeenTank, metres: number): Place {
  return {
    x: tank.x + metres * Math.cos(tank.heading),
    y: tank.y + metres * Math.sin(tank.heading),
  };
}

/** Watches the client's tank until it fits, and asserts that it drives and never jumps. */
async function watchTank(
  client: GameClient,
  what: string,
  matches: (tank: SeenTank) => boolean,
): Promise<SeenTank> {
  let before: Snapshot | undefined;
  const last = await client.until(what, (snapshot) => {
    if (before !== undefined) assertNoJump(before, snapshot, client.tankId);
    before = snapshot;
    return matches(client.own(snapshot));
  });
  return client.own(last);
}

function assertNoJump(before: Snapshot, after: Snapshot, tankId: string): void {
  const seconds = (after.tick - before.tick) / TICK_RATE;
  const wayM = distanceM(tankIn(before, tankId), tankIn(after, tankId));
  // A hundredth of a metre is lost in rounding at either end.
  assert(wayM <= seconds * SPEED_MAX_M_PER_S + 0.02, `${wayM} m in ${seconds} s`);
}

async function withTank(
  work: (client: GameClient, tank: SeenTank) => Promise<void>,
): Promise<void> {
  await withHurriedSystem(HURRY, {}, async ({ game }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "p1" }], async (client) => {
      await work(client, client.own(await client.until("the first state")));
    });
  });
}

Deno.test("Game drives a tank where it is ordered, at a tank's speed", async () => {
  await withTank(async (client, tank) => {
    const goal = ahead(tank, 6);
    await client.act("move", { position: [goal.x, goal.y] });
    const arrived = await watchTank(client, "arrival", (own) => distanceM(own, goal) < 0.6);
    assert(distanceM(tank, arrived) > 5);
    // It stays there.
    const [first, ...later] = (await client.nextMany(20)).slice(10);
    assert(first !== undefined);
    for (const snapshot of later) assertEquals(client.own(snapshot), client.own(first));
    assert(distanceM(client.own(first), goal) < 0.6, "drove on");
  });
});

Deno.test("Game follows the last order", async () => {
  await withTank(async (client, tank) => {
    const [far, goal] = [ahead(tank, 9), ahead(tank, 4)];
    await client.act("move", { position: [far.x, far.y] });
    await watchTank(client, "a start", (own) => distanceM(tank, own) > 1);
    await client.act("move", { position: [goal.x, goal.y] });
    await watchTank(client, "the second goal", (own) => distanceM(own, goal) < 0.6);
  });
});

Deno.test("Game keeps a tank in the arena wherever it is ordered", async () => {
  const positions = [[-1e6, -1e6], [1e300, 0], [0, -1e300], [1e15, 1e15]];
  await Promise.all(positions.map((position) => {
    return withTank(async (client, tank) => {
      const arena = objectAt(client.initialState, "arena");
      const [width, height] = [numberAt(arena, "width"), numberAt(arena, "height")];
      await client.act("move", { position });
      await watchTank(client, "a way", (own) => distanceM(own, tank) > 1);
      for (const snapshot of await client.nextMany(10)) {
        const { x, y } = client.own(snapshot);
        assert(x > 0 && x < width && y > 0 && y < height, `at ${x}, ${y}`);
      }
    });
  }));
});

Deno.test("Game keeps an input in force until the next", async () => {
  await withTank(async (client, tank) => {
    await client.act("input", { seq: 1, throttle: 1 });
    const driven = await watchTank(client, "a way ahead", (own) => distanceM(own, tank) > 3);
    assertAlmostEquals(turnRad(tank.heading, directionRad(tank, driven)), 0, 0.02);
    assertEquals(driven.heading, tank.heading);
    await client.act("input", { seq: 2, throttle: 0 });
    await client.until("a stop", ({ message }) => message.ackSeq === 2);
    const [stopped, later] = (await client.nextMany(20)).slice(-2);
    assert(stopped !== undefined && later !== undefined);
    assertEquals(client.own(later), client.own(stopped));
    await client.act("input", { seq: 3, throttle: -1 });
    await watchTank(client, "a way back", (own) => distanceM(own, tank) < 1);
  });
});

Deno.test("Game takes a throttle beyond full for full", async () => {
  await withTank(async (client, tank) => {
    await client.act("input", { seq: 1, throttle: 1e9, turn: -1e9 });
    await watchTank(client, "a way", (own) => distanceM(own, tank) > 1);
    assertEquals(await client.wire.repliesUntilPong(), []);
  });
});

Deno.test("Game turns a tank up and down", async () => {
  await withTank(async (client, tank) => {
    for (const [seq, turn] of [[1, 1], [2, -1]] as const) {
      const { heading } = seq === 1 ? tank : client.own(await client.until("now"));
      await client.act("input", { seq, turn });
      const turned = await watchTank(client, "a turn", (own) => {
        return turnRad(heading, own.heading) * turn > 0.3;
      });
      assertEquals([turned.x, turned.y], [tank.x, tank.y]);
    }
  });
});

Deno.test("Game turns the turret where it is told, and nothing else", async () => {
  await withTank(async (client, tank) => {
    for (const [seq, turret] of [[1, 1.57], [2, 3], [3, -1], [4, 100]] as const) {
      await client.act("input", { seq, turret });
      const turned = await watchTank(client, `the turret at ${turret}`, (own) => {
        return Math.abs(turnRad(turret, own.turret)) < 0.01;
      });
      assertEquals([turned.x, turned.y, turned.heading], [tank.x, tank.y, tank.heading]);
    }
  });
});

Deno.test("Game acknowledges the last input that it applied", async () => {
  await withTank(async (client) => {
    for (const seq of [7, 8, 1_000, 2 ** 31]) {
      await client.act("input", { seq, throttle: 0 });
      await client.next(`input ${seq}`, ({ message }) => message.ackSeq === seq);
    }
  });
});
