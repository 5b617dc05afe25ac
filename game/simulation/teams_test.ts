import { assertEquals } from "@std/assert";
import { openSmallWorld, placeTank } from "../../tests/fixtures/small_world.ts";
import { Tank } from "./tank.ts";

Deno.test("A tank joins the smallest team, of equals the lowest", () => {
  const world = openSmallWorld({ rules: { teamCount: 3 } });
  const teams = Array.from({ length: 5 }, () => placeTank(world, { x: 30, y: 30 }).team);
  assertEquals(teams, [1, 2, 3, 1, 2]);
  world.removeTank(0);
  world.removeTank(3);
  assertEquals(placeTank(world, { x: 30, y: 30 }).team, 1);
  assertEquals(placeTank(world, { x: 30, y: 30, team: 3 }).team, 3);
});

Deno.test("The bots' team is for those who ask for it", () => {
  const world = openSmallWorld({ rules: { botTeam: 2 } });
  const teams = [undefined, undefined, 2, undefined].map((team) => {
    return placeTank(world, { x: 30, y: 30, ...(team === undefined ? {} : { team }) }).team;
  });
  assertEquals(teams, [1, 1, 2, 1]);
});

Deno.test("A team that there is not is refused", () => {
  const world = openSmallWorld();
  for (const team of [0, 3, -1, 1.5, NaN]) {
    assertEquals(world.addTank(new Tank("t"), "p", team), { ok: false, reason: "unknown_team" });
  }
  const alone = openSmallWorld({ rules: { teamCount: 0 } });
  assertEquals(alone.addTank(new Tank("t"), "p", 5), { ok: false, reason: "unknown_team" });
  assertEquals(alone.addTank(new Tank("t"), "p"), { ok: true, slot: 0 });
  assertEquals(world.tanks.length, 0);
});
