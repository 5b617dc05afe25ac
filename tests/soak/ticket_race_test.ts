import { assertEquals } from "@std/assert";
import { judgeRace } from "./ticket_race.ts";

const JOINED = { status: "joined", session_id: "m", player_id: "ann" };
const THERE = { status: "already_in_session", session_id: "m" };
const REFUSED = { status: "join_failed", reason: "Authentication required" };

Deno.test("judgeRace sees that both got in where a ticket counts twice", () => {
  assertEquals(judgeRace([JOINED, REFUSED]), "one");
  assertEquals(judgeRace([REFUSED, JOINED]), "one");
  // Who comes second is in the match already, under the same name.
  assertEquals(judgeRace([JOINED, THERE]), "both");
  assertEquals(judgeRace([REFUSED, REFUSED]), "neither");
});
