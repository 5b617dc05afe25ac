import { assertEquals } from "@std/assert";
import { openTestLink, openTestSessions } from "./testing.ts";
import { PlayerRoster } from "./player_roster.ts";

Deno.test("PlayerRoster finds players by id and by address, until they are out", () => {
  const test = openTestSessions();
  const shared = openTestLink("shared");
  const [ann, bob] = [test.seat("ann", shared), test.seat("bob", shared)];
  const roster = new PlayerRoster();
  for (const player of [ann, bob]) roster.add(player);
  assertEquals([roster.size, roster.find("ann")], [2, ann]);
  assertEquals(roster.at(shared.address), [ann, bob]);
  roster.remove(bob, "left");
  roster.remove(bob, "left");
  assertEquals([roster.size, roster.find("bob"), roster.at(shared.address)], [1, undefined, [ann]]);
  test.loop.stop();
});

Deno.test("PlayerRoster keeps no address that nobody is at", () => {
  const test = openTestSessions();
  const [first, second] = [openTestLink("first"), openTestLink("second")];
  const ann = test.seat("ann", first);
  const roster = new PlayerRoster();
  roster.add(ann);
  roster.move(ann, second);
  assertEquals([roster.at(first.address), roster.at(second.address)], [[], [ann]]);
  assertEquals(ann.link, second);
  test.loop.stop();
});
