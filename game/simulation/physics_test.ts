import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import {
  HIT_AT_END,
  NO_HIT,
  pushOutOfRectangle,
  type Segment,
  separateCircles,
  SWEEP_UM_MAX,
  sweepCircle,
  sweepRectangle,
} from "./physics.ts";

const RADIUS = 1_500_000;
const WALL = { xUm: 10_000_000, yUm: 10_000_000, widthUm: 4_000_000, heightUm: 2_000_000 };

function segment(fromXUm: number, fromYUm: number, toXUm: number, toYUm: number): Segment {
  return { fromXUm, fromYUm, toXUm, toYUm };
}

Deno.test("pushOutOfRectangle pushes the shortest way, exactly to the radius from a side", () => {
  const table: readonly (readonly [number, number, number, number])[] = [
    [9_000_000, 11_000_000, 8_500_000, 11_000_000],
    [15_000_000, 11_000_000, 15_500_000, 11_000_000],
    [12_000_000, 9_900_000, 12_000_000, 8_500_000],
    [12_000_000, 12_100_000, 12_000_000, 13_500_000],
    // The centre inside: by the nearest side.
    [10_200_000, 11_000_000, 8_500_000, 11_000_000],
    [12_000_000, 11_900_000, 12_000_000, 13_500_000],
  ];
  for (const [xUm, yUm, wantedXUm, wantedYUm] of table) {
    const centre = { xUm, yUm };
    assert(pushOutOfRectangle(centre, WALL, RADIUS));
    assertEquals(centre, { xUm: wantedXUm, yUm: wantedYUm });
  }
});

Deno.test("pushOutOfRectangle leaves a circle that only touches", () => {
  for (const [xUm, yUm] of [[8_500_000, 11_000_000], [12_000_000, 13_500_000], [0, 0]] as const) {
    const centre = { xUm, yUm };
    assert(!pushOutOfRectangle(centre, WALL, RADIUS));
    assertEquals(centre, { xUm, yUm });
  }
});

Deno.test("pushOutOfRectangle leaves no overlap and moves no farther than it must", () => {
  const seed = 21;
  const rng = new Rng(seed);
  for (let index = 0; index < 20_000; index++) {
    const xUm = 8_000_000 + rng.below(8_000_000);
    const yUm = 8_000_000 + rng.below(6_000_000);
    const depth = RADIUS - distanceToWall(xUm, yUm);
    const centre = { xUm, yUm };
    const pushed = pushOutOfRectangle(centre, WALL, RADIUS);
    const label = `seed ${seed}: ${xUm}, ${yUm}`;
    assertEquals(pushed, depth > 0, label);
    assert(distanceToWall(centre.xUm, centre.yUm) >= RADIUS, label);
    if (depth <= 0 || depth >= RADIUS) continue;
    const excess = Math.hypot(centre.xUm - xUm, centre.yUm - yUm) - depth;
    assert(excess <= (depth < RADIUS - 100_000 ? 3 : 20_000), `${label}: ${excess}`);
  }
});

function distanceToWall(xUm: number, yUm: number): number {
  const dx = Math.max(WALL.xUm - xUm, 0, xUm - WALL.xUm - WALL.widthUm);
  const dy = Math.max(WALL.yUm - yUm, 0, yUm - WALL.yUm - WALL.heightUm);
  return Math.sqrt(dx * dx + dy * dy);
}

Deno.test("separateCircles moves both by half until they touch", () => {
  const a = { xUm: 0, yUm: 0 };
  const b = { xUm: 2_000_000, yUm: 0 };
  assert(separateCircles(a, b, RADIUS));
  assertEquals(a, { xUm: -500_000, yUm: 0 });
  assertEquals(b, { xUm: 2_500_000, yUm: 0 });
  assert(!separateCircles(a, b, RADIUS));
});

Deno.test("separateCircles parts two in one place along x", () => {
  const a = { xUm: 5, yUm: 5 };
  const b = { xUm: 5, yUm: 5 };
  assert(separateCircles(a, b, RADIUS));
  assertEquals([a.xUm, b.xUm], [5 - RADIUS, 5 + RADIUS]);
});

Deno.test("separateCircles keeps the middle and leaves at most 5 µm of overlap", () => {
  const seed = 22;
  const rng = new Rng(seed);
  for (let index = 0; index < 20_000; index++) {
    const a = { xUm: rng.below(3_000_000), yUm: rng.below(3_000_000) };
    const b = { xUm: rng.below(3_000_000), yUm: rng.below(3_000_000) };
    const sum = [a.xUm + b.xUm, a.yUm + b.yUm];
    separateCircles(a, b, RADIUS);
    const distance = Math.hypot(a.xUm - b.xUm, a.yUm - b.yUm);
    assert(distance >= 2 * RADIUS - 5, `seed ${seed}: ${distance}`);
    assertEquals([a.xUm + b.xUm, a.yUm + b.yUm], sum);
  }
});

Deno.test("sweepCircle gives the fraction of the way at which the circle is met", () => {
  const centre = { xUm: 10_000_000, yUm: 0 };
  const table: readonly (readonly [Segment, number])[] = [
    [segment(6_500_000, 0, 10_500_000, 0), HIT_AT_END / 2],
    [segment(13_500_000, 0, 9_500_000, 0), HIT_AT_END / 2],
    // Inside, short of it, past it, moving away, standing.
    [segment(9_000_000, 0, 12_000_000, 0), 0],
    [segment(4_000_000, 0, 8_000_000, 0), NO_HIT],
    [segment(7_000_000, 1_600_000, 11_000_000, 1_600_000), NO_HIT],
    [segment(8_000_000, 0, 4_000_000, 0), NO_HIT],
    [segment(8_000_000, 0, 8_000_000, 0), NO_HIT],
  ];
  for (const [way, wanted] of table) assertEquals(sweepCircle(way, centre, RADIUS), wanted);
});

