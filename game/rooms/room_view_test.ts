import { assertEquals } from "@std/assert";
import { TEST_PLACE, testRoom } from "./testing.ts";
import { viewRoom } from "./room_view.ts";

Deno.test("viewRoom shows who is in a room, and the match to a member alone", () => {
  const room = testRoom("a", { game_mode: "duel", name: "ours" });
  const view = viewRoom(room, undefined);
  assertEquals([view.code, view.name, view.game_mode, view.host, view.state, view.members_max], [
    "ABCDEF",
    "ours",
    "duel",
    "a",
    "open",
    2,
  ]);
  assertEquals(view.members, [{ account_id: "a", player_id: "name of a" }]);
  assertEquals("match" in view, false);
  const found = { ...TEST_PLACE, token: "t" };
  assertEquals(viewRoom(room, found).match, found);
});
