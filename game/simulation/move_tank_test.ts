import { assert, assertEquals } from "@std/assert";
import { IDLE, smallArena } from "../../tests/fixtures/small_world.ts";
import { moveTank, type TankMotion } from "./move_tank.ts";
import { TANK_RADIUS_UM, tuningAt } from "./tuning.ts";
import { metresFromUm, UM_PER_M } from "./units.ts";

const TICK_RATES = [10, 30, 60];
const AHEAD = { ...IDLE, throttle: 127 };

function tankAt(x: number, y: number, heading = 0): TankMotion {
  return { xUm: x * UM_PER_M, yUm: y * UM_PER_M, heading, turret: heading, speedUmPerTick: 0 };
}

Deno.test("moveTank drives 8 m in 1 s and a third, speeding up included", () => {
  // 2/3 s to 8 m/s, which is 2.67 m, and 2/3 s for the rest.
  for (const tickRate of TICK_RATES) {
    const tank = tankAt(10, 30);
    let ticks = 0;
    while (tank.xUm < 18 * UM_PER_M) {
      moveTank(tank, AHEAD, smallArena(), tuningAt(tickRate));
      ticks += 1;
    }
    const seconds = ticks / tickRate;
    assert(seconds > 1.25 && seconds <= 1.4, `${seconds} s at ${tickRate} Hz`);
    assertEquals(tank.yUm, 30 * UM_PER_M);
  }
});

Deno.test("moveTank goes backward at half the speed, and by half the throttle half as fast", () => {
  const tuning = tuningAt(30);
  const table: readonly (readonly [number, number])[] = [[127, 8], [-127, -4], [64, 4.03], [0, 0]];
  for (const [throttle, wanted] of table) {
    const tank = tankAt(30, 30);
    for (let tick = 0; tick < 60; tick++) {
      moveTank(tank, { ...IDLE, throttle }, smallArena(), tuning);
    }
    const speed = metresFromUm(tank.speedUmPerTick) * 30;
    assert(Math.abs(speed - wanted) < 0.01, `${throttle}: ${speed}`);
  }
});

Deno.test("moveTank brakes to a stand in 2/3 s", () => {
  for (const tickRate of TICK_RATES) {
    const tuning = tuningAt(tickRate);
    const tank = { ...tankAt(10, 30), speedUmPerTick: tuning.forwardUmPerTick };
    let ticks = 0;
    while (tank.speedUmPerTick !== 0) {
      moveTank(tank, IDLE, smallArena(), tuning);
      ticks += 1;
    }
    assert(
      Math.abs(ticks / tickRate - 2 / 3) <= 1.01 / tickRate,
      `${ticks} ticks at ${tickRate} Hz`,
    );
    assert(Object.is(tank.speedUmPerTick, 0));
  }
});

Deno.test("moveTank turns the hull by 90 and the turret by 180 degrees a second", () => {
  for (const tickRate of TICK_RATES) {
    const tank = tankAt(30, 30);
    const input = { ...IDLE, turn: 127, turret: 32_767 };
    for (let tick = 0; tick < tickRate; tick++) {
      moveTank(tank, input, smallArena(), tuningAt(tickRate));
    }
    assert(Math.abs(tank.heading - 16_384) < 40, `hull ${tank.heading}`);
    assert(Math.abs(tank.turret - 32_768) < 40, `turret ${tank.turret}`);
  }
});

Deno.test("moveTank leaves the turret where it looks while the hull turns", () => {
  const tank = tankAt(30, 30);
  for (let tick = 0; tick < 30; tick++) {
    moveTank(tank, { ...IDLE, turn: -127 }, smallArena(), tuningAt(30));
  }
  assertEquals(tank.turret, 0);
  assert(Math.abs(tank.heading - 49_152) < 40);
});

Deno.test("moveTank stops at a wall and loses its speed", () => {
  for (const tickRate of TICK_RATES) {
    const tank = tankAt(10, 30);
    const arena = smallArena([[20, 20, 1, 20]]);
    for (let tick = 0; tick < 3 * tickRate; tick++) {
      moveTank(tank, AHEAD, arena, tuningAt(tickRate));
    }
    assertEquals([tank.xUm, tank.yUm], [20 * UM_PER_M - TANK_RADIUS_UM, 30 * UM_PER_M]);
    assertEquals(tank.speedUmPerTick, 0);
  }
});

Deno.test("moveTank slides along a wall at the speed that is left", () => {
  const tank = tankAt(10, 12, 8_192);
  const arena = smallArena([[5, 20, 50, 2]]);
  const tuning = tuningAt(30);
  for (let tick = 0; tick < 90; tick++) moveTank(tank, AHEAD, arena, tuning);
  const xUm = tank.xUm;
  moveTank(tank, AHEAD, arena, tuning);
  assertEquals(tank.yUm, 20 * UM_PER_M - TANK_RADIUS_UM);
  assert(tank.xUm > xUm);
  assert(tank.speedUmPerTick > 0 && tank.speedUmPerTick < tuning.forwardUmPerTick / 4);
});

Deno.test("moveTank stays inside the arena", () => {
  for (const heading of [0, 8_192, 16_384, 30_000, 32_768, 45_000, 49_152, 60_000]) {
    const tank = tankAt(30, 30, heading);
    const arena = smallArena();
    for (let tick = 0; tick < 100; tick++) {
      moveTank(tank, AHEAD, arena, tuningAt(10));
      assert(arena.isClear(tank, TANK_RADIUS_UM), `${heading}`);
    }
  }
});

Deno.test("moveTank stays where it was when two walls leave no room", () => {
  // Gaps of 2 m, and of 2.99 m, which a tank of 3 m enters so far that both push it for ever.
  for (const edge of [29, 28.505]) {
    const arena = smallArena([[20, 20, 10, edge - 20], [20, 60 - edge, 10, 20]]);
    const tank = tankAt(15, 30);
    for (let tick = 0; tick < 120; tick++) {
      moveTank(tank, AHEAD, arena, tuningAt(30));
      assert(arena.isClear(tank, TANK_RADIUS_UM), `${edge} m, tick ${tick}`);
    }
    assert(tank.xUm > 18 * UM_PER_M && tank.xUm < 20 * UM_PER_M);
  }
});

Deno.test("moveTank knows one zero only", () => {
  const arena = smallArena([[20, 20, 20, 20]]);
  for (let heading = 0; heading < 65_536; heading += 512) {
    for (const throttle of [-127, 127]) {
      const tank = tankAt(15, 17, heading);
      for (let tick = 0; tick < 60; tick++) {
        moveTank(tank, { ...IDLE, throttle, turn: 20 }, arena, tuningAt(30));
        const hasOther = Object.values(tank).some((value) => Object.is(value, -0));
        assert(!hasOther, `heading ${heading}, tick ${tick}`);
      }
    }
  }
});
