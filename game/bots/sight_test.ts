import { assertEquals } from "@std/assert";
import { smallArena } from "../../tests/fixtures/small_world.ts";
import { umFromMetres } from "../simulation/units.ts";
import { Sight } from "./sight.ts";

type Way = readonly [fromX: number, fromY: number, toX: number, toY: number];

const sight = new Sight(smallArena([[20, 20, 10, 10]]));

function segment([fromX, fromY, toX, toY]: Way): Parameters<Sight["isFreeForShell"]>[0] {
  return {
    fromXUm: umFromMetres(fromX),
    fromYUm: umFromMetres(fromY),
    toXUm: umFromMetres(toX),
    toYUm: umFromMetres(toY),
  };
}

Deno.test("Sight says where a shell and where a tank can pass", () => {
  const cases: readonly [way: Way, shell: boolean, tank: boolean][] = [
    [[5, 5, 55, 5], true, true],
    // Through the wall.
    [[10, 25, 40, 25], false, false],
    // Past it, too close for a tank.
    [[10, 19, 40, 19], true, false],
    [[10, 19.95, 40, 19.95], false, false],
    [[10, 18.3, 40, 18.3], true, true],
    // To the edge of the arena.
    [[10, 10, 10, 1], true, false],
    [[10, 10, 10, 1.7], true, true],
    [[10, 10, 59, 10], true, false],
  ];
  for (const [way, shell, tank] of cases) {
    assertEquals(sight.isFreeForShell(segment(way)), shell, `shell ${way}`);
    assertEquals(sight.isFreeForTank(segment(way)), tank, `tank ${way}`);
  }
});

Deno.test("Sight knows where a tank has room", () => {
  const cases: readonly [x: number, y: number, room: boolean][] = [
    [10, 10, true],
    [25, 25, false],
    [18.5, 25, false],
    [18.3, 25, true],
    [1.5, 10, false],
    [58.5, 10, false],
  ];
  for (const [x, y, room] of cases) {
    assertEquals(sight.hasRoom(umFromMetres(x), umFromMetres(y)), room, `${x}, ${y}`);
  }
});
