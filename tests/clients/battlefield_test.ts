import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { Battlefield, turnRad } from "./battlefield.ts";

const FIELD = new Battlefield({ width: 40, height: 40, walls: [[18, 10, 4, 20]] });

Deno.test("Battlefield sees a wall in the way", () => {
  assert(!FIELD.isClear({ x: 5, y: 20 }, { x: 35, y: 20 }));
  assert(!FIELD.isClear({ x: 5, y: 9 }, { x: 35, y: 9 }), "too near the wall");
  assert(FIELD.isClear({ x: 5, y: 5 }, { x: 35, y: 5 }));
  assert(FIELD.isClear({ x: 5, y: 5 }, { x: 5, y: 35 }));
});

Deno.test("Battlefield finds a place from which the target can be hit", () => {
  const target = { x: 35, y: 20 };
  const seen = { x: 35, y: 35 };
  assertEquals(FIELD.firingPlace(seen, target), seen);
  const hidden = { x: 5, y: 20 };
  const place = FIELD.firingPlace(hidden, target);
  assert(FIELD.isClear(hidden, place) && FIELD.isClear(place, target));
  const cell = new Battlefield({ width: 40, height: 40, walls: [[20, 0, 1, 40]] });
  assertThrows(() => cell.firingPlace(hidden, target), Error, "no place");
});

Deno.test("turnRad takes the shorter way round", () => {
  const turns = [[0, 1, 1], [1, 0, -1], [0.1, 6.2, -0.1832], [6.2, 0.1, 0.1832], [-9, 100, 2.1858]];
  for (const [from = NaN, to = NaN, turn = NaN] of turns) {
    assertAlmostEquals(turnRad(from, to), turn, 1e-4, `from ${from} to ${to}`);
  }
});