Deno.test("sweepCircle agrees with floating point to 3 mm", () => {
  const seed = 23;
  const rng = new Rng(seed);
  const centre = { xUm: 500_000_000, yUm: 500_000_000 };
  let hits = 0;
  for (let index = 0; index < 50_000; index++) {
    const fromXUm = centre.xUm + rng.below(14_000_000) - 7_000_000;
    const fromYUm = centre.yUm + rng.below(14_000_000) - 7_000_000;
    const angle = (rng.below(36_000) / 18_000) * Math.PI;
    const length = rng.below(SWEEP_UM_MAX);
    const toXUm = fromXUm + Math.round(Math.cos(angle) * length);
    const toYUm = fromYUm + Math.round(Math.sin(angle) * length);
    const way = segment(fromXUm, fromYUm, toXUm, toYUm);
    const fraction = sweepCircle(way, centre, RADIUS);
    const label = `seed ${seed}: ${JSON.stringify(way)} ${fraction}`;
    const nearest = nearestTo(way, centre);
    if (fraction === NO_HIT) {
      // Whoever begins on the rim and leaves may have grazed it by the rounding.
      assert(nearest > RADIUS - 3_000, label);
      continue;
    }
    hits += 1;
    assert(nearest < RADIUS + 3_000, label);
    const xUm = fromXUm + ((toXUm - fromXUm) * fraction) / HIT_AT_END - centre.xUm;
    const yUm = fromYUm + ((toYUm - fromYUm) * fraction) / HIT_AT_END - centre.yUm;
    const distance = Math.hypot(xUm, yUm);
    const grazes = nearest > RADIUS - 3_000;
    const isOnRim = fraction === 0
      ? distance < RADIUS + 3_000
      : Math.abs(distance - RADIUS) < 3_000;
    assert(grazes || isOnRim, label);
  }
  assert(hits > 2_000, `${hits}`);
});

function nearestTo(way: Segment, centre: { xUm: number; yUm: number }): number {
  const wayX = way.toXUm - way.fromXUm;
  const wayY = way.toYUm - way.fromYUm;
  const lengthSquared = wayX * wayX + wayY * wayY || 1;
  const dot = (centre.xUm - way.fromXUm) * wayX + (centre.yUm - way.fromYUm) * wayY;
  const t = Math.min(1, Math.max(0, dot / lengthSquared));
  return Math.hypot(way.fromXUm + t * wayX - centre.xUm, way.fromYUm + t * wayY - centre.yUm);
}

Deno.test("sweepRectangle gives the fraction of the way at which the wall is entered", () => {
  const table: readonly (readonly [Segment, number])[] = [
    [segment(9_000_000, 11_000_000, 11_000_000, 11_000_000), HIT_AT_END / 2],
    [segment(15_000_000, 11_000_000, 13_000_000, 11_000_000), HIT_AT_END / 2],
    [segment(12_000_000, 9_000_000, 12_000_000, 11_000_000), HIT_AT_END / 2],
    [segment(12_000_000, 13_000_000, 12_000_000, 11_000_000), HIT_AT_END / 2],
    [segment(9_000_000, 9_000_000, 11_000_000, 11_000_000), HIT_AT_END / 2],
    // Right through a thin side, from inside, standing inside.
    [segment(12_000_000, 9_000_000, 12_000_000, 13_000_000), HIT_AT_END / 4],
    [segment(12_000_000, 11_000_000, 12_000_000, 15_000_000), 0],
    [segment(12_000_000, 11_000_000, 12_000_000, 11_000_000), 0],
    // Short of it, touching its end, along its side, leaving from its side, past its corner.
    [segment(8_000_000, 11_000_000, 9_999_999, 11_000_000), NO_HIT],
    [segment(8_000_000, 11_000_000, 10_000_000, 11_000_000), NO_HIT],
    [segment(9_000_000, 10_000_000, 15_000_000, 10_000_000), NO_HIT],
    [segment(10_000_000, 11_000_000, 8_000_000, 11_000_000), NO_HIT],
    [segment(9_000_000, 11_100_000, 11_100_000, 9_000_000), Math.floor((HIT_AT_END * 10) / 21)],
    [segment(9_000_000, 10_900_000, 10_900_000, 9_000_000), NO_HIT],
  ];
  for (const [way, wanted] of table) {
    assertEquals(sweepRectangle(way, WALL), wanted, JSON.stringify(way));
  }
});

Deno.test("sweepRectangle never lets a way through a wall of 1 µm", () => {
  const seed = 24;
  const rng = new Rng(seed);
  const thin = { xUm: 10_000_000, yUm: 0, widthUm: 1, heightUm: 20_000_000 };
  for (let index = 0; index < 20_000; index++) {
    const fromXUm = thin.xUm - rng.below(3_000_000);
    const toXUm = thin.xUm + 1 + rng.below(2_000_000);
    const way = segment(fromXUm, 5_000_000 + rng.below(9), toXUm, 1 + rng.below(19_000_000));
    assert(sweepRectangle(way, thin) !== NO_HIT, `seed ${seed}: ${JSON.stringify(way)}`);
  }
});
