import { assertEquals } from "@std/assert";
import { teamsOfRoom } from "./room_teams.ts";
import { testMember, testRoom } from "./testing.ts";

Deno.test("teamsOfRoom deals members out in the order in which they came", () => {
  const room = testRoom("a", { game_mode: "team" });
  const members = ["a", "b", "c"].map(testMember);
  assertEquals([...teamsOfRoom({ ...room, members })], [["a", 1], ["b", 2], ["c", 1]]);
});

Deno.test("teamsOfRoom gives no teams where everybody is alone", () => {
  assertEquals(teamsOfRoom(testRoom("a", { game_mode: "ffa" })).size, 0);
});
